"""The roster: entries as they stand."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import RowMapping, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from attendance.domain.errors import DutyNotFound
from attendance.domain.permissions import LEADERS, SEES_ALL
from attendance.domain.roster import Planned
from attendance.models import duties, duty_states
from attendance.queries.people import visible
from chassis.auth import Principal
from chassis.database import raw
from chassis.pagination import PageRequest

STANDING = """
SELECT d.duty_id, d.employee_no, d.business_date, d.shift, d.version, d.starts, d.ends, d.shops, d.accounts
FROM duties d JOIN duty_states s USING (duty_id)
WHERE s.state <> 'revoked' AND d.employee_no = ANY ($1::text[]) AND d.business_date BETWEEN $2 AND $3
ORDER BY d.employee_no, d.starts[1]
"""
ENTRY = select(duties, duty_states.c.state, duty_states.c.event_id).join(
    duty_states, duty_states.c.duty_id == duties.c.duty_id
)


async def standing_duties(
    session: AsyncSession, people: Collection[str], first: date, last: date
) -> dict[str, list[Planned]]:
    """Give the entries of people that were not taken off, in the order of time, by number."""
    found: dict[str, list[Planned]] = {person: [] for person in people}
    for row in await (await raw(session)).fetch(STANDING, list(people), first, last):
        found[row["employee_no"]].append(planned_of(row))
    return found


def planned_of(row: asyncpg.Record | RowMapping | dict[str, Any]) -> Planned:
    """Read a row of `duties`."""
    return Planned(
        duty_id=row["duty_id"],
        employee_no=row["employee_no"],
        day=row["business_date"],
        shift=row["shift"],
        version=row["version"],
        segments=tuple(zip(row["starts"], row["ends"], strict=True)),
        seats=tuple(zip(row["shops"], row["accounts"], strict=True)),
    )


async def roster_page(
    session: AsyncSession,
    by: Principal,
    page: PageRequest,
    *,
    first: date,
    last: date,
    employee_no: str | None = None,
    state: str | None = None,
) -> Sequence[RowMapping]:
    """List entries of a period that `by` may see, by day and person, and one more than the page holds.

    Drafts are for those who plan and those who see everybody.
    """
    query = (
        ENTRY.where(duties.c.business_date.between(first, last), visible(by, duties.c.employee_no))
        .order_by(duties.c.business_date, duties.c.employee_no, duties.c.duty_id)
        .limit(page.limit + 1)
    )
    if by.roles.isdisjoint(LEADERS | SEES_ALL):
        query = query.where(duty_states.c.state != "draft")
    if employee_no is not None:
        query = query.where(duties.c.employee_no == employee_no)
    if state is not None:
        query = query.where(duty_states.c.state == state)
    if (after := page.after_key(date.fromisoformat, str, UUID)) is not None:
        query = query.where(tuple_(duties.c.business_date, duties.c.employee_no, duties.c.duty_id) > after)
    return (await session.execute(query)).mappings().all()


async def held_duty(session: AsyncSession, by: Principal, duty_id: UUID) -> RowMapping:
    """Find an entry and hold it until the transaction ends. Raises DutyNotFound when it is not `by`'s to see."""
    query = ENTRY.where(duties.c.duty_id == duty_id, visible(by, duties.c.employee_no))
    row = (await session.execute(query.with_for_update(of=duty_states))).mappings().one_or_none()
    if row is None:
        raise DutyNotFound()
    return row
