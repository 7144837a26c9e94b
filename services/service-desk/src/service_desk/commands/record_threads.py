"""Recording messages by reply chains: the conversation of each is found, whatever the order in which they come."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from chassis.door import door_of, new_id
from chassis.problems import Refusal
from service_desk.commands.people import unknown_people
from service_desk.commands.record_messages import Taken, check_said, span
from service_desk.domain.errors import ChatIsThreaded
from service_desk.domain.message import Said
from service_desk.domain.threads import Known, Woven, weave

# chats of one shop are joined by one writer at a time: two replies to a message that both have not seen would else
# leave two conversations
ONE_WRITER = """
SELECT pg_advisory_xact_lock(hashtextextended('service_desk.threads ' || s, 0))
FROM unnest($1::text[]) AS t (s) ORDER BY s
"""
KNOWN = """
SELECT t.message_no, c.head, m.sent_at, m.sender, m.account, m.employee_no, m.buyer, m.body, m.in_reply_to
FROM thread_messages t JOIN chats c ON c.chat_id = t.chat_id
LEFT JOIN messages m ON m.chat_id = t.chat_id AND m.message_no = t.message_no AND t.message_no = ANY ($2::text[])
WHERE t.shop = $1 AND t.message_no = ANY ($3::text[])
"""
# a tree waits for what its top replies to; inside a tree every such message is there
WAITING = """
SELECT t.in_reply_to, c.head FROM thread_messages t JOIN chats c ON c.chat_id = t.chat_id
WHERE t.shop = $1 AND t.in_reply_to = ANY ($2::text[])
"""
NUMBERED = "SELECT chat_no FROM chats WHERE shop = $1 AND chat_no = ANY ($2::text[]) AND NOT threaded"
CHATS = """
INSERT INTO chats (chat_id, head, shop, chat_no, threaded, buyer, first_at, last_at, due_at)
SELECT id, id, $7, chat_no, true, buyer, first_at, last_at, $6
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[])
    AS t (id, chat_no, buyer, first_at, last_at)
"""
GROWN = """
UPDATE chats c SET first_at = least(c.first_at, t.first_at), last_at = greatest(c.last_at, t.last_at),
    buyer = coalesce(c.buyer, t.buyer), due_at = $5
FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::timestamptz[]) AS t (id, buyer, first_at, last_at)
WHERE c.chat_id = t.id
"""
# the whole goes on under the head; both ends are due, for what stood announced about the part no longer holds
JOIN = """
WITH t AS (SELECT * FROM unnest($1::uuid[], $2::uuid[]) AS t (part, head)),
parts AS (UPDATE chats c SET head = t.head, due_at = $3 FROM t WHERE c.head = t.part
          RETURNING t.head, c.first_at, c.last_at, c.buyer)
UPDATE chats c SET first_at = least(c.first_at, p.first_at), last_at = greatest(c.last_at, p.last_at),
    buyer = coalesce(c.buyer, p.buyer), due_at = $3
