"""Deadlines of orders: the facts they are judged by, and lists."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from chassis.pagination import PageRequest
from orders.domain.clocks import Announced, Clock, Deadline, Facts
from orders.models import OrderClockRow, OrderRow, OrderStatusRow
from orders.queries.orders import Rows, Seen, visible

# historical orders are taken over from before: nobody waited for them here, and no clock runs
FACTS = """
SELECT o.order_id, o.shop, o.order_no, o.business_date, o.placed_at, t.paid_at, t.paid_on, t.shipped_at, t.completed_at,
       t.cancelled_at,
       (SELECT min(c.chased_at) FROM order_chases c WHERE c.order_id = o.order_id) AS chased_at,
       CASE WHEN s.refunded > 0 AND s.refunded = s.net_amount
            THEN (SELECT max(r.executed_at) FROM refunds r WHERE r.order_id = o.order_id) END AS refunded_at,
       ARRAY(SELECT DISTINCT p.employee_no FROM order_parties p
             WHERE p.order_id = o.order_id AND p.assignment = s.assignment ORDER BY 1) AS sellers
FROM orders o JOIN order_status s USING (order_id) CROSS JOIN LATERAL (
    SELECT max(at) FILTER (WHERE state = 'paid') AS paid_at,
           max(business_date) FILTER (WHERE state = 'paid') AS paid_on,
           max(at) FILTER (WHERE state = 'shipped') AS shipped_at,
           max(at) FILTER (WHERE state = 'completed') AS completed_at,
           max(at) FILTER (WHERE state = 'cancelled') AS cancelled_at
    FROM order_states WHERE order_id = o.order_id
) t
WHERE o.order_id = ANY ($1) AND o.basis = 'live'
"""
CLOCKS = """
SELECT order_id, clock, started_at, remind_at, due_at, allowed FROM order_clocks WHERE order_id = ANY ($1)
"""
ANNOUNCED = """
SELECT e.order_id, e.clock, e.event_id, e.business_date, e.people FROM clock_events e
WHERE e.order_id = ANY ($1) AND e.revokes IS NULL
  AND NOT EXISTS (SELECT FROM clock_events r WHERE r.revokes = e.event_id)
"""
# any payment in time will do, so the search for it stops at the first
BUYER_PAID = """
SELECT k.order_id, p.at FROM unnest($1::uuid[], $2::timestamptz[]) AS k (order_id, due_at)
JOIN orders o USING (order_id) CROSS JOIN LATERAL (
    SELECT t.at FROM orders x JOIN order_states t ON t.order_id = x.order_id AND t.state = 'paid'
    WHERE x.shop = o.shop AND x.buyer = o.buyer AND x.order_id <> o.order_id AND t.at <= k.due_at LIMIT 1
) p
"""
SAME_BUYER = """
SELECT c.order_id
FROM (SELECT DISTINCT o.shop, o.buyer FROM orders o JOIN order_states t USING (order_id)
      WHERE o.order_id = ANY ($1) AND t.state = 'paid' AND o.buyer IS NOT NULL) b
JOIN orders x ON x.shop = b.shop AND x.buyer = b.buyer
JOIN order_clocks c ON c.order_id = x.order_id AND c.clock = 'payment_chase' AND c.state = 'missed'
"""


@dataclass(frozen=True, slots=True)
class Watched:
    """An order whose clocks are to be judged: the facts, the clocks that run already, and what was announced."""

    order_id: UUID
    order_no: str
    facts: Facts
    placed_on: date
    paid_on: date | None
    sellers: Sequence[str]
    clocks: Mapping[Clock, Deadline]
    announced: Mapping[Clock, Mapping[str, Announced]]


async def watched_orders(session: AsyncSession, order_ids: Collection[UUID]) -> list[Watched]:
    """Give what is known of orders that bears on their clocks; historical ones have none and are left out."""
    connection = await raw(session)
    ids = list(order_ids)
    clocks: dict[UUID, dict[Clock, Deadline]] = defaultdict(dict)
    for row in await connection.fetch(CLOCKS, ids):
        clocks[row["order_id"]][row["clock"]] = Deadline(*row[1:])
    announced: dict[UUID, dict[Clock, dict[str, Announced]]] = defaultdict(lambda: defaultdict(dict))
    for row in await connection.fetch(ANNOUNCED, ids):
        announced[row["order_id"]][row["clock"]][row["people"]] = Announced(*row[2:])
    return [
        Watched(
            row["order_id"],
            row["order_no"],
            _facts(row),
            row["business_date"],
            row["paid_on"],
            row["sellers"],
            clocks[row["order_id"]],
            announced[row["order_id"]],
        )
        for row in await connection.fetch(FACTS, ids)
    ]


def _facts(row: Any) -> Facts:
    return Facts(
        shop=row["shop"],
        placed_at=row["placed_at"],
        paid_at=row["paid_at"],
        shipped_at=row["shipped_at"],
        completed_at=row["completed_at"],
        cancelled_at=row["cancelled_at"],
        chased_at=row["chased_at"],
        refunded_at=row["refunded_at"],
    )


async def buyers_paid(session: AsyncSession, wanted: Sequence[tuple[UUID, datetime]]) -> dict[UUID, datetime]:
    """Tell of which orders the buyer had paid another order of the shop by the deadline, and when."""
    if not wanted:
        return {}
    rows = await (await raw(session)).fetch(BUYER_PAID, *zip(*wanted, strict=True))
    return {row["order_id"]: row["at"] for row in rows}


async def missed_of_same_buyers(session: AsyncSession, order_ids: Collection[UUID]) -> list[UUID]:
    """Find missed follow-ups of the buyers of these orders, as far as these are paid."""
    rows = await (await raw(session)).fetch(SAME_BUYER, list(order_ids))
    return [row["order_id"] for row in rows]


async def clocks_page(
    session: AsyncSession,
    seen: Seen,
    page: PageRequest,
    *,
    shop: str | None,
    clock: Clock | None,
    state: Literal["running", "reminded", "met", "missed"] | None,
    now: datetime,
) -> Rows:
    """List deadlines of orders that somebody sees, the earliest first; one row more than asked for tells that there is
    a next page."""
    row = OrderClockRow
    query = (
        select(
            row.order_id,
            OrderRow.shop,
            OrderRow.order_no,
            row.clock,
            row.started_at,
            row.remind_at,
            row.due_at,
            row.allowed,
            row.state,
            OrderStatusRow.untagged,
        )
        .join(OrderRow, OrderRow.order_id == row.order_id)
        .join(OrderStatusRow, OrderStatusRow.order_id == row.order_id)
        .where(visible(seen))
        .order_by(row.due_at, row.order_id, row.clock)
        .limit(page.limit + 1)
    )
    if shop is not None:
        query = query.where(OrderRow.shop == shop)
    if clock is not None:
        query = query.where(row.clock == clock)
    if state is not None:
        query = query.where(row.state == ("running" if state == "reminded" else state))
    if state == "reminded":
        query = query.where(row.remind_at <= now)
    if (after := page.after_key(datetime.fromisoformat, UUID, str)) is not None:
        query = query.where(tuple_(row.due_at, row.order_id, row.clock) > after)
    return (await session.execute(query)).all()
