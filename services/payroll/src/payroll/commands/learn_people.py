"""The projection of the staff directory: who is employed where, as attendance announced it last."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw


class Entry(NamedTuple):
    """What the directory says about one person."""

    employee_no: str
    name: str
    department: str
    post: str
    hire_date: date
    work_place: str | None
    manager_no: str | None


ENTRIES = """
INSERT INTO directory (employee_no, name, department, post, hire_date, work_place, manager_no)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::date[], $6::text[], $7::text[])
ON CONFLICT (employee_no) DO UPDATE SET name = excluded.name, department = excluded.department, post = excluded.post,
    hire_date = excluded.hire_date, work_place = excluded.work_place,
    manager_no = excluded.manager_no
"""
LEAVES = """
UPDATE directory d SET leave_date = l.leave_date
FROM unnest($1::text[], $2::date[]) AS l (employee_no, leave_date) WHERE d.employee_no = l.employee_no
"""


async def learn_people(
    session: AsyncSession, entries: Mapping[str, Entry], leave_dates: Mapping[str, date | None]
) -> None:
    """Take over entries by number, then last days of employment; None for somebody who was hired (again)."""
    connection = await raw(session)
    if entries:
        await connection.execute(ENTRIES, *zip(*entries.values(), strict=True))
    if leave_dates:
        await connection.execute(LEAVES, list(leave_dates), list(leave_dates.values()))
