"""The staff directory as attendance announces it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.inbox import Received
from contracts.attendance import DirectoryEntry, EmployeeHired, EmployeeLeft
from payroll.commands.learn_people import Entry, learn_people


async def on_people(session: AsyncSession, events: Sequence[Received[Any]]) -> None:
    """Learn who joined, changed or left; of several events about one person the last holds."""
    entries: dict[str, Entry] = {}
    leave_dates: dict[str, date | None] = {}
    for event in events:
        data = event.data
        if isinstance(data, EmployeeLeft):
            leave_dates[data.employee_no] = data.leave_date
            continue
        assert isinstance(data, DirectoryEntry)
        entries[data.employee_no] = Entry(
            data.employee_no,
            data.name,
            data.department,
            data.post,
            data.hire_date,
            data.work_place,
            data.manager_no,
        )
        if isinstance(data, EmployeeHired):  # whoever is hired again has not left
            leave_dates[data.employee_no] = None
    await learn_people(session, entries, leave_dates)
