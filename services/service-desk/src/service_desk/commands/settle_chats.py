"""Settling chats whose clocks are due: fold, write down what the clocks show, announce what changed by it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache, partial
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from chassis.door import Door, door_of
from service_desk.commands.reconcile import reconcile
from service_desk.domain.clocks import Judged, Limits, Spoken, judged, waits_of
from service_desk.domain.seats import Holding, Seats, agent_at
from service_desk.domain.thresholds import Thresholds
from service_desk.outgoing import clock_facts, revocation
from service_desk.queries.desk import holders_of, roster, thresholds_now

AT_ONCE = 400
CALM = timedelta(seconds=5)
"""Days and buyers are looked at this long after the last change, so that a burst of messages is one change."""
REASON = "后到的消息、座席、班次或设置改变了计时 / recalculated: messages, seats, duties or settings that came later"

DUE = """
SELECT chat_id, head, shop, chat_no FROM chats WHERE due_at <= $1 ORDER BY due_at, first_at, chat_id LIMIT $2
FOR UPDATE SKIP LOCKED
"""
SPOKEN = """
SELECT c.head, m.message_no, m.sent_at, m.sender, m.account, m.employee_no, m.buyer
FROM chats c JOIN messages m ON m.chat_id = c.chat_id WHERE c.head = ANY ($1::uuid[])
"""
NEXT = """
UPDATE chats c SET due_at = t.due_at FROM unnest($1::uuid[], $2::timestamptz[]) AS t (id, due_at) WHERE c.chat_id = t.id
"""
CLEAR = """
WITH people AS (DELETE FROM chat_people WHERE chat_id = ANY ($1::uuid[]))
DELETE FROM chat_waits WHERE chat_id = ANY ($1::uuid[]) RETURNING shop, employee_no, business_date, buyer
"""
PEOPLE = "INSERT INTO chat_people (chat_id, employee_no) SELECT * FROM unnest($1::uuid[], $2::text[])"
WAITS = """
INSERT INTO chat_waits (chat_id, wait_no, shop, message_no, greeting, employee_no, account, buyer, started_at,
                        answered_at, business_date, waited_seconds, settled, greeting_late, overdue)
SELECT * FROM unnest($1::uuid[], $2::integer[], $3::text[], $4::text[], $5::boolean[], $6::text[], $7::text[],
                     $8::text[], $9::timestamptz[], $10::timestamptz[], $11::date[], $12::integer[], $13::boolean[],
                     $14::boolean[], $15::boolean[])