FROM (SELECT head, min(first_at) AS first_at, max(last_at) AS last_at, min(buyer) AS buyer FROM parts GROUP BY head) p
WHERE c.chat_id = p.head
"""
MESSAGES = """
WITH m AS (
    SELECT * FROM unnest(
        $1::uuid[], $2::text[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
        $9::text[]
    ) AS t (chat_id, message_no, sent_at, sender, account, employee_no, buyer, body, in_reply_to)
), t AS (
    INSERT INTO thread_messages (shop, message_no, in_reply_to, chat_id)
    SELECT $12, message_no, in_reply_to, chat_id FROM m
)
INSERT INTO messages
    (chat_id, message_no, sent_at, sender, account, employee_no, buyer, body, in_reply_to, recorded_at, recorded_by)
SELECT m.*, $10, $11 FROM m
"""


class InThread(NamedTuple):
    """A message and the shop whose conversations it is one of."""

    shop: str
    said: Said


class _Judged(NamedTuple):
    taken: list[Taken]
    woven: Woven[UUID]


async def judge_threads(session: AsyncSession, messages: Sequence[InThread]) -> list[Taken]:
    """Tell what `record_threads` would make of each message, changing nothing."""
    taken: list[Taken] = ["same"] * len(messages)
    for shop, places in _by_shop(messages).items():
        judged = await _judge(session, shop, [messages[place].said for place in places])
        for place, verdict in zip(places, judged.taken, strict=True):
            taken[place] = verdict
    return taken


async def record_threads(session: AsyncSession, messages: Sequence[InThread]) -> list[Taken]:
    """Record messages, each number once, into the conversations that their replies make; tell what became of each."""
    connection = await raw(session)
    shops = _by_shop(messages)
    await connection.execute(ONE_WRITER, list(shops))
    taken: list[Taken] = ["same"] * len(messages)
    for shop, places in shops.items():
        said = [messages[place].said for place in places]
        judged = await _judge(session, shop, said)
        news = [message for message, verdict in zip(said, judged.taken, strict=True) if verdict == "new"]
        if news:
            await _write(session, connection, shop, news, judged.woven)
        for place, verdict in zip(places, judged.taken, strict=True):
            taken[place] = verdict
    return taken


def _by_shop(messages: Sequence[InThread]) -> dict[str, list[int]]:
    shops: dict[str, list[int]] = {}
    for place, message in enumerate(messages):
        shops.setdefault(message.shop, []).append(place)
    return shops


async def _judge(session: AsyncSession, shop: str, said: Sequence[Said]) -> _Judged:
    connection, now = await raw(session), door_of(session).now
    numbers = [message.message_no for message in said]
    above = [message.in_reply_to for message in said if message.in_reply_to is not None]
    rows = await connection.fetch(KNOWN, shop, numbers, [*numbers, *above])
    known = {row["message_no"]: row for row in rows}
    waiting: dict[str, list[UUID]] = {}
    for row in await connection.fetch(WAITING, shop, [number for number in numbers if number not in known]):
        waiting.setdefault(row["in_reply_to"], []).append(row["head"])
    numbered = {row["chat_no"] for row in await connection.fetch(NUMBERED, shop, numbers)}
    strangers = await unknown_people(session, {m.employee_no for m in said if m.employee_no is not None})
    verdicts: dict[str, Taken] = {}
    for message in said:
        try:
            if message.message_no in numbered:
                raise ChatIsThreaded(field="message_no", shop=shop, chat_no=message.message_no)
            recorded = known.get(message.message_no)
            check_said(message, recorded, strangers, now)
            verdicts[message.message_no] = "same" if recorded is not None else "new"
        except Refusal as refusal:
            verdicts[message.message_no] = refusal
    replies = [(m.message_no, m.in_reply_to) for m in said if verdicts[m.message_no] == "new"]
    woven = weave(replies, Known({number: row["head"] for number, row in known.items()}, waiting))
    return _Judged([woven.refused.get(number) or verdicts[number] for number in numbers], woven)


async def _write(
    session: AsyncSession, connection: asyncpg.Connection, shop: str, news: Sequence[Said], woven: Woven[UUID]
) -> None:
    door = door_of(session)
    made: dict[str, UUID] = {}

    def chat_of(tree: UUID | str) -> UUID:
        return tree if isinstance(tree, UUID) else made.setdefault(tree, new_id())

    trees: dict[UUID, list[Said]] = {}
    for message in news:
        trees.setdefault(chat_of(woven.tree_of[message.message_no]), []).append(message)
    new = [(made[number], number, *span(trees[made[number]])) for number in made]
    fresh = set(made.values())
    grown = [(chat, *span(said)) for chat, said in trees.items() if chat not in fresh]
    joined = [(part, chat_of(head)) for part, head in woven.joined.items()]
    if new:
        await connection.execute(CHATS, *_columns(new), door.now, shop)
    if grown:
        await connection.execute(GROWN, *_columns(grown), door.now)
    if joined:
        await connection.execute(JOIN, *_columns(joined), door.now)
    rows = [(chat, *message) for chat, said in trees.items() for message in said]
    await connection.execute(MESSAGES, *_columns(rows), door.now, door.actor, shop)


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[Sequence[Any]]:
    return list(zip(*rows, strict=True))
