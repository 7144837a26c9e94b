"""Counting inquiries and those that were won: one a buyer and agent in the conversion window."""

from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from chassis.door import Door, door_of
from service_desk.commands.reconcile import reconcile
from service_desk.domain.inquiries import Ask, Inquiry, Paid, inquiries_of
from service_desk.domain.thresholds import Thresholds
from service_desk.outgoing import Holding, inquiry_counted, inquiry_won, revocation
from service_desk.queries.desk import thresholds_now

AT_ONCE = 400
REASON = "后到的消息、座席、订单或设置改变了询单 / counted anew: messages, seats, orders or settings that came later"

# a buyer who wrote or paid meanwhile is due again
DUE = """
DELETE FROM buyers_due b USING (
    SELECT shop, buyer FROM buyers_due WHERE due_at <= $1 ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED
) AS d WHERE b.shop = d.shop AND b.buyer = d.buyer RETURNING b.shop, b.buyer
"""
ASKS = """
SELECT w.shop, w.buyer, w.started_at, w.employee_no, c.chat_no
FROM unnest($1::text[], $2::text[]) AS t (shop, buyer)
JOIN chat_waits w ON w.shop = t.shop AND w.buyer = t.buyer JOIN chats c ON c.chat_id = w.chat_id
WHERE w.settled AND w.employee_no IS NOT NULL
"""
PAID = """
SELECT o.shop, o.buyer, o.paid_at, o.order_no FROM unnest($1::text[], $2::text[]) AS t (shop, buyer)
JOIN orders o ON o.shop = t.shop AND o.buyer = t.buyer WHERE o.paid_at IS NOT NULL
"""
CLEAR = """
DELETE FROM inquiries i USING unnest($1::text[], $2::text[]) AS t (shop, buyer)
WHERE i.shop = t.shop AND i.buyer = t.buyer
"""
WRITE = """
INSERT INTO inquiries
    (counted_event_id, shop, buyer, employee_no, chat_no, asked_at, until, business_date, order_no, won_at)
SELECT t.id, t.shop, t.buyer, t.employee_no, t.chat_no, t.asked_at, t.until, t.day, t.order_no, t.won_at
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::timestamptz[],
            $8::date[], $9::text[], $10::timestamptz[])
    AS t (id, shop, buyer, employee_no, chat_no, asked_at, until, day, order_no, won_at)
"""
Buyer = tuple[str, str]


async def settle_inquiries(session: AsyncSession) -> bool:
    """Fold what up to 400 buyers asked and paid into inquiries, and announce what changed; tells whether there
    were any."""
    door, connection = door_of(session), await raw(session)
    buyers: list[Buyer] = [(row["shop"], row["buyer"]) for row in await connection.fetch(DUE, door.now, AT_ONCE)]
    if not buyers:
        return False
    known = await thresholds_now(session)
    asks: dict[Buyer, list[Ask]] = {buyer: [] for buyer in buyers}
    paid: dict[Buyer, list[Paid]] = {buyer: [] for buyer in buyers}
    for shop, buyer, asked_at, who, chat_no in await connection.fetch(ASKS, *zip(*buyers, strict=True)):
        asks[shop, buyer].append(Ask(asked_at, who, chat_no))
    for shop, buyer, paid_at, order_no in await connection.fetch(PAID, *zip(*buyers, strict=True)):
        paid[shop, buyer].append(Paid(paid_at, order_no))
    found = [
        (key, inquiry)
        for key in buyers
        for inquiry in inquiries_of(asks[key], paid[key], partial(_window, known, key[0], door))
    ]
    await _announce(session, door, buyers, found)
    return True


def _window(known: Thresholds, shop: str, door: Door, at: datetime) -> timedelta:
    return timedelta(hours=known.number("conversion_window_hours", shop, door.business_date(at)))


async def _announce(session: AsyncSession, door: Door, buyers: list[Buyer], found: list[tuple[Buyer, Inquiry]]) -> None:
    connection, revoke = await raw(session), partial(revocation, reason=REASON)
    groups = [f"buyer/{shop}/{buyer}" for shop, buyer in buyers]
    day = door.business_date
    counted = [(inquiry_counted(*key, inquiry, day(inquiry.ask.asked_at)), key, inquiry) for key, inquiry in found]
    facts = [fact for fact, _, _ in counted]
    ids = await reconcile(session, groups, facts, revoke=revoke, keys="counted/")
    won: list[Holding] = []
    rows = []
    for fact, key, inquiry in counted:
        event_id, order = ids[fact.group, fact.key], inquiry.won
        if order is not None:
            won.append(inquiry_won(fact, event_id, order.order_no, order.paid_at))
        ask, said = inquiry.ask, (order.order_no, order.paid_at) if order else (None, None)
        rows.append(
            (event_id, *key, ask.employee_no, ask.chat_no, ask.asked_at, inquiry.until, fact.business_date, *said)
        )
    await reconcile(session, groups, won, revoke=revoke, keys="won/")
    await connection.execute(CLEAR, *zip(*buyers, strict=True))
    if rows:
        await connection.execute(WRITE, *zip(*rows, strict=True))
