"""Which periods are closed; a period is closed when its certificate is there."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from payroll.domain.errors import NotClosed, PeriodClosed
from payroll.domain.period import Period
from payroll.models import close_certificates


async def refuse_closed(session: AsyncSession, period: Period) -> None:
    """Refuse to go on with a closed period. Raises PeriodClosed (409); a trigger says the same to everybody else."""
    query = select(close_certificates.c.period).where(close_certificates.c.period == period.first)
    if (await session.execute(query)).scalar_one_or_none() is not None:
        raise PeriodClosed(field="period", period=period)


async def closed_just_before(session: AsyncSession, period: Period) -> list[Period]:
    """List the closed periods whose late differences come in `period`: those right before it, the latest first.

    An open period between takes those before itself; a closed one brings nothing any more.
    """
    query = select(close_certificates.c.period).where(close_certificates.c.period <= period.first)
    closed = set((await session.execute(query)).scalars())
    found: list[Period] = []
    if period.first not in closed:
        before = period.previous
        while before.first in closed:
            found.append(before)
            before = before.previous
    return found


async def certificate(session: AsyncSession, period: Period) -> dict[str, Any]:
    """Read the certificate of a closed period. Raises NotClosed (404)."""
    query = select(close_certificates).where(close_certificates.c.period == period.first)
    row = (await session.execute(query)).mappings().one_or_none()
    if row is None:
        raise NotClosed(field="period")
    return dict(row) | {"period": str(period)}


async def closed_at(session: AsyncSession, period: Period) -> datetime | None:
    """Tell when a period was closed; None while it is open."""
    query = select(close_certificates.c.closed_at).where(close_certificates.c.period == period.first)
    return (await session.execute(query)).scalar_one_or_none()
