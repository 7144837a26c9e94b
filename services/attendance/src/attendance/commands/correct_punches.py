"""Corrections: somebody asks for a punch to be added or declared invalid, somebody else decides."""

from datetime import datetime
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import RowMapping, insert
from sqlalchemy.ext.asyncio import AsyncSession

from attendance.commands.dirty import mark_dirty
from attendance.commands.take_punches import Punch, keep_punches
from attendance.domain.errors import (
    ApproverIsInvolved,
    CorrectionIsSettled,
    EmployeeUnknown,
    OnlyForYourself,
    PunchInFuture,
    PunchIsThere,
    PunchNotThere,
)
from attendance.domain.permissions import acts_for_others
from attendance.domain.wall import instant_of, zone_called
from attendance.models import correction_decisions, corrections, punch_voids
from attendance.queries.people import people_within
from attendance.queries.punches import correction, valid_punch
from chassis.auth import Principal
from chassis.door import door_of, new_id

What = Literal["add", "invalidate"]
Decision = Literal["approved", "refused"]


async def ask_correction(
    session: AsyncSession,
    by: Principal,
    *,
    employee_no: str,
    what: What,
    at: datetime,
    zone: str | None,
    reason: str,
) -> RowMapping:
    """Ask for a correction of one punch; nothing changes before it is approved.

    Raises OnlyForYourself, EmployeeUnknown, PunchInFuture, PunchIsThere, PunchNotThere, and what `domain.wall` raises.
    """
    door = door_of(session)
    if employee_no != by.employee_no and not acts_for_others(by.roles):
        raise OnlyForYourself()
    if employee_no not in await people_within(session, by, [employee_no]):
        raise EmployeeUnknown(field="employee_no", employee_no=employee_no)
    known = zone_called(zone, "zone") if zone is not None else door.timezone
    instant = instant_of(at, known, "at", named=zone is not None)
    if instant > door.now:
        raise PunchInFuture(field="at", time=at.isoformat(" "))
    await _check(session, employee_no, what, instant, known)
    correction_id = new_id()
    row = {
        "correction_id": correction_id,
        "employee_no": employee_no,
        "what": what,
        "at": instant,
        "zone": known.key,
        "reason": reason,
        "asked_at": door.now,
        "asked_by": door.actor,
    }
    await session.execute(insert(corrections), row)
    return await correction(session, by, correction_id)


async def decide_correction(
    session: AsyncSession, by: Principal, correction_id: UUID, decision: Decision, note: str | None
) -> RowMapping:
    """Approve or refuse a correction; deciding it alike again changes nothing.

    Raises CorrectionNotFound, ApproverIsInvolved, CorrectionIsSettled, PunchIsThere, PunchNotThere.
    """
    door = door_of(session)
    found = await correction(session, by, correction_id, hold=True)
    if door.actor in (found["employee_no"], found["asked_by"]):
        raise ApproverIsInvolved()
    if found["state"] == decision:
        return found
    if found["state"] != "requested":
        raise CorrectionIsSettled(state=found["state"])
    decided = {
        "correction_id": correction_id,
        "decision": decision,
        "note": note,
        "decided_at": door.now,
        "decided_by": door.actor,
    }
    await session.execute(insert(correction_decisions), decided)
    if decision == "approved":
        await _carry_out(session, found)
    return await correction(session, by, correction_id)


async def _check(session: AsyncSession, employee_no: str, what: What, at: datetime, zone: ZoneInfo) -> None:
    valid = await valid_punch(session, employee_no, at)
    shown = at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
    if what == "add" and valid is not None:
        raise PunchIsThere(field="at", employee_no=employee_no, time=shown)
    if what == "invalidate" and not valid:
        raise PunchNotThere(field="at", employee_no=employee_no, time=shown)


async def _carry_out(session: AsyncSession, found: RowMapping) -> None:
    employee_no, at, zone = found["employee_no"], found["at"], ZoneInfo(found["zone"])
    await _check(session, employee_no, found["what"], at, zone)
    if found["what"] == "add":
        wall = at.astimezone(zone).replace(tzinfo=None)
        await keep_punches(session, [Punch(employee_no, at, zone.key, wall, None)], "correction")
        return
    void = {"employee_no": employee_no, "at": at, "correction_id": found["correction_id"]}
    await session.execute(insert(punch_voids), void)
    await mark_dirty(session, [(employee_no, door_of(session).business_date(at))])
