"""Orders as they stand, folded from their ledgers; held fast when they are about to change."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from orders.domain.draft import Line
from orders.domain.errors import OrderNotFound
from orders.domain.order import Completion, Order
from orders.domain.progress import Known
from orders.domain.sellers import Holding

Key = tuple[str, str]

# in the order of keys, so that two imports that hold the same orders wait for each other instead of locking up
HEADS = """
SELECT o.order_id, o.shop, o.order_no, o.placed_at, o.basis, s.revision, s.assignment, s.said,
       CASE WHEN s.revision = 1 THEN o.buyer ELSE a.buyer END AS buyer,
       CASE WHEN s.revision = 1 THEN o.remark ELSE a.remark END AS remark
FROM unnest($1::text[], $2::text[]) AS k (shop, order_no)
JOIN orders o USING (shop, order_no) JOIN order_status s USING (order_id)
LEFT JOIN order_amendments a ON a.order_id = s.order_id AND a.revision = s.revision
ORDER BY o.shop, o.order_no
"""
LINES = """
SELECT l.order_id, l.line_no, l.sku, l.title, l.quantity, l.unit_price, l.discount, l.net_amount
FROM order_status s JOIN order_lines l ON l.order_id = s.order_id AND l.revision = s.revision
WHERE s.order_id = ANY ($1) ORDER BY l.order_id, l.line_no
"""
HOLDINGS = """
SELECT p.order_id, p.line_no, p.employee_no, p.weight,
       p.amount - COALESCE((SELECT sum(r.amount) FROM refund_shares r
                            WHERE r.order_id = p.order_id AND r.assignment = p.assignment
                              AND r.line_no = p.line_no AND r.employee_no = p.employee_no), 0) AS amount
FROM order_status s JOIN order_parties p ON p.order_id = s.order_id AND p.assignment = s.assignment
WHERE s.order_id = ANY ($1) ORDER BY p.order_id, p.place
"""
STATES = """
SELECT order_id, state, at, business_date, event_id FROM order_states
WHERE order_id = ANY ($1) ORDER BY order_id, step_no
"""
REFUNDED = """
SELECT order_id, line_no, sum(amount) AS amount FROM refund_lines
WHERE order_id = ANY ($1) GROUP BY order_id, line_no
"""

KNOWN = """
SELECT o.shop, o.order_no, o.order_id, s.said,
       (SELECT array_agg(t.state ORDER BY t.step_no) FROM order_states t WHERE t.order_id = o.order_id) AS states,
       (SELECT array_agg(t.at ORDER BY t.step_no) FROM order_states t WHERE t.order_id = o.order_id) AS times
FROM unnest($1::text[], $2::text[]) AS k (shop, order_no)
JOIN orders o USING (shop, order_no) JOIN order_status s USING (order_id)
"""


async def standing_orders(session: AsyncSession, keys: Collection[Key], *, hold: bool = False) -> dict[Key, Order]:
    """Give the orders with these (shop, order number)s that are recorded; with `hold`, nobody else changes them
    until the transaction ends."""
    connection = await raw(session)
    # the amendment is joined by a value that a waiting lock may see change, so the rows are held before they are read
    if hold:
        await connection.execute(
            "SELECT FROM unnest($1::text[], $2::text[]) AS k (shop, order_no) JOIN orders o USING (shop, order_no)"
            " JOIN order_status s USING (order_id) ORDER BY o.shop, o.order_no FOR UPDATE OF s",
            [shop for shop, _ in keys],
            [order_no for _, order_no in keys],
        )
    heads = await connection.fetch(HEADS, [shop for shop, _ in keys], [order_no for _, order_no in keys])
    if not heads:
        return {}
    ids = [head["order_id"] for head in heads]
    lines = await _grouped(connection, LINES, ids)
    holdings = await _grouped(connection, HOLDINGS, ids)
    states = await _grouped(connection, STATES, ids)
    refunded = await _grouped(connection, REFUNDED, ids)
    return {
        (head["shop"], head["order_no"]): Order(
            **head,
            lines=tuple(Line(*line[1:]) for line in lines[head["order_id"]]),
            refunded={row["line_no"]: row["amount"] for row in refunded[head["order_id"]]},
            holdings=tuple(Holding(*row[1:]) for row in holdings[head["order_id"]]),
            steps={row["state"]: row["at"] for row in states[head["order_id"]]},
            completion=_completion(states[head["order_id"]]),
        )
        for head in heads
    }


async def standing_order(session: AsyncSession, shop: str, order_no: str) -> Order:
    """Give one order and hold it until the transaction ends. Raises OrderNotFound."""
    found = await standing_orders(session, [(shop, order_no)], hold=True)
    if not found:
        raise OrderNotFound()
    return found[shop, order_no]


async def known_orders(session: AsyncSession, keys: Collection[Key]) -> dict[Key, Known]:
    """Give the little that tells whether a report is new, without holding anything."""
    shops, numbers = [shop for shop, _ in keys], [order_no for _, order_no in keys]
    rows = await (await raw(session)).fetch(KNOWN, shops, numbers)
    return {
        (shop, order_no): Known(order_id, said, dict(zip(states, times, strict=True)))
        for shop, order_no, order_id, said, states, times in rows
    }


async def _grouped(connection: asyncpg.Connection, query: str, ids: Collection[UUID]) -> Mapping[UUID, list[Any]]:
    groups: dict[UUID, list[Any]] = defaultdict(list)
    for row in await connection.fetch(query, ids):
        groups[row["order_id"]].append(row)
    return groups


def _completion(states: Collection[Any]) -> Completion | None:
    for row in states:
        if row["state"] == "completed":
            return Completion(row["event_id"], row["business_date"])
    return None
