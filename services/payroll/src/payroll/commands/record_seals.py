"""Recording what producers sealed."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from payroll.models import producer_seals


class SealTold(NamedTuple):
    """A row of producer_seals; `counted` are the types of events that payroll
    records as facts, `announced_at` is the position of the seal's own event, chains are hexadecimal."""

    producer: str
    period: date
    event_id: UUID
    position: int
    chain: str
    totals: list[dict[str, Any]]
    counted: list[str]
    announced_at: int
    own_chain: str
    announced_chain: str
    sealed_at: datetime
    sealed_by: str
    recorded_at: datetime


async def record_seals(session: AsyncSession, seals: Iterable[SealTold]) -> None:
    """Append seals; a second one of the same producer and period is refused by the key."""
    await session.execute(insert(producer_seals), [seal._asdict() for seal in seals])
