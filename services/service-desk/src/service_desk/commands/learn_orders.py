"""The projection of orders: who bought, who sold, when it was paid."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from chassis.door import door_of
from service_desk.domain.review import Parties


class Learnt(NamedTuple):
    """What an event says of an order; what it does not say is None."""

    shop: str
    order_no: str
    buyer: str | None = None
    parties: Parties | None = None
    placed_at: datetime | None = None
    paid_at: datetime | None = None


LEARN = """
INSERT INTO orders (shop, order_no, buyer, parties, placed_at, paid_at)
SELECT shop, order_no, buyer, coalesce(parties, '[]'), placed_at, paid_at
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[])
    AS t (shop, order_no, buyer, parties, placed_at, paid_at)
ON CONFLICT (shop, order_no) DO UPDATE SET buyer = coalesce(excluded.buyer, orders.buyer),
    parties = CASE WHEN excluded.parties = '[]' THEN orders.parties ELSE excluded.parties END,
    placed_at = coalesce(excluded.placed_at, orders.placed_at), paid_at = coalesce(excluded.paid_at, orders.paid_at)
"""
REVIEWS = """
UPDATE review_status s SET due_at = least(s.due_at, $3) FROM unnest($1::text[], $2::text[]) AS t (shop, order_no)
JOIN reviews r ON r.shop = t.shop AND r.order_no = t.order_no WHERE s.review_id = r.review_id
"""
BUYERS = """
INSERT INTO buyers_due (shop, buyer, due_at)
SELECT DISTINCT o.shop, o.buyer, $3::timestamptz FROM unnest($1::text[], $2::text[]) AS t (shop, order_no)
JOIN orders o ON o.shop = t.shop AND o.order_no = t.order_no
WHERE o.paid_at IS NOT NULL AND EXISTS (SELECT FROM chat_waits w WHERE w.shop = o.shop AND w.buyer = o.buyer)
ON CONFLICT (shop, buyer) DO UPDATE SET due_at = least(buyers_due.due_at, excluded.due_at)
"""


async def learn_orders(session: AsyncSession, learnt: Sequence[Learnt]) -> None:
    """Note what was announced of orders, in its order; their reviews and their buyers' inquiries are due again."""
    orders: dict[tuple[str, str], Learnt] = {}
    for one in learnt:
        key = one.shop, one.order_no
        told = {name: value for name, value in one._asdict().items() if value is not None}
        orders[key] = orders.get(key, one)._replace(**told)
    rows = [(o.shop, o.order_no, o.buyer, _written(o.parties), o.placed_at, o.paid_at) for o in orders.values()]
    door, connection = door_of(session), await raw(session)
    await connection.execute(LEARN, *zip(*rows, strict=True))
    keys = list(zip(*orders, strict=True))
    await connection.execute(REVIEWS, *keys, door.now)
    await connection.execute(BUYERS, *keys, door.now)


def _written(parties: Parties | None) -> str | None:
    return None if parties is None else json.dumps(parties)
