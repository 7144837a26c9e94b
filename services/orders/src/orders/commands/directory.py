"""The projection of the staff directory: who may have sold something, and whose team they belong to."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from orders.domain.sellers import Directory

# the leave date stays through changes of the entry; a new hire clears it
LEARN = """
INSERT INTO employees (employee_no, name, department, manager_no)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
ON CONFLICT (employee_no) DO UPDATE SET name = excluded.name, department = excluded.department,
    manager_no = excluded.manager_no, leave_date = CASE WHEN $5 THEN NULL ELSE employees.leave_date END
"""
Entry = tuple[str, str, str, str | None]
"""Number, name, department, number of the manager."""


async def learn_employees(session: AsyncSession, entries: Sequence[Entry], *, hired: bool) -> None:
    """Note people as the directory describes them now; a hire ends an earlier leave."""
    last = {entry[0]: entry for entry in entries}.values()  # of several descriptions of one person the last holds
    await (await raw(session)).execute(LEARN, *zip(*last, strict=True), hired)


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
