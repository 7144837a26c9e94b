"""Seals over HTTP: seal a period, and read what was sealed."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import BaseModel

from chassis.auth import Principal
from chassis.problems import Invalid
from chassis.sealing import seal, sealed
from chassis.web import Reading, Session, allowed
from contracts.sealing import Total

Month = Annotated[str, Path(description="a month, as 2026-11", max_length=7)]


class SealSaid(BaseModel):
    """What was written down when a period was sealed; `sealed_chain` is the chain with the seal's own event."""

    period: str
    position: int
    epoch: int
    chain: str
    totals: list[Total]
    event_id: UUID
    sealed_at: datetime
    sealed_by: str
    sealed_chain: str | None


class NotAMonth(Invalid):
    """A period is a month of the years 2000 to 2099, written as 2026-11."""

    zh = "期间应为 2000 至 2099 年的月份，如 2026-11。"


def seals_router(producer: str) -> APIRouter:
    """Make the routes of a producer's seals; needs `seals.read` and `seals.seal`."""
    router = APIRouter(prefix="/seals", tags=["seals"])

    @router.get("/{period}", response_model=SealSaid)
    async def read_seal(session: Reading, period: Month, by: Annotated[Principal, allowed("seals.read")]) -> Any:
        """Read a period's seal; 404 while it is not sealed."""
        return await sealed(session, _first_day(period))

    @router.post("/{period}", response_model=SealSaid)
    async def seal_period(session: Session, period: Month, by: Annotated[Principal, allowed("seals.seal")]) -> Any:
        """Seal a month that is over; sealing it again answers the same seal."""
        return await seal(session, producer=producer, period=_first_day(period))

    return router


def _first_day(period: str) -> date:
    try:
        day = datetime.strptime(f"{period}-01", "%Y-%m-%d").date()  # noqa: DTZ007 - a month has no zone
    except ValueError:
        raise NotAMonth(field="period") from None
    if not 2000 <= day.year < 2100:  # the months that payroll keeps
        raise NotAMonth(field="period")
    return day
