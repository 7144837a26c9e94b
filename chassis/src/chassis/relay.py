"""The relay: from the outbox to the producer's stream, in order, each event exactly once.

Positions are given to committed rows only, one after another without gaps, and the broker is made to refuse anything
that is not the next: *stream sequence = position*, always. Nothing here remembers what was published; the stream's own
last sequence says so.
"""

import asyncio
import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import asyncpg
from nats.aio.client import Client
from nats.aio.msg import Msg

from chassis import streams, telemetry
from chassis.database import wait_for_turn
from chassis.streams import BrokerError, Stored
from contracts.subjects import stream_of

AT_ONCE = 1000  # rows that get their positions in one transaction
IN_FLIGHT = 256
ACK_TIME = 5.0
GATHER = 0.04  # commits that follow one another closely share a round, at less than half the cost
IDLE_LOOK = 1.0  # a lost notification costs at most this long
REFUSED_LOOK = 1.0  # a broker that takes nothing, its disk being full, is asked again so often
OUT_OF_ORDER = (10071, 10164)  # JetStream: wrong last sequence
LOCK = "zhanggui.relay"

log = telemetry.logger("relay")


class RelayStopped(Exception):
    """The stream and this database contradict each other; going on would publish over reused positions."""


class NotInOrder(Exception):
    """The broker did not take an event at its position; look again at what it holds."""


class NotTaken(Exception):
    """The broker takes no events at the moment; they wait in the outbox, and this one is sent again."""


Tell = Callable[[str | None], None]
"""Hears why events wait for the broker, and None when they do so no longer."""


@dataclass(frozen=True, slots=True)
class Placed:
    """An outbox row with its position."""

    position: int
    event_id: str
    type: str
    body: bytes
    chain: bytes


def chained(chain: bytes, body: bytes) -> bytes:
    """Extend the hash chain by one event body."""
    return hashlib.sha256(chain + body).digest()


async def give_positions(connection: asyncpg.Connection) -> int:
    """Give the next positions to committed rows that have none, in one transaction; returns how many."""
    async with connection.transaction():
        return await place(connection)


async def place(connection: asyncpg.Connection) -> int:
    """Give up to AT_ONCE rows their positions inside the caller's transaction; returns how many."""
    state = await connection.fetchrow("SELECT position, chain FROM relay_state FOR UPDATE")
    assert state is not None
    rows = await connection.fetch("SELECT id, body FROM outbox WHERE position IS NULL ORDER BY id LIMIT $1", AT_ONCE)
    if not rows:
        return 0
    position, chain = state["position"], state["chain"]
    chains: list[bytes] = []
    for row in rows:
        chain = chained(chain, row["body"])
        chains.append(chain)
    last = position + len(rows)
    await connection.execute(
        "UPDATE outbox SET position = n.position, chain = n.chain"
        " FROM unnest($1::bigint[], $2::bigint[], $3::bytea[]) AS n(id, position, chain) WHERE outbox.id = n.id",
        [row["id"] for row in rows],
        list(range(position + 1, last + 1)),
        chains,
    )
    await connection.execute("UPDATE relay_state SET position = $1, chain = $2", last, chain)
    return len(rows)


async def placed_after(connection: asyncpg.Connection, position: int) -> list[Placed]:
    """Read the events that follow `position`, in order, as many as may be in flight."""
    rows = await connection.fetch(
        "SELECT position, event_id, type, body, chain FROM outbox WHERE position > $1 ORDER BY position LIMIT $2",
        position,
        IN_FLIGHT,
    )
    return [Placed(r["position"], str(r["event_id"]), r["type"], r["body"], r["chain"]) for r in rows]


def headers(event: Placed, epoch: int) -> dict[str, str]:
    """Write the headers that let the broker refuse, and a consumer notice, anything out of order."""
    return {
        "Nats-Msg-Id": event.event_id,
        "Nats-Expected-Last-Sequence": str(event.position - 1),
        "position": str(event.position),
        "epoch": str(epoch),
        "chain": event.chain.hex(),
    }


class Acknowledgements:
    """Answers of the broker to publishes in flight, by position, on one inbox."""

    def __init__(self, broker: Client) -> None:
        self.broker = broker
        self.inbox = broker.new_inbox()
        self.waiting: dict[int, asyncio.Future[dict[str, object]]] = {}

    async def open(self) -> None:
        await self.broker.subscribe(f"{self.inbox}.*", cb=self._answered)

    async def _answered(self, message: Msg) -> None:
        waiting = self.waiting.get(int(message.subject.rsplit(".", 1)[1]))
        if waiting is not None and not waiting.done():
            waiting.set_result(json.loads(message.data) if message.data else {"error": {"description": "no responder"}})

    async def send(self, event: Placed, epoch: int) -> None:
        self.waiting[event.position] = asyncio.get_running_loop().create_future()
        reply = f"{self.inbox}.{event.position}"
        await self.broker.publish(event.type, event.body, reply=reply, headers=headers(event, epoch))

    async def taken(self, event: Placed) -> None:
        """Wait until the broker has `event` on disk at its position.

        Raises NotInOrder when another position must follow or it stored it elsewhere, NotTaken when it refuses or says
        nothing: then it is *unknown* what happened. A broker whose disk is full does either.
        """
        try:
            async with asyncio.timeout(ACK_TIME):
                answer = await self.waiting[event.position]
        except TimeoutError:
            silent = f"position {event.position}: no answer in {ACK_TIME:.0f} s; the broker's /healthz may say why"
            raise NotTaken(silent) from None
        finally:
            self.waiting.pop(event.position, None)
        error = answer.get("error")
        if isinstance(error, dict) and error.get("err_code", OUT_OF_ORDER[0]) not in OUT_OF_ORDER:
            raise NotTaken(f"position {event.position}: the broker answered {answer}")
        if error or answer.get("seq") != event.position:
            raise NotInOrder(f"position {event.position}: the broker answered {answer}")


