"""Punches and their corrections."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import RowMapping, and_, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from attendance.domain.errors import CorrectionNotFound
from attendance.models import correction_decisions, corrections, punch_voids, punches
from attendance.queries.people import visible
from chassis.auth import Principal
from chassis.pagination import PageRequest

VOIDED = and_(punch_voids.c.employee_no == punches.c.employee_no, punch_voids.c.at == punches.c.at)
CORRECTION = select(
    corrections,
    func.coalesce(correction_decisions.c.decision, "requested").label("state"),
    correction_decisions.c.note,
    correction_decisions.c.decided_at,
    correction_decisions.c.decided_by,
).outerjoin(correction_decisions, correction_decisions.c.correction_id == corrections.c.correction_id)


async def punch_page(
    session: AsyncSession,
    by: Principal,
    page: PageRequest,
    *,
    first: date,
    last: date,
    zone: ZoneInfo,
    employee_no: str | None = None,
) -> Sequence[RowMapping]:
    """List punches of a period (days in `zone`) that `by` may see, by person and time, and one more than fits."""
    begins = datetime.combine(first, time.min, tzinfo=zone)
    ends = datetime.combine(last + timedelta(days=1), time.min, tzinfo=zone)
    query = (
        select(punches, punch_voids.c.correction_id.is_not(None).label("invalid"))
        .outerjoin(punch_voids, VOIDED)
        .where(punches.c.at >= begins, punches.c.at < ends, visible(by, punches.c.employee_no))
        .order_by(punches.c.employee_no, punches.c.at)
        .limit(page.limit + 1)
    )
    if employee_no is not None:
        query = query.where(punches.c.employee_no == employee_no)
    if (after := page.after_key(str, datetime.fromisoformat)) is not None:
        query = query.where(tuple_(punches.c.employee_no, punches.c.at) > after)
    return (await session.execute(query)).mappings().all()


async def valid_punch(session: AsyncSession, employee_no: str, at: datetime) -> bool | None:
    """Tell whether a punch is there and valid; None when there is none."""
    query = select(punch_voids.c.at.is_(None)).select_from(punches).outerjoin(punch_voids, VOIDED)
    query = query.where(punches.c.employee_no == employee_no, punches.c.at == at)
    return (await session.execute(query)).scalar_one_or_none()


async def correction_page(
    session: AsyncSession, by: Principal, page: PageRequest, *, state: str | None = None
) -> Sequence[RowMapping]:
    """List corrections that `by` may see, the latest first, and one more than the page holds."""
    query = CORRECTION.where(visible(by, corrections.c.employee_no))
    query = query.order_by(corrections.c.correction_id.desc()).limit(page.limit + 1)
    if state == "requested":
        query = query.where(correction_decisions.c.decision.is_(None))
    elif state is not None:
        query = query.where(correction_decisions.c.decision == state)
    if (after := page.after_key(UUID)) is not None:
        query = query.where(corrections.c.correction_id < after[0])
    return (await session.execute(query)).mappings().all()


async def correction(session: AsyncSession, by: Principal, correction_id: UUID, *, hold: bool = False) -> RowMapping:
    """Find a correction; with `hold` nobody else decides it until the transaction ends.

    Raises CorrectionNotFound when it is not there, or neither about somebody `by` may see nor asked for by them.
    """
    asked = corrections.c.asked_by == (by.employee_no or by.sub)
    query = CORRECTION.where(
        corrections.c.correction_id == correction_id, or_(visible(by, corrections.c.employee_no), asked)
    )
    if hold:
        await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(str(correction_id), 0))))
    row = (await session.execute(query)).mappings().one_or_none()
    if row is None:
        raise CorrectionNotFound()
    return row
