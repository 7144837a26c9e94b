"""Writing new orders: any number of them in one statement."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from chassis.door import Door, new_id
from chassis.outbox import OutboxRow, announce_written, encode
from orders.domain.draft import net_of
from orders.domain.order import Order
from orders.domain.steps import Step
from orders.outgoing import facts_of, step_taken

# One statement, because each one more costs a round trip on the path that every order takes. ON CONFLICT waits for a
# concurrent transaction that writes the same order, so two at once become one. `(… IN …) IS TRUE` makes a hashed filter
# of what the planner, who cannot know how many rows an array brings, would turn into nested loops (4 times slower).
# Decimals travel as text: the driver takes four times as long to encode them in its binary form.
RECORD = """
WITH o AS (
    SELECT * FROM unnest(
        $1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::date[], $6::text[], $7::text[], $8::text[],
        $9::text[], $10::text[], $11::boolean[], $12::bytea[], $13::timestamptz[], $14::text[]
    ) AS t (order_id, shop, order_no, placed_at, business_date, buyer, remark, basis, state, net_amount,
            untagged, said, recorded_at, recorded_by)
), taken AS (
    INSERT INTO orders
        (order_id, shop, order_no, placed_at, business_date, buyer, remark, basis, recorded_at, recorded_by)
    SELECT order_id, shop, order_no, placed_at, business_date, buyer, remark, basis, recorded_at, recorded_by FROM o
    ON CONFLICT (shop, order_no) DO NOTHING
    RETURNING order_id
), lines AS (
    INSERT INTO order_lines
        (order_id, revision, line_no, sku, title, quantity, unit_price, discount, net_amount)
    SELECT order_id, 1, line_no, sku, title, quantity::numeric, unit_price::numeric, discount::numeric,
           net_amount::numeric
    FROM unnest($21::uuid[], $22::integer[], $23::text[], $24::text[], $25::text[], $26::text[], $27::text[],
                $28::text[]) AS t (order_id, line_no, sku, title, quantity, unit_price, discount, net_amount)
    WHERE (order_id IN (SELECT order_id FROM taken)) IS TRUE
), parties AS (
    INSERT INTO order_parties (order_id, assignment, line_no, place, employee_no, weight, amount)
    SELECT order_id, 1, line_no, place, employee_no, weight, amount::numeric
    FROM unnest($15::uuid[], $16::integer[], $17::integer[], $18::text[], $19::integer[], $20::text[])
        AS t (order_id, line_no, place, employee_no, weight, amount)
    WHERE (order_id IN (SELECT order_id FROM taken)) IS TRUE
), states AS (
    INSERT INTO order_states (order_id, state, step_no, at, business_date, event_id, recorded_at, recorded_by)
    SELECT order_id, state, step_no, at, business_date, event_id, recorded_at, recorded_by
    FROM unnest($29::uuid[], $30::text[], $31::integer[], $32::timestamptz[], $33::date[], $34::uuid[],
                $35::timestamptz[], $36::text[])
        AS t (order_id, state, step_no, at, business_date, event_id, recorded_at, recorded_by)
    WHERE (order_id IN (SELECT order_id FROM taken)) IS TRUE
), status AS (
    INSERT INTO order_status (order_id, state, revision, assignment, net_amount, refunded, untagged, said)
    SELECT order_id, state, 1, 1, net_amount::numeric, 0, untagged, said FROM o
    WHERE (order_id IN (SELECT order_id FROM taken)) IS TRUE
)
SELECT order_id FROM taken
"""

Rows = list[tuple[Any, ...]]
New = tuple[Order, Sequence[Step], Door]
Named = tuple[Order, Sequence[Step], Door, Sequence[UUID]]
"""The same with the ids of its steps' events."""


async def record_orders(session: AsyncSession, orders: Sequence[New]) -> set[UUID]:
    """Write new orders with their steps and announce them, each under its own door.

    Returns the ids of those that were new: the others' numbers belong to orders that are there already.
    """
    if not orders:
        return set()
    connection = await raw(session)
    named = [(*new, [new_id() for _ in new[1]]) for new in orders]
    recording = asyncio.ensure_future(connection.fetch(RECORD, *_columns(named)))
    try:
        for _ in range(2):  # it leaves; while the server writes, what is to be announced is put into bytes
            await asyncio.sleep(0)
        told = [_told(*new) for new in named]
    finally:
        rows = await recording
    written = {row["order_id"] for row in rows}
    for (order, _, _), events in zip(orders, told, strict=True):
        if order.order_id in written:
            announce_written(session, events)
    return written


def _told(order: Order, steps: Sequence[Step], door: Door, event_ids: Sequence[UUID]) -> list[OutboxRow]:
    facts = facts_of(order)
    return [
        encode(step_taken(order, step, facts=facts, event_id=event_id), door)
        for step, event_id in zip(steps, event_ids, strict=True)
    ]


def _columns(orders: Sequence[Named]) -> list[Any]:
    heads: Rows = []
    parties: Rows = []
    lines: Rows = []
    states: Rows = []
    # in the order of keys, so that two who record the same orders wait for each other instead of locking up
    for order, steps, door, ids in sorted(orders, key=lambda new: (new[0].shop, new[0].order_no)):
        key, day = order.order_id, door.business_date
        head = (key, order.shop, order.order_no, order.placed_at, day(order.placed_at), order.buyer, order.remark)
        status = (order.basis, order.state, str(net_of(order.lines)), not order.holdings, order.said)
        heads.append((*head, *status, door.now, door.actor))
        for line_no, sku, title, quantity, price, discount, net in order.lines:
            lines.append((key, line_no, sku, title, str(quantity), str(price), str(discount), str(net)))
        for place, (line_no, employee_no, weight, amount) in enumerate(order.holdings):
            parties.append((key, line_no, place, employee_no, weight, str(amount)))
        for no, (step, event_id) in enumerate(zip(steps, ids, strict=True), start=1):
            states.append((key, step.state, no, step.at, day(step.at), event_id, door.now, door.actor))
    return [*columns(heads, 14), *columns(parties, 6), *columns(lines, 8), *columns(states, 8)]


def columns(rows: Rows, width: int) -> list[Sequence[Any]]:
    """Turn rows into columns, as `unnest` takes them."""
    return list(zip(*rows, strict=True)) if rows else [()] * width
