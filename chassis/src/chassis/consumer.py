"""The consumer: a producer's stream applied exactly once, with the offset in this service's own database.

The broker's own bookkeeping (acks, redelivery counts) is no evidence and is not used. The watermark moves in the
transaction that applies the events, so what is applied and what is remembered can never differ.
"""

import asyncio
import json
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from nats.aio.client import Client
from nats.aio.msg import Msg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import clock, streams, telemetry
from chassis.database import Database, raw, wait_for_turn
from chassis.dead_letters import final_reason, quarantine
from chassis.door import Door
from chassis.inbox import Malformed, Message, Received, Subscription, UnknownSchema, parse
from chassis.relay import chained
from chassis.settings import ServiceSettings
from contracts.subjects import stream_of

BATCH = 500
GATHER = 0.08  # messages that follow one another closely share a transaction: at 300 events/s 24 of them
HEARTBEAT = 1.0  # the broker says at least this often that it lives
SILENCE = 3.0
NANO = 1_000_000_000

log = telemetry.logger("consumer")


class ConsumerStopped(Exception):
    """The stream contradicts what was consumed from it; going on would skip or repeat events."""


class Gap(Exception):
    """A position is missing in what the broker delivered; ask it again from the watermark."""


@dataclass(frozen=True, slots=True)
class Watermark:
    """How far a producer's stream has been applied here."""

    position: int
    epoch: int
    chain: bytes


@dataclass(slots=True)
class Pull:
    """One pull request at a time to one ephemeral consumer; messages gather in `ready`."""

    broker: Client
    stream: str
    ready: deque[Msg] = field(default_factory=deque)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    asked: int = 0
    heard: float = 0.0
    name: str = ""
    inbox: str = ""

    async def open(self, first: int) -> None:
        """Make the broker's consumer, beginning at position `first`, and subscribe to its answers."""
        config = {
            "deliver_policy": "by_start_sequence",
            "opt_start_seq": first,
            "ack_policy": "none",
            "replay_policy": "instant",
            "mem_storage": True,
            "num_replicas": 1,
            "inactive_threshold": 30 * NANO,
        }
        request = {"stream_name": self.stream, "config": config}
        made = await streams.ask(self.broker, f"CONSUMER.CREATE.{self.stream}", request)
        self.name = made["name"]
        self.inbox = self.broker.new_inbox()
        await self.broker.subscribe(self.inbox, cb=self._arrived)

    async def _arrived(self, message: Msg) -> None:
        self.heard = asyncio.get_running_loop().time()
        status = (message.headers or {}).get("Status")
        if status is None:
            self.asked -= 1
            self.ready.append(message)
        elif status != "100":  # a heartbeat; anything else ends the request: expired, consumer gone, leader changed
            self.asked = 0
            if status not in ("404", "408"):
                self.asked = -1
        self.arrived.set()

    async def batch(self) -> list[Msg]:
        """Wait for messages; returns what is there, at most BATCH. Raises ConnectionError when the broker is silent."""
        loop = asyncio.get_running_loop()
        self.heard = loop.time()
        while not self.ready:
            if self.asked < 0:
                raise ConnectionError("the broker ended the pull request")
            if self.asked == 0:
                request = {"batch": BATCH * 4, "expires": 10 * NANO, "idle_heartbeat": int(HEARTBEAT * NANO)}
                self.asked = BATCH * 4
                subject = f"$JS.API.CONSUMER.MSG.NEXT.{self.stream}.{self.name}"
                await self.broker.publish(subject, json.dumps(request).encode(), reply=self.inbox)
            self.arrived.clear()
            try:
                async with asyncio.timeout(SILENCE):
                    await self.arrived.wait()
            except TimeoutError:
                raise ConnectionError(f"no word from the broker for {SILENCE} s") from None
            if self.broker.is_closed:
                raise ConnectionError("the broker's connection is closed")
        if len(self.ready) < BATCH:
            await asyncio.sleep(GATHER)
        return [self.ready.popleft() for _ in range(min(BATCH, len(self.ready)))]


