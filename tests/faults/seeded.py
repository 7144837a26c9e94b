"""`python seeded.py BUG PACKAGE PART …`: run a process of a service with one protocol bug planted in it.

The kill loop must go red for each of these; a loop that stays green proves nothing. They are the mistakes that outbox
designs are known for (shared design: reliability.md).
"""

import asyncio
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import consumer, relay
from chassis.inbox import Message, Subscription
from chassis.serve import main


def plant(where: Any, name: str, bug: Any) -> None:
    """Put something else in the place of a part of the protocol."""
    setattr(where, name, bug)


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

    plant(relay, "give_positions", give_positions)
    plant(relay, "GATHER", 0.0)  # waiting for companions would hide most of what such a relay loses


def watermark_in_another_transaction() -> None:
    """Move the watermark before the events are applied, each in a transaction of its own."""
    apply, check, move = consumer.consume_batch, consumer.check_sequence, consumer.move_watermark

    async def consume_batch(session: AsyncSession, subscription: Subscription, messages: Sequence[Message]) -> None:
        check(messages, await consumer.watermark(session, subscription.producer, lock=True))
        await move(session, subscription.producer, messages[-1], 0)
        await session.commit()
        await asyncio.sleep(0.05)  # the time a busy machine puts between two commits
        await apply(session, subscription, messages)

    plant(consumer, "consume_batch", consume_batch)
    plant(consumer, "check_sequence", lambda *_: None)
    plant(consumer, "move_watermark", _nothing)


async def _nothing(*_: Any) -> None: ...


def no_expected_sequence() -> None:
    """Publish without saying which sequence must follow, while two relays are active."""
    headers = relay.headers

    def careless(event: relay.Placed, epoch: int) -> dict[str, str]:
        made = headers(event, epoch)
        del made["Nats-Expected-Last-Sequence"], made["Nats-Msg-Id"]
        return made

    plant(relay, "headers", careless)
    two_relays()


def two_relays() -> None:
    """Let every relay be active at once: not a bug of the protocol, which must stay exact without the lock."""
    plant(relay, "wait_for_turn", _nothing)


def swallowed_timeout() -> None:
    """Take whatever was sent as published, whether or not the broker said so, and never ask it again."""
    note = Path("published-by-a-flag")  # in the folder of the street
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

    plant(relay, "publish", hopeful)
    plant(relay, "stream_end", flagged)


def watermark_later() -> None:
    """Apply the events and move the watermark afterwards, in a transaction of its own and without an inbox."""
    apply, move = consumer.consume_batch, consumer.move_watermark

    async def consume_batch(session: AsyncSession, subscription: Subscription, messages: Sequence[Message]) -> None:
        await apply(session, subscription, messages)
        await session.commit()
        await asyncio.sleep(0.05)
        await move(session, subscription.producer, messages[-1], 0)

    plant(consumer, "consume_batch", consume_batch)
    plant(consumer, "move_watermark", _nothing)
    plant(consumer, "record_inbox", _nothing)


def positions_reused() -> None:
    """Begin to count again after what the stream holds, on every start: what had a position meanwhile is forgotten."""
    session = relay.relay_session

    async def relay_session(connection: asyncpg.Connection, broker: Any, producer: str, tell: relay.Tell) -> None:
        end = await relay.stream_end(broker, connection, producer)
        await connection.execute("UPDATE relay_state SET position = $1", end)
        await session(connection, broker, producer, tell)

    plant(relay, "relay_session", relay_session)


def alteration_unnoticed() -> None:
    """Change a figure in one event of ten on its way, and believe bodies without extending the chain."""
    send = relay.Acknowledgements.send

    async def altered(acks: relay.Acknowledgements, event: relay.Placed, epoch: int) -> None:
        if event.position % 10 == 0:
            event = replace(event, body=event.body.replace(b'"amount":"', b'"amount":"1'))
        await send(acks, event, epoch)

    def positions_only(messages: Sequence[Message], mark: consumer.Watermark) -> None:
        if [message.position for message in messages] != [mark.position + n for n in range(1, len(messages) + 1)]:
            raise consumer.Gap

    plant(relay.Acknowledgements, "send", altered)
    plant(consumer, "check_sequence", positions_only)


def passing_fault_final() -> None:
    """Take a fault that passes for a refusal and drop the event; the network blinks at every second attempt."""
    record, calls = consumer.record_inbox, 0

    async def blinking(*asked: Any) -> None:
        nonlocal calls
        calls += 1
        if calls % 2 == 0:
            raise ConnectionResetError("the network blinked")
        await record(*asked)

    plant(consumer, "record_inbox", blinking)
    plant(consumer, "final_reason", lambda _: "refused")
    plant(consumer, "_set_aside", _nothing)


BUGS: dict[str, Callable[[], None]] = {
    "id-after-the-last": id_after_the_last,
    "watermark-in-another-transaction": watermark_in_another_transaction,
    "no-expected-sequence-two-relays": no_expected_sequence,
    "swallowed-publish-timeout": swallowed_timeout,
    "watermark-later": watermark_later,
    "positions-reused-after-restart": positions_reused,
    "alteration-unnoticed": alteration_unnoticed,
    "passing-fault-final": passing_fault_final,
    "two-relays-active": two_relays,
}

if __name__ == "__main__":
    BUGS[sys.argv.pop(1)]()
    main()
