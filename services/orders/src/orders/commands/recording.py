"""Writing new orders: any number of them in one statement."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from chassis.door import Door, door_of, new_id
from chassis.outbox import OutboxRow, announce_written, encode
from orders.domain.draft import net_of
from orders.domain.order import Order
from orders.domain.sellers import Directory
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
        $9::text[], $10::text[], $11::boolean[], $12::bytea[]
    ) AS t (order_id, shop, order_no, placed_at, business_date, buyer, remark, basis, state, net_amount,
            untagged, said)
), taken AS (
    INSERT INTO orders
        (order_id, shop, order_no, placed_at, business_date, buyer, remark, basis, recorded_at, recorded_by)
    SELECT order_id, shop, order_no, placed_at, business_date, buyer, remark, basis, $13, $14 FROM o
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
    SELECT order_id, state, step_no, at, business_date, event_id, $13, $14
    FROM unnest($29::uuid[], $30::text[], $31::integer[], $32::timestamptz[], $33::date[], $34::uuid[])
        AS t (order_id, state, step_no, at, business_date, event_id)
    WHERE (order_id IN (SELECT order_id FROM taken)) IS TRUE
), status AS (
    INSERT INTO order_status (order_id, state, revision, assignment, net_amount, refunded, untagged, said)
    SELECT order_id, state, 1, 1, net_amount::numeric, 0, untagged, said FROM o
    WHERE (order_id IN (SELECT order_id FROM taken)) IS TRUE
)
SELECT order_id, NULL::text AS employee_no, NULL::date AS leave_date, NULL::boolean AS anybody FROM taken
UNION ALL SELECT NULL, employee_no, leave_date, NULL FROM employees WHERE employee_no = ANY ($35::text[])
UNION ALL SELECT NULL, NULL, NULL, EXISTS (SELECT FROM employees) WHERE cardinality($35::text[]) > 0
"""

Rows = list[tuple[Any, ...]]
New = tuple[Order, Sequence[Step]]


@dataclass(frozen=True, slots=True)
class Written:
    """The ids of the orders that were new (the others' numbers belong to orders that are there already), and what the
    staff directory knows."""

    order_ids: Collection[UUID]
    directory: Directory


async def record_orders(session: AsyncSession, orders: Sequence[New], *, people: Sequence[str] = ()) -> Written:
    """Write new orders with their steps and announce them; tell on the way what the directory knows of `people`.

    Who finds that these people cannot have sold it raises, and the transaction undoes what was written.
    """
    door, connection = door_of(session), await raw(session)
    event_ids = [[new_id() for _ in steps] for _, steps in orders]
    recording = asyncio.ensure_future(connection.fetch(RECORD, *_columns(door, orders, event_ids), people))
    try:
        for _ in range(2):  # it leaves; while the server writes, what is to be announced is put into bytes
            await asyncio.sleep(0)
        told = [_told(order, steps, ids, door) for (order, steps), ids in zip(orders, event_ids, strict=True)]
    finally:
        rows = await recording
    written = {row["order_id"] for row in rows if row["order_id"] is not None}
    for (order, _), events in zip(orders, told, strict=True):
        if order.order_id in written:
            announce_written(session, events)
    last_day = {row["employee_no"]: row["leave_date"] for row in rows if row["employee_no"] is not None}
    return Written(written, Directory(any(row["anybody"] for row in rows), last_day))


def _told(order: Order, steps: Sequence[Step], event_ids: Sequence[UUID], door: Door) -> list[OutboxRow]:
    facts = facts_of(order)
    return [
        encode(step_taken(order, step, facts=facts, event_id=event_id), door)
        for step, event_id in zip(steps, event_ids, strict=True)
    ]


def _columns(door: Door, orders: Sequence[New], event_ids: Sequence[Sequence[UUID]]) -> list[Any]:
    heads: Rows = []
    parties: Rows = []
    lines: Rows = []
    states: Rows = []
    day = door.business_date
    for (order, steps), ids in zip(orders, event_ids, strict=True):
        key = order.order_id
        head = (key, order.shop, order.order_no, order.placed_at, day(order.placed_at), order.buyer, order.remark)
        status = (order.basis, order.state, str(net_of(order.lines)), not order.holdings, order.said)
        heads.append(head + status)
        for line_no, sku, title, quantity, price, discount, net in order.lines:
            lines.append((key, line_no, sku, title, str(quantity), str(price), str(discount), str(net)))
        for place, (line_no, employee_no, weight, amount) in enumerate(order.holdings):
            parties.append((key, line_no, place, employee_no, weight, str(amount)))
        for no, (step, event_id) in enumerate(zip(steps, ids, strict=True), start=1):
            states.append((key, step.state, no, step.at, day(step.at), event_id))
    return [
        *columns(heads, 12),
        door.now,
        door.actor,
        *columns(parties, 6),
        *columns(lines, 8),
        *columns(states, 6),
    ]


def columns(rows: Rows, width: int) -> list[Sequence[Any]]:
    """Turn rows into columns, as `unnest` takes them."""
    return list(zip(*rows, strict=True)) if rows else [()] * width