def as_message(message: Msg) -> Message:
    """Take an event with its relay's headers; the stream sequence stands in the reply subject."""
    headers = message.headers or {}
    sequence = int(message.reply.split(".")[5])
    if headers.get("position") != str(sequence):
        raise ConsumerStopped(f"stream sequence {sequence} carries position {headers.get('position')}")
    chain = bytes.fromhex(headers.get("chain", ""))
    return Message(sequence, int(headers.get("epoch", "0")), chain, message.subject, message.data)


def check_sequence(messages: Sequence[Message], mark: Watermark) -> None:
    """Check that `messages` follow the watermark without gap, in an accepted epoch, and that the chain holds.

    Raises Gap for a missing position, ConsumerStopped for anything that contradicts what was consumed.
    """
    position, chain = mark.position, mark.chain
    for message in messages:
        if message.position != position + 1:
            raise Gap(f"after {position} came {message.position}")
        if message.epoch > mark.epoch:
            raise ConsumerStopped(
                f"position {message.position}: epoch {message.epoch}, accepted here is {mark.epoch}: the producer was"
                " restored from an older copy; see `python -m chassis.restore`"
            )
        chain = chained(chain, message.body)
        if chain != message.chain:
            raise ConsumerStopped(f"position {message.position}: the hash chain does not continue what was consumed")
        position = message.position


async def watermark(session: AsyncSession, producer: str, *, lock: bool = False) -> Watermark:
    """Read how far `producer` has been applied; with `lock`, hold the row until the transaction ends."""
    query = "SELECT position, epoch, chain FROM watermarks WHERE producer = :producer"
    row = (await session.execute(text(query + (" FOR UPDATE" if lock else "")), {"producer": producer})).one_or_none()
    return Watermark(*row) if row else Watermark(0, 1, b"")


async def move_watermark(session: AsyncSession, producer: str, last: Message, passed: int) -> None:
    """Remember that everything up to `last` is applied, in the transaction that applied it."""
    await session.execute(
        text(
            "UPDATE watermarks SET position = :position, chain = :chain, passed_by = passed_by + :passed"
            " WHERE producer = :producer"
        ),
        {"producer": producer, "position": last.position, "chain": last.chain, "passed": passed},
    )


async def record_inbox(session: AsyncSession, producer: str, events: Sequence[Received[Any]]) -> None:
    """Write the event ids down; one that is there already is a breach of the protocol and refuses the batch."""
    connection = await raw(session)
    await connection.execute(
        "INSERT INTO inbox (event_id, producer, position, received_at)"
        " SELECT e.id, $1, e.position, now() FROM unnest($2::uuid[], $3::bigint[]) AS e(id, position)",
        producer,
        [event.id for event in events],
        [event.position for event in events],
    )


async def apply(
    session: AsyncSession, subscription: Subscription, events: Sequence[tuple[Received[Any], Message]]
) -> None:
    """Apply events in order; what is refused for good is found by halving and quarantined, the rest is applied."""
    producer = subscription.producer
    handlers = {data.type: handler for data, handler in subscription.handlers.items()}
    announced = len(session.info.get("outbox", ()))
    try:
        async with session.begin_nested():
            await record_inbox(session, producer, [event for event, _ in events])
            for handler, group in groupby((event for event, _ in events), key=lambda e: handlers[e.type]):
                await handler(session, list(group))
            await session.flush()
    except Exception as error:
        reason = final_reason(error)
        if reason is None:
            raise
        del session.info.get("outbox", [])[announced:]
        if len(events) > 1:
            middle = len(events) // 2
            await apply(session, subscription, events[:middle])
            await apply(session, subscription, events[middle:])
            return
        await _set_aside(session, producer, events[0][1], reason)


async def _set_aside(session: AsyncSession, producer: str, message: Message, reason: str) -> None:
    await quarantine(session, producer, message, reason, clock.now())
    telemetry.QUARANTINED.labels(producer).inc()
    log.error("quarantined", extra={"action": "quarantine", "position": message.position, "reason": reason})


