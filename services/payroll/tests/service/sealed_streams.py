"""Streams of other services for tests of the close: announced, sealed and placed by the producers' own code."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from chassis.consumer import consume_batch
from chassis.database import Database
from chassis.door import Door
from chassis.inbox import Message
from chassis.outbox import Outgoing, announce
from chassis.relay import give_positions
from chassis.sealing import seal, sealed
from contracts.base import EventData
from contracts.orders import OrderCompleted, OrderCreated, RefundExecuted
from payroll.api.peers import told_of
from payroll.consumers import SUBSCRIPTIONS
from payroll.domain.closing import PRODUCERS, Told
from payroll.domain.period import Period

from .conftest import SHANGHAI, Payroll, shares

MAY, FIRST = Period(2026, 5), date(2026, 5, 1)
NOON = datetime(2026, 5, 10, 4, tzinfo=UTC)
JUNE = datetime(2026, 6, 1, 4, tzinfo=UTC)


@dataclass(frozen=True)
class Stream:
    """What a producer announced up to its seal, and what it says itself about the seal."""

    messages: list[Message]
    told: Told


def sales(count: int, seller: str | None = None) -> list[EventData]:
    """Make orders and refunds: every third order is completed, every seventh paid back in part."""
    made: list[EventData] = []
    for n in range(count):
        amount = f"{n}.25"
        said: dict[str, Any] = {"shop": "店", "order_no": str(n), "net_amount": Decimal(amount)}
        sold = shares(**{seller: amount}) if seller else ()
        made.append((OrderCompleted if n % 3 == 0 else OrderCreated)(**said, shares=sold))
        if n % 7 == 0:
            back: dict[str, Any] = {"refund_no": f"R{n}", "amount": Decimal("0.25"), "basis": "live"}
            made.append(RefundExecuted(shop="店", order_no=str(n), **back))
    return made[:count]


async def make_stream(database: Database, producer: str, events: Iterable[EventData] = ()) -> Stream:
    """Announce events, seal May 2026 on the first of June, and read what then goes over the stream."""
    async with database.transaction(Door(NOON, "shop", "c1", SHANGHAI)) as session:
        for data in events:
            announce(session, Outgoing(data, about=getattr(data, "order_no", "") or "x", time=NOON))
    async with database.transaction(Door(JUNE, "hr", "c2", SHANGHAI)) as session:
        await seal(session, producer=producer, period=FIRST)
    connection = await database.connect()
    await give_positions(connection)
    rows = await connection.fetch("SELECT type, body, position, chain FROM outbox ORDER BY position")
    await connection.close()
    async with database.reading() as session:
        said = await sealed(session, FIRST)
    shown = said | {"sealed_at": said["sealed_at"].isoformat(), "event_id": str(said["event_id"])}
    messages = [Message(r["position"], 1, bytes(r["chain"]), r["type"], bytes(r["body"])) for r in rows]
    return Stream(messages, told_of(shown, MAY))


async def make_streams(clone: Callable[[str], Any], events: Sequence[EventData]) -> dict[str, Stream]:
    """Make a stream of every producer; orders has `events`, the others announce nothing but their seal."""
    return {
        producer: await make_stream((await clone(producer)).opened, producer, events if producer == "orders" else ())
        for producer in PRODUCERS
    }


def told_by(streams: dict[str, Stream]) -> dict[str, Told]:
    """What each producer answers when payroll asks it."""
    return {producer: stream.told for producer, stream in streams.items()}


async def take_in(payroll: Payroll, producer: str, messages: Sequence[Message]) -> None:
    """Consume messages of a producer as the worker does."""
    async with payroll.db.opened.transaction(Door(JUNE, "consumer", "c3", SHANGHAI)) as session:
        query = "INSERT INTO watermarks (producer) VALUES (:producer) ON CONFLICT DO NOTHING"
        await session.execute(text(query), {"producer": producer})
        if messages:
            [subscription] = [s for s in SUBSCRIPTIONS if s.producer == producer]
            await consume_batch(session, subscription, messages)
