"""Acts that change the staff directory: each writes the ledger, the directory as it stands, and announces it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import insert, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from attendance.domain import employment
from attendance.domain.employment import Employment, Entry, Step
from attendance.domain.errors import EmployeeNotFound, ManagerIsUnknown
from attendance.domain.text import clean_number
from attendance.models import employee_records, employees
from attendance.outgoing.directory import announcement
from attendance.queries.directory import employments
from chassis.door import Door, door_of
from chassis.outbox import announce

# Changes of the directory are rare and small: one writer at a time makes every decision on what is really there.
ONE_WRITER = text("SELECT pg_advisory_xact_lock(hashtextextended('attendance.directory', 0))")


async def lock_directory(session: AsyncSession) -> None:
    """Become the one writer until the transaction ends."""
    await session.execute(ONE_WRITER)


async def hire_employee(session: AsyncSession, entry: Entry) -> Employment:
    """Enter somebody who joins.

    Raises EmployeeNumberTaken, ManagerIsUnknown, and what `domain.employment.normal` raises.
    """
    await lock_directory(session)
    number = clean_number(entry.employee_no, "employee_no")
    before = (await employments(session, [number])).get(number)
    step = employment.hire(before, entry, _today(session))
    await _manager_known(session, step.after.entry)
    await record(session, [step])
    return step.after


async def change_employee(
    session: AsyncSession, number: str, changes: Mapping[str, str | date | None], valid_from: date | None
) -> Employment:
    """Change some fields of an entry; one that says all that already stays, and nothing is announced.

    Raises EmployeeNotFound, ManagerIsUnknown, and what `domain.employment.change` raises.
    """
    before = await _locked(session, number)
    step = employment.change(before, changes, valid_from, _today(session))
    if step is None:
        return before
    if step.after.entry.manager_no != before.entry.manager_no:
        await _manager_known(session, step.after.entry)
    await record(session, [step])
    return step.after


async def record_leave(session: AsyncSession, number: str, leave_date: date) -> Employment:
    """Record somebody's last day of employment; the same day again changes nothing.

    Raises EmployeeNotFound, and what `domain.employment.leave` raises.
    """
    before = await _locked(session, number)
    step = employment.leave(before, leave_date, _today(session))
    if step is None:
        return before
    await record(session, [step])
    return step.after


async def record(session: AsyncSession, steps: Sequence[Step]) -> None:
    """Write decided steps, in their order: ledger, announcement, directory. The caller is the one writer."""
    door = door_of(session)
    records = [_record(session, step, door) for step in steps]
    standing = list({step.after.entry.employee_no: _standing(step.after) for step in steps}.values())
    await session.execute(insert(employee_records), records)
    new = upsert(employees)
    fields = {column.name: new.excluded[column.name] for column in employees.c if not column.primary_key}
    await session.execute(new.on_conflict_do_update(index_elements=["employee_no"], set_=fields), standing)


def _today(session: AsyncSession) -> date:
    door = door_of(session)
    return door.business_date(door.now)


async def _locked(session: AsyncSession, number: str) -> Employment:
    await lock_directory(session)
    found = (await employments(session, [number])).get(number)
    if found is None:
        raise EmployeeNotFound()
    return found


async def _manager_known(session: AsyncSession, entry: Entry) -> None:
    if entry.manager_no is None:
        return
    query = select(employees.c.employee_no).where(employees.c.employee_no == entry.manager_no)
    if (await session.execute(query)).first() is None:
        raise ManagerIsUnknown(field="manager_no", manager_no=entry.manager_no)


def _standing(after: Employment) -> dict[str, Any]:
    return asdict(after.entry) | {"leave_date": after.leave_date, "valid_from": after.valid_from}


def _record(session: AsyncSession, step: Step, door: Door) -> dict[str, Any]:
    return _standing(step.after) | {
        "what": step.what,
        "valid_from": step.valid_from,
        "recorded_at": door.now,
        "recorded_by": door.actor,
        "event_id": announce(session, announcement(step, door)),
    }
