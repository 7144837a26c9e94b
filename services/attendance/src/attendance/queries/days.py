"""Days as evaluated last."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import RowMapping, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from attendance.models import days
from attendance.queries.people import visible
from chassis.auth import Principal
from chassis.pagination import PageRequest


async def day_page(
    session: AsyncSession,
    by: Principal,
    page: PageRequest,
    *,
    first: date,
    last: date,
    employee_no: str | None = None,
    status: str | None = None,
) -> Sequence[RowMapping]:
    """List evaluated days of a period that `by` may see, by person and day, and one more than the page holds."""
    query = (
        select(days)
        .where(days.c.business_date.between(first, last), visible(by, days.c.employee_no))
        .order_by(days.c.employee_no, days.c.business_date)
        .limit(page.limit + 1)
    )
    if employee_no is not None:
        query = query.where(days.c.employee_no == employee_no)
    if status is not None:
        query = query.where(days.c.status == status)
    if (after := page.after_key(str, date.fromisoformat)) is not None:
        query = query.where(tuple_(days.c.employee_no, days.c.business_date) > after)
    return (await session.execute(query)).mappings().all()
