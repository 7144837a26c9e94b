"""What evaluated days announce: each fact under a key by which it is found again when the day is evaluated anew."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from attendance.domain.evaluation import Day
from attendance.domain.leave import days_of, hours_of
from chassis.door import Door
from chassis.outbox import Outgoing
from contracts import attendance as contract
from contracts.base import EventData, Revocation

Key = tuple[str, str]
"""Type of the event, and which one of the day it is."""

REVOKED: Mapping[str, type[Revocation]] = {
    "attendance.day_evaluated": contract.DayEvaluatedRevoked,
    "attendance.late": contract.LateRevoked,
    "attendance.left_early": contract.LeftEarlyRevoked,
    "attendance.absent": contract.AbsentRevoked,
    "attendance.punch_missing": contract.PunchMissingRevoked,
    "leave.taken": contract.LeaveTakenRevoked,
}
REASON = "按现有打卡、排班和假期重新核算 / evaluated anew from punches, roster and leave as they stand now"


def facts_of(employee_no: str, day: Day, absent_in_a_row: int, over_at: datetime) -> dict[Key, Outgoing]:
    """Say what a day comes to. `over_at`: the moment from which no punch of it was to be expected any more."""
    facts: dict[Key, Outgoing] = {}

    def say(data: EventData, about: str, time: datetime) -> None:
        facts[data.type, about] = Outgoing(data, about=employee_no, time=time, business_date=day.day)

    say(_day_evaluated(employee_no, day), "", over_at)
    for late in day.late:
        came = contract.Late(
            employee_no=employee_no,
            minutes=late.minutes,
            shift=late.shift,
            due_at=late.due_at,
            came_at=late.punched_at,
        )
        say(came, late.due_at.isoformat(), late.punched_at)
    for early in day.left_early:
        left = contract.LeftEarly(
            employee_no=employee_no,
            minutes=early.minutes,
            shift=early.shift,
            due_at=early.due_at,
            left_at=early.punched_at,
        )
        say(left, early.due_at.isoformat(), early.punched_at)
    for lack in day.missing:
        missing = contract.PunchMissing(employee_no=employee_no, shift=lack.shift, missing=lack.direction)
        say(missing, lack.due_at.isoformat(), over_at)
    if day.absent_minutes and day.status != "incomplete":
        say(_absent(employee_no, day, absent_in_a_row), "", over_at)
    for share in day.leave:
        taken = contract.LeaveTaken(
            employee_no=employee_no,
            leave_id=share.leave_id,
            leave_type=share.leave_type,
            hours=hours_of(share.minutes),
            days=days_of(share.minutes, day.scheduled_minutes),
            minutes=share.minutes,
        )
        say(taken, str(share.leave_id), over_at)
    return facts


def _day_evaluated(employee_no: str, day: Day) -> contract.DayEvaluated:
    return contract.DayEvaluated(
        employee_no=employee_no,
        shift=day.shift,
        kind_of_day=day.kind_of_day,
        status=day.status,
        scheduled_minutes=day.scheduled_minutes,
        worked_minutes=day.worked_minutes,
        leave_minutes=day.leave_minutes,
        late_minutes=day.late_minutes,
        left_early_minutes=day.left_early_minutes,
        meal_eligible=day.meal_eligible,
    )


def _absent(employee_no: str, day: Day, absent_in_a_row: int) -> contract.Absent:
    return contract.Absent(
        employee_no=employee_no,
        shift=day.shift,
        days=days_of(day.absent_minutes, day.scheduled_minutes),
        minutes=day.absent_minutes,
        consecutive_days=max(1, absent_in_a_row),
    )


def revocation(employee_no: str, kind: str, event_id: UUID, business_date: date, door: Door) -> Outgoing:
    """Say that a fact does not hold any more; dated now."""
    data = REVOKED[kind](
        employee_no=employee_no,
        revokes=event_id,
        revoked_business_date=business_date,
        reason=REASON,
    )
    assert isinstance(data, EventData)
    return Outgoing(data, about=employee_no, time=door.now)
