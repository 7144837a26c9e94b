"""The projection of the staff directory: who there is, and who leads whom."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from service_desk.domain.errors import EmployeeUnknown


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
INSERT INTO employees (employee_no, name, department, post, manager_no, hire_date)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::date[])
ON CONFLICT (employee_no) DO UPDATE SET name = excluded.name, department = excluded.department, post = excluded.post,
    manager_no = excluded.manager_no, hire_date = excluded.hire_date,
    leave_date = CASE WHEN $7 THEN NULL ELSE employees.leave_date END
"""
LEAVE = """
UPDATE employees e SET leave_date = l.leave_date
FROM unnest($1::text[], $2::date[]) AS l (employee_no, leave_date) WHERE e.employee_no = l.employee_no
"""
KNOWN = """
SELECT a.anybody, e.employee_no FROM (SELECT EXISTS (SELECT FROM employees) AS anybody) a
LEFT JOIN employees e ON e.employee_no = ANY ($1::text[])
"""


async def learn_people(session: AsyncSession, entries: Sequence[Entry], *, hired: bool) -> None:
    """Note people as the directory describes them now; of several descriptions of one person the last holds."""
    last = {entry.employee_no: entry for entry in entries}.values()
    await (await raw(session)).execute(LEARN, *zip(*last, strict=True), hired)


async def learn_leaves(session: AsyncSession, leaves: Sequence[tuple[str, date]]) -> None:
    """Note the last day of people who left."""
    await (await raw(session)).execute(LEAVE, *zip(*dict(leaves).items(), strict=True))


async def unknown_people(session: AsyncSession, people: Collection[str]) -> frozenset[str]:
    """Tell which of these people the directory does not know; while it knows nobody, anybody may be named."""
    if not people:
        return frozenset()
    rows = await (await raw(session)).fetch(KNOWN, list(people))
    if not rows[0]["anybody"]:
        return frozenset()
    return frozenset(people) - {row["employee_no"] for row in rows}


async def check_people(session: AsyncSession, people: Collection[str], *, field: str) -> None:
    """Refuse somebody the directory does not know. Raises EmployeeUnknown."""
    for employee_no in sorted(await unknown_people(session, people)):
        raise EmployeeUnknown(field=field, employee_no=employee_no)
