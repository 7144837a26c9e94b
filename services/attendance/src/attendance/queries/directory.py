"""Questions to the staff directory; whoever may not see an entry is answered as if it were not there."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, RowMapping, Text, and_, any_, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from attendance.domain.employment import Employment, Entry
from attendance.domain.errors import EmployeeNotFound
from attendance.domain.permissions import SEES_DIRECTORY
from attendance.models import employee_records, employees
from chassis.auth import Principal
from chassis.pagination import PageRequest
from chassis.scope import about_people, scope_of


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries are asked for; what is None does not matter."""

    department: str | None = None
    post: str | None = None
    work_place: str | None = None
    manager_no: str | None = None
    employed_on: date | None = None


def _visible(by: Principal) -> ColumnElement[bool]:
    return about_people(scope_of(by, sees_all=SEES_DIRECTORY), employees.c.employee_no, employees)


async def employee_page(
    session: AsyncSession, by: Principal, wanted: Wanted, page: PageRequest
) -> Sequence[RowMapping]:
    """List the entries that `by` may see, by number, and one more than the page holds."""
    query = select(employees).where(_visible(by)).order_by(employees.c.employee_no).limit(page.limit + 1)
    for name in ("department", "post", "work_place", "manager_no"):
        if (value := getattr(wanted, name)) is not None:
            query = query.where(employees.c[name] == value)
    if (day := wanted.employed_on) is not None:
        lasts = or_(employees.c.leave_date.is_(None), employees.c.leave_date >= day)
        query = query.where(and_(employees.c.hire_date <= day, lasts))
    if (after := page.after_key(str)) is not None:
        query = query.where(employees.c.employee_no > after[0])
    return (await session.execute(query)).mappings().all()


async def employee(session: AsyncSession, by: Principal, employee_no: str) -> RowMapping:
    """Find one entry. Raises EmployeeNotFound when it is not there or not for `by` to see."""
    query = select(employees).where(employees.c.employee_no == employee_no, _visible(by))
    row = (await session.execute(query)).mappings().one_or_none()
    if row is None:
        raise EmployeeNotFound()
    return row


async def record_page(
    session: AsyncSession, by: Principal, employee_no: str, page: PageRequest
) -> Sequence[RowMapping]:
    """List what was ever recorded about one employee, oldest first. Raises EmployeeNotFound as `employee` does."""
    await employee(session, by, employee_no)
    query = (
        select(employee_records)
        .where(employee_records.c.employee_no == employee_no)
        .order_by(employee_records.c.id)
        .limit(page.limit + 1)
    )
    if (after := page.after_key(int)) is not None:
        query = query.where(employee_records.c.id > after[0])
    return (await session.execute(query)).mappings().all()


async def employments(session: AsyncSession, numbers: Collection[str]) -> dict[str, Employment]:
    """Give the employments of `numbers` as they stand, by number; those that are not there are left out."""
    named = any_(literal(list(numbers), ARRAY(Text(collation="C"))))
    query = select(employees).where(employees.c.employee_no == named)
    return {row["employee_no"]: _employment(row) for row in (await session.execute(query)).mappings()}


def _employment(row: RowMapping) -> Employment:
    entry = Entry(
        employee_no=row["employee_no"],
        name=row["name"],
        department=row["department"],
        post=row["post"],
        hire_date=row["hire_date"],
        manager_no=row["manager_no"],
        work_place=row["work_place"],
    )
    return Employment(entry, row["valid_from"], row["leave_date"])
