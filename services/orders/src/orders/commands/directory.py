"""The projection of the staff directory: who may have sold something."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from orders.domain.sellers import Directory

# the leave date stays through changes of the entry; a new hire clears it
LEARN = """
INSERT INTO employees (employee_no, name, department) SELECT * FROM unnest($1::text[], $2::text[], $3::text[])
ON CONFLICT (employee_no) DO UPDATE SET name = excluded.name, department = excluded.department,
    leave_date = CASE WHEN $4 THEN NULL ELSE employees.leave_date END
"""


async def learn_employees(session: AsyncSession, entries: Sequence[tuple[str, str, str]], *, hired: bool) -> None:
    """Note people (number, name, department) as the directory describes them now; a hire ends an earlier leave."""
    last = {entry[0]: entry for entry in entries}.values()  # of several descriptions of one person the last holds
    numbers, names, departments = zip(*last, strict=True)
    await (await raw(session)).execute(LEARN, numbers, names, departments, hired)


async def learn_leaves(session: AsyncSession, leaves: Sequence[tuple[str, date]]) -> None:
    """Note the last day of people who left."""
    numbers, days = zip(*dict(leaves).items(), strict=True)
    await (await raw(session)).execute(
        "UPDATE employees e SET leave_date = l.leave_date"
        " FROM unnest($1::text[], $2::date[]) AS l (employee_no, leave_date) WHERE e.employee_no = l.employee_no",
        numbers,
        days,
    )


async def directory_of(session: AsyncSession, people: Collection[str]) -> Directory:
    """Tell what the staff directory knows of these people."""
    if not people:
        return Directory(False, {})
    rows = await (await raw(session)).fetch(
        "SELECT a.anybody, e.employee_no, e.leave_date FROM (SELECT EXISTS (SELECT FROM employees) AS anybody) a"
        " LEFT JOIN employees e ON e.employee_no = ANY ($1::text[])",
        list(people),
    )
    return Directory(rows[0]["anybody"], {r["employee_no"]: r["leave_date"] for r in rows if r["employee_no"]})
