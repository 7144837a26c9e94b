"""Keeping the clocks going: behind what was announced, and when a deadline passes.

Clocks follow this service's own outbox rather than the writing of orders, so nothing is added to the way that every
order takes. The relay's positions have no gap and are given after the commit, so no order is passed over.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import Database, raw
from chassis.door import door_of
from orders.commands.judge_clocks import judge_clocks
from orders.commands.oversold import announce_oversold
from orders.queries.clocks import missed_of_same_buyers

AT_ONCE = 500
WAITING = """
SELECT (SELECT position FROM relay_state) > (SELECT position FROM clock_watermark)
    OR EXISTS (SELECT FROM order_clocks WHERE look_at < $1)
"""
HOLD = "SELECT w.position, r.position AS last FROM clock_watermark w, relay_state r FOR UPDATE OF w"
# The ledgers know which event told of which order; the events' own bytes need not be read again.
MOVED = """
WITH told AS MATERIALIZED (
    SELECT event_id FROM outbox
    WHERE position > $1 AND position <= $2
      AND type IN ('order.created', 'order.paid', 'order.shipped', 'order.completed', 'order.cancelled',
                   'order.operator_assigned', 'refund.executed')
)
SELECT order_id, state = 'paid' AS paid FROM told JOIN order_states USING (event_id)
UNION SELECT order_id, false FROM told JOIN order_assignments USING (event_id)
UNION SELECT order_id, false FROM told JOIN refunds USING (event_id) WHERE order_id IS NOT NULL
"""
DUE = "SELECT DISTINCT order_id FROM order_clocks WHERE look_at < $1 LIMIT $2"


async def clocks_wait(database: Database, now: datetime) -> bool:
    """Tell whether anything was announced that the clocks have not followed, or a deadline passed."""
    return bool(await database.glance(WAITING, now))


async def follow(session: AsyncSession) -> bool:
    """Judge the clocks of the next orders that moved, or whose deadline passed; tells whether there were any.

    What is announced and how far the clocks have come become true together, so a worker killed at any moment leaves
    nothing out and nothing twice. Two workers wait for each other.
    """
    connection, now = await raw(session), door_of(session).now
    watermark = await connection.fetchrow(HOLD)
    assert watermark is not None
    position = min(watermark["last"], watermark["position"] + AT_ONCE)
    moved = await connection.fetch(MOVED, watermark["position"], position)
    paid = {row["order_id"] for row in moved if row["paid"]}
    orders: set[UUID] = {row["order_id"] for row in moved}
    if paid:
        await announce_oversold(session, paid)
        orders.update(await missed_of_same_buyers(session, paid))
    orders.update(row["order_id"] for row in await connection.fetch(DUE, now, AT_ONCE))
    if orders:
        await judge_clocks(session, orders)
    if position > watermark["position"]:
        await connection.execute("UPDATE clock_watermark SET position = $1", position)
    return bool(orders) or position > watermark["position"]