async def publish(acks: Acknowledgements, events: list[Placed], epoch: int) -> int:
    """Publish `events` in position order, all in flight at once; returns the last position the broker has taken."""
    for event in events:
        await acks.send(event, epoch)
    try:
        for event in events:
            await acks.taken(event)
    finally:
        acks.waiting.clear()
    return events[-1].position


async def oldest_kept(connection: asyncpg.Connection) -> int:
    """Find the first position whose event this database still has; 1 before the first event."""
    return int(await connection.fetchval("SELECT min(position) FROM outbox WHERE position IS NOT NULL") or 1)


async def stream_end(broker: Client, connection: asyncpg.Connection, producer: str) -> int:
    """Find up to which position the stream holds our events, making a lost stream anew.

    Raises RelayStopped when the stream's last message is not our own event at that position: then this database is an
    older copy (or not the stream's producer), and publishing would reuse positions.
    """
    epoch = await connection.fetchval("SELECT epoch FROM relay_state")
    try:
        state = await streams.check(broker, producer)
    except BrokerError as error:
        if error.code != streams.STREAM_NOT_FOUND:
            raise
        oldest = await oldest_kept(connection)
        log.warning("stream missing; declaring it anew", extra={"action": "stream_refill", "first": oldest})
        await streams.declare(broker, producer, first_sequence=oldest)
        state = await streams.check(broker, producer)
    last = int(state["last_seq"])
    if int(state["messages"]) == 0:
        oldest = await oldest_kept(connection)
        if oldest > last + 1:
            raise RelayStopped(
                f"stream {stream_of(producer)} is empty and begins at {last + 1}, but the oldest event kept is"
                f" {oldest}; delete the stream, and this relay will declare it with the right first sequence"
            )
        return last
    message = await streams.stored(broker, producer, last)
    own = await connection.fetchrow("SELECT event_id, chain FROM outbox WHERE position = $1", last)
    _compare(message, own, epoch, last, producer)
    return last


def _compare(message: Stored | None, own: asyncpg.Record | None, epoch: int, last: int, producer: str) -> None:
    where = f"stream {stream_of(producer)} at position {last}"
    if message is None:
        raise NotInOrder(f"{where}: the message cannot be read")
    if own is None:
        raise RelayStopped(
            f"{where}: this database never wrote it; it was restored from an older copy;"
            " see `python -m chassis.restore`"
        )
    # an older epoch is that of what `chassis.restore` took over: the same event with the same chain
    if int(message.headers.get("epoch", "0")) > epoch:
        raise RelayStopped(f"{where}: epoch {message.headers.get('epoch')} in the stream, {epoch} in this database")
    if message.headers.get("Nats-Msg-Id") != str(own["event_id"]) or message.headers.get("chain") != own["chain"].hex():
        raise RelayStopped(f"{where}: another event stands there than this database wrote")


async def relay_session(connection: asyncpg.Connection, broker: Client, producer: str, tell: Tell) -> None:
    """Relay until something breaks; whoever calls starts over with fresh connections."""
    epoch = await connection.fetchval("SELECT epoch FROM relay_state")
    acks = Acknowledgements(broker)
    await acks.open()
    woken = asyncio.Event()
    await connection.add_listener("outbox", lambda *_: woken.set())
    published = await stream_end(broker, connection, producer)
    log.info("relaying", extra={"action": "relay_started", "position": published})
    while True:
        woken.clear()
        given = await give_positions(connection)
        while events := await placed_after(connection, published):
            try:
                published = await publish(acks, events, epoch)
                tell(None)
            except NotInOrder as refused:
                log.warning("out of order", extra={"action": "relay_resync", "reason": str(refused)})
                published = await stream_end(broker, connection, producer)
            except NotTaken as refused:
                log.error("the broker takes no events", extra={"action": "relay_waits", "reason": str(refused)})
                tell(str(refused))
                await asyncio.sleep(REFUSED_LOOK)
                published = await stream_end(broker, connection, producer)
            telemetry.RELAYED.labels(producer).set(published)
        if given < AT_ONCE:
            with suppress(TimeoutError):
                async with asyncio.timeout(IDLE_LOOK):
                    await woken.wait()
                await asyncio.sleep(GATHER)
            if broker.is_closed:
                raise ConnectionError("the broker's connection is closed")


async def relay(url: str, nats_url: str, producer: str, tell: Tell = lambda reason: None) -> None:
    """Relay one producer's outbox for ever; only one relay is active, others wait for its lock.

    Lost connections and silence are answered by starting over; `tell` hears of a broker that takes nothing. Raises
    RelayStopped when the stream contradicts the database, BrokerUnfit when the stream drifted: those need a person.
    """
    while True:
        connection: asyncpg.Connection | None = None
        broker: Client | None = None
        try:
            connection = await asyncpg.connect(url, timeout=5, command_timeout=30)
            await wait_for_turn(connection, LOCK)
            broker = await streams.connect(nats_url, name=f"{producer}-relay")
            await relay_session(connection, broker, producer, tell)
        except (RelayStopped, streams.BrokerUnfit):
            raise
        except Exception as error:  # anything else: the truth is in database and stream, so start over from there
            log.warning("starting over", extra={"action": "relay_restart", "reason": repr(error)})
            await asyncio.sleep(0.2)
        finally:
            await streams.leave(broker)
            if connection is not None:
                connection.terminate()
