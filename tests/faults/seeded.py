"""`python seeded.py BUG PACKAGE PART …`: run a process of a service with one protocol bug planted in it.

The kill loop must go red for each of these; a loop that stays green proves nothing. They are the mistakes that outbox
designs are known for (shared design: reliability.md).
"""

import asyncio
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import consumer, relay
from chassis.inbox import Message, Subscription
from chassis.serve import main


def id_after_the_last() -> None:
    """Take rows with an id greater than the last one seen: those that commit late are never looked at again."""
    seen = 0

    async def give_positions(connection: asyncpg.Connection) -> int:
        nonlocal seen
        async with connection.transaction():
            state = await connection.fetchrow("SELECT position, chain FROM relay_state FOR UPDATE")
            assert state is not None
            if not seen:
                seen = await connection.fetchval("SELECT coalesce(max(id), 0) FROM outbox WHERE position IS NOT NULL")
            rows = await connection.fetch("SELECT id, body FROM outbox WHERE id > $1 ORDER BY id LIMIT 1000", seen)
            position, chain = state["position"], state["chain"]
            for row in rows:
                position, chain, seen = position + 1, relay.chained(chain, row["body"]), row["id"]
                await connection.execute(
                    "UPDATE outbox SET position = $1, chain = $2 WHERE id = $3", position, chain, row["id"]
                )
            await connection.execute("UPDATE relay_state SET position = $1, chain = $2", position, chain)
            return len(rows)

    relay.give_positions = give_positions
    relay.GATHER = 0.0  # waiting for companions would hide most of what such a relay loses


def watermark_in_another_transaction() -> None:
    """Move the watermark before the events are applied, each in a transaction of its own."""
    apply, check, move = consumer.consume_batch, consumer.check_sequence, consumer.move_watermark

    async def consume_batch(session: AsyncSession, subscription: Subscription, messages: Sequence[Message]) -> None:
        check(messages, await consumer.watermark(session, subscription.producer, lock=True))
        await move(session, subscription.producer, messages[-1], 0)
        await session.commit()
        await asyncio.sleep(0.05)  # the time a busy machine puts between two commits
        await apply(session, subscription, messages)

    consumer.consume_batch = consume_batch
    consumer.check_sequence = lambda *_: None
    consumer.move_watermark = _nothing


async def _nothing(*_: Any) -> None: ...


def no_expected_sequence() -> None:
    """Publish without saying which sequence must follow, while two relays are active."""
    headers = relay.headers

    def careless(event: relay.Placed, epoch: int) -> dict[str, str]:
        made = headers(event, epoch)
        del made["Nats-Expected-Last-Sequence"], made["Nats-Msg-Id"]
        return made

    relay.headers = careless
    two_relays()


def two_relays() -> None:
    """Let every relay be active at once: not a bug of the protocol, which must stay exact without the lock."""
    relay.wait_for_turn = _nothing


def swallowed_timeout() -> None:
    """Take whatever was sent as published, whether or not the broker said so, and never ask it again."""
    note = Path("published-by-a-flag")
    publish = relay.publish

    async def hopeful(acks: Any, events: list[relay.Placed], epoch: int) -> int:
        try:
            await publish(acks, events, epoch)
        except Exception:
            pass
        note.write_text(str(events[-1].position))
        return events[-1].position

    async def flagged(*_: Any) -> int:
        return int(note.read_text()) if note.exists() else 0

    relay.publish = hopeful
    relay.stream_end = flagged


BUGS: dict[str, Callable[[], None]] = {
    "id-after-the-last": id_after_the_last,
    "watermark-in-another-transaction": watermark_in_another_transaction,
    "no-expected-sequence-two-relays": no_expected_sequence,
    "swallowed-publish-timeout": swallowed_timeout,
    "two-relays-active": two_relays,
}

if __name__ == "__main__":
    BUGS[sys.argv.pop(1)]()
    main()
