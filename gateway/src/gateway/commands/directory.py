"""The staff directory, kept as attendance tells it."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.models import employees


async def enter_employees(session: AsyncSession, entries: Sequence[dict[str, str]], *, hired: bool) -> None:
    """Enter people, or what changed about them: `employee_no`, `name`, `department`; somebody hired again stays.

    Who is hired again gets no account back: that is for hr to decide.
    """
    latest = {entry["employee_no"]: entry for entry in entries}
    new = insert(employees).values(list(latest.values()))
    changes: dict[str, object] = {"name": new.excluded.name, "department": new.excluded.department}
    if hired:
        changes["leave_date"] = None
    await session.execute(new.on_conflict_do_update(index_elements=["employee_no"], set_=changes))


async def enter_leave(session: AsyncSession, employee_no: str, leave_date: date) -> None:
    """Enter somebody's last day; from the day after, their account opens nothing."""
    await session.execute(update(employees).where(employees.c.employee_no == employee_no).values(leave_date=leave_date))
