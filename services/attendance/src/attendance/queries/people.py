"""Who somebody may act for or look at, and who stands above whom."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, Text, any_, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from attendance.domain.permissions import SEES_ALL
from attendance.models import employees
from chassis.auth import Principal
from chassis.database import raw
from chassis.scope import about_people, scope_of

HEIGHT = 32  # a chain of managers that is longer runs in a circle


class Employed(NamedTuple):
    """From when until when somebody works here."""

    hire_date: date
    leave_date: date | None

    def on(self, day: date) -> bool:
        """Tell whether they do on a day."""
        return self.hire_date <= day and (self.leave_date is None or day <= self.leave_date)


def visible(by: Principal, employee_no: ColumnElement[str]) -> ColumnElement[bool]:
    """Say in SQL about whom `by` may read or act: themselves, their team, their departments, or everybody."""
    return about_people(scope_of(by, sees_all=SEES_ALL), employee_no, employees)


async def people_within(session: AsyncSession, by: Principal, numbers: Collection[str]) -> dict[str, Employed]:
    """Give those of `numbers` that are there and within the scope of `by`."""
    named = any_(literal(list(numbers), ARRAY(Text(collation="C"))))
    query = select(employees.c.employee_no, employees.c.hire_date, employees.c.leave_date).where(
        employees.c.employee_no == named, visible(by, employees.c.employee_no)
    )
    return {number: Employed(hired, left) for number, hired, left in await session.execute(query)}


SUPERIORS = """
WITH RECURSIVE above AS (
    SELECT manager_no, 1 AS rank FROM employees WHERE employee_no = $1
    UNION ALL
    SELECT e.manager_no, a.rank + 1 FROM above a JOIN employees e ON e.employee_no = a.manager_no WHERE a.rank < $2
)
SELECT manager_no FROM above WHERE manager_no IS NOT NULL ORDER BY rank
"""


async def superiors(session: AsyncSession, employee_no: str) -> Sequence[str]:
    """List who stands above somebody, the direct supervisor first."""
    return [row["manager_no"] for row in await (await raw(session)).fetch(SUPERIORS, employee_no, HEIGHT)]
