"""Dated settings as recorded."""

from collections.abc import Sequence

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncSession

from attendance.domain.thresholds import Setting, Thresholds
from attendance.models import settings


async def thresholds(session: AsyncSession) -> Thresholds:
    """Give every setting on any day."""
    query = select(settings.c.name, settings.c.value, settings.c.valid_from).order_by(settings.c.id)
    return Thresholds(Setting(*row) for row in await session.execute(query))


async def recorded_settings(session: AsyncSession) -> Sequence[RowMapping]:
    """List what was ever set, oldest first."""
    return (await session.execute(select(settings).order_by(settings.c.id))).mappings().all()
