"""What producers say that they sealed, with payroll's own chain at that place."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.door import door_of
from chassis.inbox import Received
from contracts.attendance import AttendanceSealed
from contracts.inventory import InventorySealed
from contracts.orders import OrdersSealed
from contracts.service_desk import ServiceDeskSealed
from payroll.commands.record_seals import SealTold, record_seals
from payroll.consumers.rows import ROWS
from payroll.domain.errors import PeriodUnreadable
from payroll.domain.period import Period

SEALED = (OrdersSealed, AttendanceSealed, ServiceDeskSealed, InventorySealed)


async def on_seals(session: AsyncSession, events: Sequence[Received[Any]]) -> None:
    """Record seals as the stream tells them; whether they are believed is asked when a period is closed."""
    now = door_of(session).now
    await record_seals(
        session,
        [
            SealTold(
                producer=event.data.producer,
                period=_month(event.data.period),
                event_id=event.id,
                position=event.data.position,
                chain=event.data.chain,
                totals=[total.model_dump(mode="json") for total in event.data.totals],
                counted=sorted(data.type for data in ROWS if data.producer == event.data.producer),
                announced_at=event.position,
                own_chain=event.follows.hex(),
                announced_chain=event.chain.hex(),
                sealed_at=event.time,
                sealed_by=event.actor,
                recorded_at=now,
            )
            for event in events
        ],
    )


def _month(text: str) -> date:
    try:
        return Period.parse(text).first
    except ValueError as error:  # a refusal puts the event into quarantine; anything else would be tried for ever
        raise PeriodUnreadable(field="period", period=text) from error
