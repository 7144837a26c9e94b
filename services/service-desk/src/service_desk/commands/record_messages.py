"""Recording messages of chats that have numbers: any number of them, of any number of chats, in few round trips."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from chassis.door import door_of, new_id
from chassis.problems import Refusal
from service_desk.commands.people import unknown_people
from service_desk.domain.errors import ChatIsThreaded, EmployeeUnknown
from service_desk.domain.message import CONTENT, Said, check_same, check_time

Taken = Literal["new", "same"] | Refusal


class InChat(NamedTuple):
    """A message and the chat it belongs to."""

    shop: str
    chat_no: str
    said: Said


KNOWN = """
SELECT k.place, c.threaded, m.sent_at, m.sender, m.account, m.employee_no, m.buyer, m.body, m.in_reply_to
FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS k (shop, chat_no, message_no, place)
JOIN chats c ON c.shop = k.shop AND c.chat_no = k.chat_no
LEFT JOIN messages m ON m.chat_id = c.chat_id AND m.message_no = k.message_no
WHERE c.threaded OR m.message_no IS NOT NULL
"""
# ON CONFLICT waits for a concurrent transaction that writes the same chat or message, so two at once become one
RECORD = """
WITH m AS (
    SELECT * FROM unnest(
        $1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::text[], $6::text[], $7::text[], $8::text[],
        $9::text[], $10::text[]
    ) WITH ORDINALITY
        AS t (shop, chat_no, message_no, sent_at, sender, account, employee_no, buyer, body, in_reply_to, place)
), c AS (
    INSERT INTO chats (chat_id, head, shop, chat_no, threaded, buyer, first_at, last_at, due_at)
    SELECT n.id, n.id, n.shop, n.chat_no, false, n.buyer, n.first_at, n.last_at, $11
    FROM unnest($13::uuid[], $14::text[], $15::text[], $16::text[], $17::timestamptz[], $18::timestamptz[])
        AS n (id, shop, chat_no, buyer, first_at, last_at)
    ON CONFLICT (shop, chat_no) DO UPDATE SET first_at = least(chats.first_at, excluded.first_at),
        last_at = greatest(chats.last_at, excluded.last_at), buyer = coalesce(chats.buyer, excluded.buyer),
        due_at = excluded.due_at
    RETURNING chat_id, shop, chat_no
)
INSERT INTO messages
    (chat_id, message_no, sent_at, sender, account, employee_no, buyer, body, in_reply_to, recorded_at, recorded_by)
SELECT c.chat_id, m.message_no, m.sent_at, m.sender, m.account, m.employee_no, m.buyer, m.body, m.in_reply_to, $11, $12
FROM m JOIN c ON c.shop = m.shop AND c.chat_no = m.chat_no ORDER BY m.place
ON CONFLICT (chat_id, message_no) DO NOTHING RETURNING 1
"""


async def judge_messages(session: AsyncSession, messages: Sequence[InChat]) -> list[Taken]:
    """Tell what `record_messages` would make of each message, changing nothing."""
    connection, now = await raw(session), door_of(session).now
    keys = [(m.shop, m.chat_no, m.said.message_no) for m in messages]
    rows = await connection.fetch(KNOWN, *zip(*keys, strict=True)) if keys else []
    known = {row["place"] - 1: row for row in rows}
    named = {m.said.employee_no for m in messages if m.said.employee_no is not None}
    strangers = await unknown_people(session, named)
    return [_judged(message, known.get(place), strangers, now) for place, message in enumerate(messages)]


def _judged(message: InChat, known: Any, strangers: frozenset[str], now: datetime) -> Taken:
    said = message.said
    try:
        if known is not None and known["threaded"]:
            raise ChatIsThreaded(field="chat_no", shop=message.shop, chat_no=message.chat_no)
        check_said(said, known, strangers, now)
    except Refusal as refusal:
        return refusal
    return "new" if known is None else "same"


def check_said(said: Said, known: Any, strangers: frozenset[str], now: datetime) -> None:
    """Refuse a message that cannot be, or is not the recorded one. Raises SentInFuture, EmployeeUnknown,
    MessageDiffers."""
    if known is not None:
        check_same(Said(said.message_no, *(known[name] for name in CONTENT)), said)
        return
    check_time(said.sent_at, field="sent_at", now=now)
    if said.employee_no in strangers:
        raise EmployeeUnknown(field="employee_no", employee_no=said.employee_no)


async def record_messages(session: AsyncSession, messages: Sequence[InChat]) -> list[Taken]:
    """Record messages, each named once, and tell what became of each; a refused one changes nothing.

    The clocks of their chats are due at once: the worker folds them.
    """
    taken = await judge_messages(session, messages)
    news = [message for message, verdict in zip(messages, taken, strict=True) if verdict == "new"]
    if not news:
        return taken
    door, connection = door_of(session), await raw(session)
    written = await connection.fetch(RECORD, *_columns(news), door.now, door.actor, *_chats(news))
    if len(written) == len(news):
        return taken
    # somebody else recorded some of them meanwhile: now they are known, and compared
    told = iter(await judge_messages(session, news))
    return [verdict if verdict != "new" or not isinstance(again := next(told), Refusal) else again for verdict in taken]


def _columns(messages: Sequence[InChat]) -> list[Sequence[Any]]:
    shops, numbers, said = zip(*messages, strict=True)
    return [shops, numbers, *zip(*said, strict=True)]


def _chats(messages: Sequence[InChat]) -> list[Sequence[Any]]:
    chats: dict[tuple[str, str], list[Said]] = {}
    for message in messages:
        chats.setdefault((message.shop, message.chat_no), []).append(message.said)
    rows = [(new_id(), *key, *span(said)) for key, said in sorted(chats.items())]  # in one order: no deadlocks
    return list(zip(*rows, strict=True))


def span(messages: Sequence[Said]) -> tuple[str | None, datetime, datetime]:
    """Give the first buyer named, and the first and the last time, of messages of a chat."""
    times = [message.sent_at for message in messages]
    buyer = next((message.buyer for message in messages if message.buyer is not None), None)
    return buyer, min(times), max(times)
