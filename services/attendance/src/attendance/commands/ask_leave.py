"""Leave: asked for, certified, approved or refused by whoever stands high enough, withdrawn."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import RowMapping, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from attendance.commands.dirty import mark_dirty
from attendance.domain.errors import EmployeeUnknown, LeaveIsSettled, LeavesOverlap, OnlyForYourself
from attendance.domain.leave import (
    Leave,
    LeaveType,
    check_approver,
    check_decidable,
    check_span,
    needs,
    needs_certificate,
    short_notice,
)
from attendance.domain.permissions import acts_for_others
from attendance.models import leave_states, leave_steps, leaves
from attendance.queries.calendar import works
from attendance.queries.leaves import leave, leave_of, overlapping, steps_so_far
from attendance.queries.people import people_within, superiors
from attendance.queries.thresholds import thresholds
from chassis.auth import Principal
from chassis.door import door_of, new_id

Decision = Literal["approved", "refused"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A leave as somebody asks for it: whole days, or hours with both instants."""

    employee_no: str
    leave_type: LeaveType
    first_day: date
    last_day: date
    starts_at: datetime | None
    ends_at: datetime | None
    emergency: bool
    certificate: str | None
    reason: str


async def ask_leave(session: AsyncSession, by: Principal, asked: Asked) -> RowMapping:
    """Ask for leave; it takes effect only when approved (A-000-1.2.4.0).

    Short notice is noted, except for emergencies (A-004-3.2), and decided on by whoever approves.
    Raises OnlyForYourself, EmployeeUnknown, LeaveEndsBeforeItBegins, LeaveIsTooLong, LeavesOverlap.
    """
    door = door_of(session)
    if asked.employee_no != by.employee_no and not acts_for_others(by.roles):
        raise OnlyForYourself()
    if asked.employee_no not in await people_within(session, by, [asked.employee_no]):
        raise EmployeeUnknown(field="employee_no", employee_no=asked.employee_no)
    # two leaves of a person that are asked for at once must see each other
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"leave {asked.employee_no}", 0))))
    new = Leave(
        leave_id=new_id(),
        employee_no=asked.employee_no,
        leave_type=asked.leave_type,
        first_day=asked.first_day,
        last_day=asked.last_day,
        starts_at=asked.starts_at,
        ends_at=asked.ends_at,
    )
    check_span(new)
    if (other := await overlapping(session, new)) is not None:
        raise LeavesOverlap(field="first_day", employee_no=new.employee_no, other=other)
    settings = await thresholds(session)
    late = not asked.emergency and short_notice(new, door.business_date(door.now), settings, works)
    row = {
        "leave_id": new.leave_id,
        "employee_no": new.employee_no,
        "leave_type": new.leave_type,
        "first_day": new.first_day,
        "last_day": new.last_day,
        "starts_at": new.starts_at,
        "ends_at": new.ends_at,
        "emergency": asked.emergency,
        "short_notice": late,
        "reason": asked.reason,
        "asked_at": door.now,
        "asked_by": door.actor,
    }
    await session.execute(insert(leaves), row)
    await session.execute(insert(leave_states), {"leave_id": new.leave_id, "state": "requested"})
    if asked.certificate is not None:
        await _step(session, new.leave_id, "certified", asked.certificate)
    return await leave(session, by, new.leave_id)


async def certify_leave(session: AsyncSession, by: Principal, leave_id: UUID, certificate: str) -> RowMapping:
    """Record the reference of a hospital certificate. Raises LeaveNotFound, OnlyForYourself, LeaveIsSettled."""
    found = await leave(session, by, leave_id, hold=True)
    _check_concerned(session, by, found)
    if found["state"] not in ("requested", "approved"):
        raise LeaveIsSettled(state=found["state"])
    if found["certificate"] != certificate:
        await _step(session, leave_id, "certified", certificate)
    return await leave(session, by, leave_id)


async def decide_leave(
    session: AsyncSession, by: Principal, leave_id: UUID, decision: Decision, note: str | None
) -> RowMapping:
    """Approve or refuse a leave; deciding it alike again changes nothing.

    Raises LeaveNotFound, LeaveIsSettled, ApproverIsInvolved, ApproverLacksRank, CertificateIsMissing.
    """
    door = door_of(session)
    found = await leave(session, by, leave_id, hold=True)
    known, settings = leave_of(found), await thresholds(session)
    check_approver(
        known,
        needed=needs(known, settings),
        author=found["asked_by"],
        approver=door.actor,
        superiors=await superiors(session, known.employee_no),
        is_boss="boss" in by.roles,
    )
    if found["state"] == decision:
        return found
    lacks = needs_certificate(known, settings) and found["certificate"] is None
    check_decidable(found["state"], approving=decision == "approved", certificate_lacks=lacks)
    await _move(session, known, decision, note)
    if decision == "approved":
        await mark_dirty(session, _days(known))
    return await leave(session, by, leave_id)


async def withdraw_leave(session: AsyncSession, by: Principal, leave_id: UUID, note: str | None) -> RowMapping:
    """Withdraw a leave, also one that was approved: the days it covered are evaluated anew without it.

    Whom it is about and who asked for it may, and whoever decides about leave. Raises LeaveNotFound, OnlyForYourself,
    LeaveIsSettled.
    """
    found = await leave(session, by, leave_id, hold=True)
    _check_concerned(session, by, found)
    known = leave_of(found)
    if found["state"] == "withdrawn":
        return found
    if found["state"] == "refused":
        raise LeaveIsSettled(state="refused")
    await _move(session, known, "withdrawn", note)
    if found["state"] == "approved":
        await mark_dirty(session, _days(known))
    return await leave(session, by, leave_id)


def _check_concerned(session: AsyncSession, by: Principal, found: RowMapping) -> None:
    concerned = (found["employee_no"], found["asked_by"])
    if door_of(session).actor not in concerned and not acts_for_others(by.roles):
        raise OnlyForYourself()


def _days(known: Leave) -> list[tuple[str, date]]:
    # a shift that begins on the evening before reaches into hours of the first day
    return [(known.employee_no, known.first_day + timedelta(days=n)) for n in range(-1, known.days)]


async def _move(session: AsyncSession, known: Leave, what: str, note: str | None) -> None:
    await _step(session, known.leave_id, what, note)
    await session.execute(update(leave_states).where(leave_states.c.leave_id == known.leave_id).values(state=what))


async def _step(session: AsyncSession, leave_id: UUID, what: str, note: str | None) -> None:
    door = door_of(session)
    row = {
        "leave_id": leave_id,
        "step_no": await steps_so_far(session, leave_id) + 1,
        "what": what,
        "note": note,
        "recorded_at": door.now,
        "recorded_by": door.actor,
    }
    await session.execute(insert(leave_steps), row)
