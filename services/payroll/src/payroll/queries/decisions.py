"""People's decisions as they were entered: loss cases and figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import RowMapping, Table, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.pagination import PageRequest
from chassis.scope import Scope, about_people
from payroll.models import directory, figures, loss_cases


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which decisions are asked for; None does not matter."""

    employee_no: str | None = None


async def loss_page(session: AsyncSession, scope: Scope, wanted: Wanted, page: PageRequest) -> Sequence[RowMapping]:
    """List loss cases, newest first, and one more than the page holds."""
    return await _page(session, scope, loss_cases, "case_id", wanted=wanted, page=page)


async def figure_page(session: AsyncSession, scope: Scope, wanted: Wanted, page: PageRequest) -> Sequence[RowMapping]:
    """List figures, newest first, and one more than the page holds."""
    return await _page(session, scope, figures, "id", wanted=wanted, page=page)


async def _page(
    session: AsyncSession, scope: Scope, table: Table, key: str, *, wanted: Wanted, page: PageRequest
) -> Sequence[RowMapping]:
    query = (
        select(table)
        .where(about_people(scope, table.c.employee_no, directory))
        .order_by(table.c[key].desc())
        .limit(page.limit + 1)
    )
    if wanted.employee_no is not None:
        query = query.where(table.c.employee_no == wanted.employee_no)
    if (after := page.after_key(UUID)) is not None:
        query = query.where(table.c[key] < after[0])
    return (await session.execute(query)).mappings().all()
