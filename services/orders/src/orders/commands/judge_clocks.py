"""Judging the clocks of orders: what ran out is announced, what does not hold any more is taken back."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from chassis.door import Door, door_of, new_id
from chassis.outbox import announce
from orders.commands.recording import Rows, columns
from orders.domain.clocks import Deadline, corrections, deadlines, state_of
from orders.domain.clocks import State as ClockState
from orders.domain.refund import written
from orders.domain.shop_settings import ShopSettings
from orders.outgoing import deadline_missed, miss_revoked
from orders.queries.clocks import Watched, buyers_paid, watched_orders
from orders.queries.shop_settings import shop_settings

CLOCKS = """
INSERT INTO order_clocks (order_id, clock, started_at, remind_at, due_at, allowed, state, look_at)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::timestamptz[], $6::integer[],
                     $7::text[], $8::timestamptz[])
ON CONFLICT (order_id, clock) DO UPDATE SET state = excluded.state, look_at = excluded.look_at
"""
EVENTS = """
INSERT INTO clock_events (event_id, order_id, clock, people, business_date, revokes, recorded_at)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::date[], $6::uuid[], $7::timestamptz[])
"""


@dataclass(slots=True)
class Judged:
    """Rows on their way into the database."""

    session: AsyncSession
    settings: ShopSettings
    clocks: Rows = field(default_factory=list)
    events: Rows = field(default_factory=list)


async def judge_clocks(session: AsyncSession, order_ids: Collection[UUID]) -> None:
    """Judge the clocks of orders by what is known now; the caller holds the clocks' watermark.

    An order whose outcome was known in time when it became known itself gets no clock.
    """
    orders = await watched_orders(session, order_ids)
    settings = await shop_settings(session, {order.facts.shop for order in orders})
    orders = await _with_buyers(session, orders, settings)
    judged = Judged(session, settings)
    for order in orders:
        for deadline in _deadlines(order, settings):
            _judge(judged, order, deadline)
    connection = await raw(session)
    for statement, rows in ((CLOCKS, judged.clocks), (EVENTS, judged.events)):
        if rows:
            await connection.execute(statement, *columns(rows, 0))


def _deadlines(order: Watched, settings: ShopSettings) -> list[Deadline]:
    started = deadlines(order.facts, settings, placed_on=order.placed_on, paid_on=order.paid_on)
    return [order.clocks.get(deadline.clock, deadline) for deadline in started]  # a clock that runs keeps its terms


async def _with_buyers(session: AsyncSession, orders: Sequence[Watched], settings: ShopSettings) -> list[Watched]:
    """Complete the facts of follow-ups that look missed: the buyer may have paid another order (B-05.P2)."""
    now = door_of(session).now
    doubtful = [
        (order.order_id, deadline.due_at)
        for order in orders
        for deadline in _deadlines(order, settings)
        if deadline.clock == "payment_chase" and state_of(deadline, order.facts, now) == "missed"
    ]
    paid = await buyers_paid(session, doubtful)
    return [
        replace(order, facts=replace(order.facts, buyer_paid_at=paid[order.order_id]))
        if order.order_id in paid
        else order
        for order in orders
    ]


def _judge(judged: Judged, order: Watched, deadline: Deadline) -> None:
    door = door_of(judged.session)
    state = state_of(deadline, order.facts, door.now)
    known = deadline.clock in order.clocks
    if state == "met" and not known:
        return
    look_at = deadline.due_at if state == "running" else None
    judged.clocks.append((order.order_id, *_row(deadline), state, look_at))
    announced = order.announced.get(deadline.clock, {})
    responsible = _responsible(order, deadline, state, judged.settings, door)
    new, over = corrections(state, responsible, announced)
    for miss in over:
        event_id = new_id()
        announce(judged.session, miss_revoked(order.order_no, deadline, miss, event_id=event_id, at=door.now))
        day = door.business_date(door.now)
        judged.events.append((event_id, order.order_id, deadline.clock, miss.people, day, miss.event_id, door.now))
    for people in new:
        event_id, day = new_id(), door.business_date(deadline.due_at)
        announce(
            judged.session,
            deadline_missed(order.facts.shop, order.order_no, deadline, people, event_id=event_id),
        )
        judged.events.append((event_id, order.order_id, deadline.clock, people, day, None, door.now))


def _row(deadline: Deadline) -> tuple[object, ...]:
    return deadline.clock, deadline.started_at, deadline.remind_at, deadline.due_at, deadline.allowed


def _responsible(
    order: Watched, deadline: Deadline, state: ClockState, settings: ShopSettings, door: Door
) -> Sequence[str]:
    """Name who answers: for a follow-up each seller by themselves, nobody of an untagged order; for a dispatch all its
    holders of the day in one event, also where there are none."""
    if state != "missed":
        return ()
    if deadline.clock == "payment_chase":
        return order.sellers
    if announced := order.announced.get("dispatch"):
        return list(announced)  # who answered on the day stays, whatever was set since
    holders = settings.people("dispatch_holders", order.facts.shop, door.business_date(deadline.due_at))
    return [written(holders) or ""]
