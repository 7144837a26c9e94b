"""Goods that inventory booked back: what opens the gate of refunds."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw

LEARN = """
INSERT INTO returns_received (event_id, return_no, shop, order_no, line_no, sku, quantity, received_at)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::integer[], $6::text[], $7::numeric[],
                     $8::timestamptz[])
"""


class Return(NamedTuple):
    """Goods of an order that are back."""

    event_id: UUID
    return_no: str
    shop: str
    order_no: str
    line_no: int | None
    sku: str
    quantity: Decimal
    received_at: datetime


async def learn_returns(session: AsyncSession, returns: Sequence[Return]) -> None:
    """Note what is back, also of orders that are not recorded here yet."""
    await (await raw(session)).execute(LEARN, *zip(*returns, strict=True))