"""
DAYS = """
INSERT INTO agent_days (employee_no, business_date, due_at)
SELECT * FROM unnest($1::text[], $2::date[], $3::timestamptz[])
ON CONFLICT (employee_no, business_date) DO UPDATE SET due_at = excluded.due_at
"""
BUYERS = """
INSERT INTO buyers_due (shop, buyer, due_at)
SELECT shop, buyer, $3 FROM unnest($1::text[], $2::text[]) AS t (shop, buyer)
ON CONFLICT (shop, buyer) DO UPDATE SET due_at = excluded.due_at
"""


@dataclass(slots=True)
class Chat:
    """A chat that is due: its messages, and what the clocks make of them."""

    chat_id: UUID
    head: UUID
    shop: str
    chat_no: str
    messages: list[Spoken] = field(default_factory=list)
    judged: list[Judged] = field(default_factory=list)


async def settle_chats(session: AsyncSession) -> bool:
    """Fold up to 400 chats that are due and announce what their clocks show; tells whether there were any.

    A chat is due when something about it changed, and when the day of an unanswered message is over. The result depends
    on what is known, not on when it is settled or in which parts it came. A chat that became a part of another has no
    messages of its own any more.
    """
    door, connection = door_of(session), await raw(session)
    chats = [Chat(*row) for row in await connection.fetch(DUE, door.now, AT_ONCE)]
    if not chats:
        return False
    whole = {chat.head: chat for chat in chats if chat.chat_id == chat.head}
    for head, *spoken in await connection.fetch(SPOKEN, list(whole)):
        number, sent_at, sender, account, employee_no, buyer = spoken
        whole[head].messages.append(Spoken(sent_at, number, sender, employee_no, account, buyer))
    known = await thresholds_now(session)
    await _judge(session, list(whole.values()), known, door)
    await _write_down(session, chats, known)
    facts = [fact for chat in chats for fact in clock_facts(chat.chat_id, chat.shop, chat.chat_no, chat.judged)]
    groups = [f"chat/{chat.chat_id}" for chat in chats]
    await reconcile(session, groups, facts, revoke=partial(revocation, reason=REASON))
    due = [min((one.closes_at for one in chat.judged if not one.settled), default=None) for chat in chats]
    await connection.execute(NEXT, [chat.chat_id for chat in chats], due)
    return True


async def _judge(session: AsyncSession, chats: Sequence[Chat], known: Thresholds, door: Door) -> None:
    """Find out who the agents were, then measure every wait by their duty."""
    spoken = [(chat, message) for chat in chats for message in chat.messages]
    if not spoken:
        return
    holders = await holders_of(session, {(c.shop, m.account) for c, m in spoken if m.account is not None})
    days = [door.business_date(message.sent_at) for _, message in spoken]
    named = {message.employee_no for _, message in spoken if message.employee_no is not None}
    named |= {entry.employee_no for entries in holders.values() for entry in entries if entry.employee_no is not None}
    shops = {chat.shop for chat, message in spoken if _by_duty(chat.shop, message, holders)}
    duties = await roster(session, min(days), max(days), people=named, shops=shops)
    for chat in chats:
        seats = duties.seats(holders, chat.shop)
        chat.messages = [_with_agent(message, chat.shop, seats, door) for message in chat.messages]
        allowed = _limits(known, chat.shop)
        for wait in waits_of(chat.messages):
            duty = duties.by_person.get(wait.employee_no or "", ())
            chat.judged.append(judged(wait, duty, allowed, door.timezone, now=door.now))


def _limits(known: Thresholds, shop: str) -> Callable[[date], Limits]:
    return cache(partial(known.limits, shop))


def _by_duty(shop: str, message: Spoken, holders: Mapping[tuple[str, str], Sequence[Holding]]) -> bool:
    if message.sender == "automatic" or message.employee_no is not None:
        return False
    return message.account is None or (shop, message.account) not in holders


def _with_agent(message: Spoken, shop: str, seats: Seats, door: Door) -> Spoken:
    if message.employee_no is not None or message.sender == "automatic":
        return message
    who = agent_at(seats, shop, message.account, message.sent_at, door.business_date(message.sent_at))
    return message._replace(employee_no=who)


async def _write_down(session: AsyncSession, chats: Sequence[Chat], known: Thresholds) -> None:
    """Put what the clocks show in the place of what they showed, and note which days and buyers that concerns."""
    door, connection = door_of(session), await raw(session)
    before = await connection.fetch(CLEAR, [chat.chat_id for chat in chats])
    rows: list[tuple[Any, ...]] = []
    people: set[tuple[UUID, str]] = set()
    touched = {(row["employee_no"], row["business_date"]) for row in before}
    buyers = {(row["shop"], row["buyer"]) for row in before}
    for chat in chats:
        people |= {(chat.chat_id, m.employee_no) for m in chat.messages if m.employee_no is not None}
        for number, one in enumerate(chat.judged, start=1):
            wait = one.wait
            rows.append(
                (
                    *(chat.chat_id, number, chat.shop, wait.message_no, wait.greeting, wait.employee_no, wait.account),
                    *(wait.buyer, wait.started_at, wait.answered_at, one.business_date, one.waited_seconds),
                    *(one.settled, one.greeting_late_at is not None, one.overdue_at is not None),
                )
            )
            touched.add((wait.employee_no, one.business_date))
            buyers.add((chat.shop, wait.buyer))
    if rows:
        await connection.execute(WAITS, *zip(*rows, strict=True))
    if people:
        await connection.execute(PEOPLE, *zip(*sorted(people), strict=True))
    days = sorted((who, day, _day_due(known, day, door.timezone, door.now)) for who, day in touched if who is not None)
    if days:
        await connection.execute(DAYS, *zip(*days, strict=True))
    if named := sorted((shop, buyer) for shop, buyer in buyers if buyer is not None):
        await connection.execute(BUYERS, *zip(*named, strict=True), door.now + CALM)


def _day_due(known: Thresholds, day: date, zone: ZoneInfo, now: datetime) -> datetime:
    return max(known.day_ends(day, zone), now + CALM)
