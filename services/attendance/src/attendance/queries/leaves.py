"""Leaves as they stand."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import RowMapping, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from attendance.domain.errors import LeaveNotFound
from attendance.domain.leave import Leave
from attendance.models import leave_states, leave_steps, leaves
from attendance.queries.people import visible
from chassis.auth import Principal
from chassis.pagination import PageRequest

CERTIFICATE = (
    select(leave_steps.c.note)
    .where(leave_steps.c.leave_id == leaves.c.leave_id, leave_steps.c.what == "certified")
    .order_by(leave_steps.c.step_no.desc())
    .limit(1)
    .scalar_subquery()
)
LEAVE = select(leaves, leave_states.c.state, CERTIFICATE.label("certificate")).join(
    leave_states, leave_states.c.leave_id == leaves.c.leave_id
)


def leave_of(row: RowMapping) -> Leave:
    """Read a row of `leaves`."""
    return Leave(
        leave_id=row["leave_id"],
        employee_no=row["employee_no"],
        leave_type=row["leave_type"],
        first_day=row["first_day"],
        last_day=row["last_day"],
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
    )


async def leave_page(
    session: AsyncSession,
    by: Principal,
    page: PageRequest,
    *,
    employee_no: str | None = None,
    state: str | None = None,
    first: date | None = None,
    last: date | None = None,
) -> Sequence[RowMapping]:
    """List leaves that `by` may see and that touch a period, the latest asked for first, and one more than fits."""
    query = LEAVE.where(visible(by, leaves.c.employee_no)).order_by(leaves.c.leave_id.desc()).limit(page.limit + 1)
    if employee_no is not None:
        query = query.where(leaves.c.employee_no == employee_no)
    if state is not None:
        query = query.where(leave_states.c.state == state)
    if first is not None:
        query = query.where(leaves.c.last_day >= first)
    if last is not None:
        query = query.where(leaves.c.first_day <= last)
    if (after := page.after_key(UUID)) is not None:
        query = query.where(leaves.c.leave_id < after[0])
    return (await session.execute(query)).mappings().all()


async def leave(session: AsyncSession, by: Principal, leave_id: UUID, *, hold: bool = False) -> RowMapping:
    """Find a leave; with `hold` nobody else moves it until the transaction ends.

    Raises LeaveNotFound when it is not there, or neither about somebody `by` may see nor asked for by them.
    """
    asked = leaves.c.asked_by == (by.employee_no or by.sub)
    query = LEAVE.where(leaves.c.leave_id == leave_id, or_(visible(by, leaves.c.employee_no), asked))
    row = (await session.execute(query.with_for_update(of=leave_states) if hold else query)).mappings().one_or_none()
    if row is None:
        raise LeaveNotFound()
    return row


async def leave_history(session: AsyncSession, leave_id: UUID) -> Sequence[RowMapping]:
    """List what became of a leave, in order."""
    query = select(leave_steps).where(leave_steps.c.leave_id == leave_id).order_by(leave_steps.c.step_no)
    return (await session.execute(query)).mappings().all()


async def overlapping(session: AsyncSession, asked: Leave) -> UUID | None:
    """Find a leave of the same person that covers some of the same time and was not refused or withdrawn."""
    query = (
        select(leaves.c.leave_id)
        .join(leave_states, leave_states.c.leave_id == leaves.c.leave_id)
        .where(
            leaves.c.employee_no == asked.employee_no,
            leaves.c.first_day <= asked.last_day,
            leaves.c.last_day >= asked.first_day,
            leave_states.c.state.in_(["requested", "approved"]),
        )
        .limit(1)
    )
    if asked.starts_at is not None and asked.ends_at is not None:
        both_hours = and_(leaves.c.starts_at < asked.ends_at, leaves.c.ends_at > asked.starts_at)
        query = query.where(or_(leaves.c.starts_at.is_(None), both_hours))
    return (await session.execute(query)).scalar_one_or_none()


async def steps_so_far(session: AsyncSession, leave_id: UUID) -> int:
    """Count what was recorded of a leave."""
    query = select(func.count()).where(leave_steps.c.leave_id == leave_id)
    return (await session.execute(query)).scalar_one()