async def consume_batch(session: AsyncSession, subscription: Subscription, messages: Sequence[Message]) -> None:
    """Apply one batch and move the watermark, all in the transaction of `session`."""
    producer, classes = subscription.producer, subscription.by_type()
    mark = await watermark(session, producer, lock=True)
    check_sequence(messages, mark)
    events: list[tuple[Received[Any], Message]] = []
    passed = 0
    for follows, message in zip([mark.chain, *(m.chain for m in messages)], messages, strict=False):
        data = classes.get(message.type)
        if data is None:
            passed += 1
            continue
        try:
            events.append((parse(message, data, follows, subscription.reads.get(data)), message))
        except Malformed as error:
            await _set_aside(session, producer, message, f"malformed: {error}")
        except UnknownSchema as error:
            raise ConsumerStopped(str(error)) from error
    if events:
        await apply(session, subscription, events)
    await move_watermark(session, producer, messages[-1], passed)
    telemetry.PASSED_BY.labels(producer).inc(passed)


async def check_history(broker: Client, producer: str, mark: Watermark) -> bool:
    """Compare the stream with the watermark; False while a refilled stream has not come that far yet.

    Raises ConsumerStopped when another history stands in the stream than was consumed.
    """
    state = await streams.check(broker, producer)
    telemetry.CONSUMER_LAG.labels(producer).set(max(int(state["last_seq"]) - mark.position, 0))
    if int(state["last_seq"]) < mark.position:
        return False
    if mark.position == 0 or int(state["first_seq"]) == mark.position + 1:
        return True
    if int(state["first_seq"]) > mark.position + 1:
        raise ConsumerStopped(f"{producer}: the stream begins at {state['first_seq']}, consumed up to {mark.position}")
    message = await streams.stored(broker, producer, mark.position)
    if message is None or message.headers.get("chain") != mark.chain.hex():
        raise ConsumerStopped(f"{producer}: position {mark.position} of the stream is not what was consumed here")
    return True


async def consume_session(
    database: Database, broker: Client, subscription: Subscription, settings: ServiceSettings
) -> None:
    """Consume until something breaks; whoever calls starts over from the watermark."""
    producer = subscription.producer
    async with database.transaction(_door(settings, producer)) as session:
        await session.execute(
            text("INSERT INTO watermarks (producer) VALUES (:producer) ON CONFLICT DO NOTHING"),
            {"producer": producer},
        )
        mark = await watermark(session, producer)
    while not await check_history(broker, producer, mark):
        log.warning(
            "the stream is behind what was consumed",
            extra={"action": "await_refill", "position": mark.position},
        )
        await asyncio.sleep(0.5)
    pull = Pull(broker, stream_of(producer))
    await pull.open(mark.position + 1)
    log.info("consuming", extra={"action": "consumer_started", "producer": producer, "position": mark.position})
    while True:
        delivered = await pull.batch()
        messages = [as_message(message) for message in delivered]
        async with database.transaction(_door(settings, producer)) as session:
            await consume_batch(session, subscription, messages)
        telemetry.CONSUMED.labels(producer).set(messages[-1].position)
        telemetry.CONSUMER_LAG.labels(producer).set(int(delivered[-1].reply.split(".")[8]) + len(pull.ready))


def _door(settings: ServiceSettings, producer: str) -> Door:
    return Door(clock.now(), f"consumer:{producer}", f"consumer:{producer}", settings.timezone)


async def consume(database: Database, subscription: Subscription, settings: ServiceSettings) -> None:
    """Consume one producer for ever; one reader is active per service and producer, others wait for its lock.

    Lost connections, gaps and silence are answered by starting over at the watermark. Raises ConsumerStopped when the
    stream contradicts what was consumed: that needs a person.
    """
    producer = subscription.producer
    while True:
        broker = lock = None
        try:
            lock = await database.connect()
            await wait_for_turn(lock, f"zhanggui.consumer.{producer}")
            broker = await streams.connect(settings.nats_url, name=f"consumer-of-{producer}")
            await consume_session(database, broker, subscription, settings)
        except (ConsumerStopped, streams.BrokerUnfit):
            raise
        except Exception as error:  # the truth is in the watermark, so start over from there
            log.warning(
                "starting over",
                extra={"action": "consumer_restart", "producer": producer, "reason": repr(error)},
            )
            await asyncio.sleep(0.2)
        finally:
            await streams.leave(broker)
            if lock is not None:
                lock.terminate()
