"""Things that ran out, and orders that were paid for them all the same (A-004-1.27b)."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from chassis.door import door_of, new_id
from chassis.outbox import announce
from orders.commands.recording import columns
from orders.outgoing import order_oversold
from orders.queries.shop_settings import shop_settings

LAST = """
SELECT DISTINCT ON (t.sku, t.warehouse) t.warehouse, t.sku, t.available
FROM unnest($1::text[], $2::text[]) AS k (warehouse, sku) JOIN stock_turns t USING (warehouse, sku)
ORDER BY t.sku, t.warehouse, t.position DESC
"""
APPEND = """
INSERT INTO stock_turns (warehouse, sku, position, at, available)
SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::timestamptz[], $5::boolean[])
"""
# something is sold out when every warehouse that ever had it had run out before the payment; a warehouse that nothing
# was heard of is none
OVERSOLD = """
SELECT DISTINCT o.order_id, o.shop, o.order_no, l.sku, t.at, t.business_date
FROM orders o JOIN order_status s USING (order_id)
JOIN order_states t ON t.order_id = o.order_id AND t.state = 'paid'
JOIN order_lines l ON l.order_id = o.order_id AND l.revision = s.revision
WHERE o.order_id = ANY ($1) AND o.basis = 'live' AND EXISTS (SELECT FROM stock_turns)
  AND NOT EXISTS (SELECT FROM oversold_skus k WHERE k.order_id = o.order_id AND k.sku = l.sku)
  AND (SELECT bool_and(NOT latest.available) FROM (
           SELECT DISTINCT ON (x.warehouse) x.available FROM stock_turns x
           WHERE x.sku = l.sku AND x.at < t.at ORDER BY x.warehouse, x.position DESC) latest)
"""
NOTE = """
INSERT INTO oversold_skus (order_id, sku, event_id, recorded_at)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::timestamptz[])
"""


class Turn(NamedTuple):
    """Something ran out in a warehouse, or is there to sell again."""

    warehouse: str
    sku: str
    position: int
    at: datetime
    available: bool


async def learn_stock(session: AsyncSession, turns: Sequence[Turn]) -> None:
    """Note where something ran out or came back; what is as it was before is left out. `turns` in their order."""
    keys = {(turn.warehouse, turn.sku) for turn in turns}
    connection = await raw(session)
    rows = await connection.fetch(LAST, *columns(list(keys), 2))
    known = {(row["warehouse"], row["sku"]): row["available"] for row in rows}
    new = []
    for turn in turns:
        if known.get((turn.warehouse, turn.sku)) is not turn.available:
            known[turn.warehouse, turn.sku] = turn.available
            new.append(turn)
    if new:
        await connection.execute(APPEND, *zip(*new, strict=True))


async def announce_oversold(session: AsyncSession, order_ids: Collection[UUID]) -> None:
    """Announce what live orders were paid for although it had run out, once for each order and SKU."""
    connection = await raw(session)
    rows = await connection.fetch(OVERSOLD, list(order_ids))
    if not rows:
        return
    settings = await shop_settings(session, {row["shop"] for row in rows})
    now = door_of(session).now
    noted = []
    for row in rows:
        event_id = new_id()
        answering = settings.people("operations_specialist", row["shop"], row["business_date"])
        announce(
            session,
            order_oversold(
                shop=row["shop"],
                order_no=row["order_no"],
                sku=row["sku"],
                answering=answering,
                event_id=event_id,
                at=row["at"],
            ),
        )
        noted.append((row["order_id"], row["sku"], event_id, now))
    await connection.execute(NOTE, *zip(*noted, strict=True))
