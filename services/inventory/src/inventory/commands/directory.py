"""The projection of the staff directory: who keeps, counts and answers."""

from collections.abc import Sequence
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
    manager_no: str | None
    hire_date: date


# the leave date stays through changes of the entry; a new hire clears it
LEARN = """
INSERT INTO colleagues (employee_no, name, department, post, manager_no, hire_date)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::date[])
ON CONFLICT (employee_no) DO UPDATE SET name = excluded.name, department = excluded.department, post = excluded.post,
    manager_no = excluded.manager_no, hire_date = excluded.hire_date,
    leave_date = CASE WHEN $7 THEN NULL ELSE colleagues.leave_date END
"""
LEAVES = """
UPDATE colleagues c SET leave_date = l.leave_date
FROM unnest($1::text[], $2::date[]) AS l (employee_no, leave_date) WHERE c.employee_no = l.employee_no
"""


async def learn_employees(session: AsyncSession, entries: Sequence[Entry], *, hired: bool) -> None:
    """Note people as the directory describes them now; a hire ends an earlier leave."""
    last = {entry.employee_no: entry for entry in entries}.values()  # of several descriptions the last holds
    await (await raw(session)).execute(LEARN, *zip(*last, strict=True), hired)


async def learn_leaves(session: AsyncSession, leaves: Sequence[tuple[str, date]]) -> None:
    """Note the last day of people who left."""
    await (await raw(session)).execute(LEAVES, *zip(*dict(leaves).items(), strict=True))
