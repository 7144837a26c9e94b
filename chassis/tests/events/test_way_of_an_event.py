"""From announce to fact: order, exactness, refills, refusals. Real PostgreSQL, real broker."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import text

from chassis import streams
from chassis.consumer import ConsumerStopped, consume
from chassis.database import Database
from chassis.relay import RelayStopped, chained, give_positions, relay
from chassis.worker import end
from local_stack import nats

from .conftest import Pair, record, subscription

pytestmark = pytest.mark.asyncio


@asynccontextmanager
async def relaying(pair: Pair) -> AsyncIterator[asyncio.Task[None]]:
    settings = pair.settings(pair.producer)
    task = asyncio.create_task(relay(settings.database_url, settings.nats_url, "orders"))
    yield task
    await ended(task)


@asynccontextmanager
async def consuming(pair: Pair, handler: Any = record) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(consume(pair.consumer, subscription(handler), pair.settings(pair.consumer)))
    yield task
    await ended(task)


async def ended(task: asyncio.Task[None]) -> None:
    await end(task)


async def until(done: Callable[[], Awaitable[bool]], *, seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not await done():
            await asyncio.sleep(0.02)


async def value(database: Database, query: str) -> Any:
    async with database.reading() as session:
        return (await session.execute(text(query))).scalar_one()


async def test_events_arrive_once_and_in_order(pair: Pair) -> None:
    async with relaying(pair), consuming(pair):
        for start in range(0, 1200, 100):
            await pair.announce(*range(start, start + 100))
        await until(lambda: _count(pair, 1200))
    assert await pair.facts() == list(range(1200))
    assert await value(pair.consumer, "SELECT count(*) FROM inbox") == 1200
    assert await value(pair.consumer, "SELECT position FROM watermarks") == 1200


async def _count(pair: Pair, number: int) -> bool:
    return len(await pair.facts()) >= number


async def test_positions_leave_no_gap_for_rows_that_commit_late(pair: Pair) -> None:
    """A row with a lower id that commits after a higher one still gets its position (reliability.md, step 2)."""
    late = await pair.producer.connect()
    running = late.transaction()
    await running.start()
    await late.execute(
        "INSERT INTO outbox (event_id, type, about, business_date, recorded_at, body)"
        " VALUES (gen_random_uuid(), 'order.created', '1', '2026-11-02', now(), '{}')"
    )
    await pair.announce(2)
    connection = await pair.producer.connect()
    assert await give_positions(connection) == 1
    await running.commit()
    assert await give_positions(connection) == 1
    rows = await connection.fetch("SELECT id, position FROM outbox ORDER BY position")
    assert [(r["id"], r["position"]) for r in rows] == [(2, 1), (1, 2)]
    await late.close()
    await connection.close()


async def test_the_chain_is_what_the_bodies_say(pair: Pair) -> None:
    await pair.announce(1, 2, 3)
    connection = await pair.producer.connect()
    await give_positions(connection)
    rows = await connection.fetch("SELECT body, chain FROM outbox ORDER BY position")
    chain = b""
    for row in rows:
        chain = chained(chain, row["body"])
        assert row["chain"] == chain
    await connection.close()


async def test_a_second_relay_waits_and_takes_over(pair: Pair) -> None:
    async with relaying(pair) as first, relaying(pair), consuming(pair):
        await pair.announce(1, 2)
        await until(lambda: _count(pair, 2))
        await ended(first)
        await pair.announce(3)
        await until(lambda: _count(pair, 3))
    assert await pair.facts() == [1, 2, 3]


async def test_a_killed_broker_loses_nothing(pair: Pair) -> None:
    async with relaying(pair), consuming(pair):
        await pair.announce(*range(50))
        await until(lambda: _count(pair, 1))
        nats.kill(pair.server)
        await pair.announce(*range(50, 100))
        again = nats.start(pair.server.folder)
        try:
            await until(lambda: _count(pair, 100))
        finally:
            nats.stop(again)
    assert await pair.facts() == list(range(100))


async def test_an_emptied_broker_is_filled_again_from_the_outbox(pair: Pair) -> None:
    async with relaying(pair), consuming(pair):
        await pair.announce(*range(60))
        await until(lambda: _count(pair, 60))
        nats.wipe(pair.server)
        again = nats.start(pair.server.folder)
        try:
            await pair.announce(*range(60, 80))
            await until(lambda: _count(pair, 80))
            admin = await streams.connect(again.url("admin"), name="test")
            state = await streams.check(admin, "orders")
            await streams.leave(admin)
        finally:
            nats.stop(again)
    assert (state["first_seq"], state["last_seq"], state["messages"]) == (1, 80, 80)
    assert await pair.facts() == list(range(80))


async def test_a_lost_stream_begins_again_at_the_oldest_event_kept(pair: Pair) -> None:
    async with relaying(pair), consuming(pair):
        await pair.announce(*range(30))
        await until(lambda: _count(pair, 30))
    nats.wipe(pair.server)
    again = nats.start(pair.server.folder)
    connection = await pair.producer.connect()
    await connection.execute("DELETE FROM outbox WHERE position <= 20")
    try:
        async with relaying(pair), consuming(pair):
            await pair.announce(30)
            await until(lambda: _count(pair, 31))
        admin = await streams.connect(again.url("admin"), name="test")
        state = await streams.check(admin, "orders")
        await streams.leave(admin)
    finally:
        await connection.close()
        nats.stop(again)
    assert (state["first_seq"], state["last_seq"]) == (21, 31)


async def test_poison_is_quarantined_and_the_rest_flows(pair: Pair) -> None:
    """Bytes that are no event, and data the database refuses (SQLSTATE 23514), are found in a batch of good ones."""
    connection = await pair.producer.connect()
    await pair.announce(*range(10))
    await connection.execute(
        "INSERT INTO outbox (event_id, type, about, business_date, recorded_at, body)"
        " VALUES (gen_random_uuid(), 'order.created', '?', '2026-11-02', now(), '{\"not\": \"an event\"}')"
    )
    await pair.announce(666, amount="-1.00")
    await pair.announce(*range(10, 20))
    await connection.close()
    async with relaying(pair), consuming(pair):
        await until(lambda: _count(pair, 20))
    assert await pair.facts() == list(range(20))
    async with pair.consumer.reading() as session:
        rows = (await session.execute(text("SELECT position, reason, body FROM quarantine ORDER BY position"))).all()
    assert [row.position for row in rows] == [11, 12]
    assert "malformed" in rows[0].reason
    assert bytes(rows[0].body) == b'{"not": "an event"}'
    assert "23514" in rows[1].reason
    assert await value(pair.consumer, "SELECT position FROM watermarks") == 22


async def test_types_nobody_subscribes_to_pass_and_are_counted(pair: Pair) -> None:
    connection = await pair.producer.connect()
    await connection.execute(
        "INSERT INTO outbox (event_id, type, about, business_date, recorded_at, body)"
        " VALUES (gen_random_uuid(), 'order.wrapped', '?', '2026-11-02', now(), '{}')"
    )
    await connection.close()
    await pair.announce(1)
    async with relaying(pair), consuming(pair):
        await until(lambda: _count(pair, 1))
    assert await value(pair.consumer, "SELECT passed_by FROM watermarks") == 1


async def test_a_schema_this_service_cannot_read_stops_the_consumer(pair: Pair) -> None:
    await pair.announce(1)
    connection = await pair.producer.connect()
    await connection.execute(
        "UPDATE outbox SET body = convert_to(replace(convert_from(body, 'UTF8'), 'created.v1', 'created.v9'), 'UTF8')"
    )
    await connection.close()
    async with relaying(pair), consuming(pair) as task:
        with pytest.raises(ConsumerStopped, match=r"order\.created\.v9"):
            await asyncio.wait_for(asyncio.shield(task), 10)
    assert await pair.facts() == []


async def test_a_passing_fault_of_a_handler_is_tried_again_and_never_quarantined(pair: Pair) -> None:
    failures = 2

    async def shaky(session: Any, events: Any) -> None:
        nonlocal failures
        if failures:
            failures -= 1
            raise ConnectionResetError("the network blinked")
        await record(session, events)

    await pair.announce(1, 2)
    async with relaying(pair), consuming(pair, shaky):
        await until(lambda: _count(pair, 2))
    assert await pair.facts() == [1, 2]
    assert await value(pair.consumer, "SELECT count(*) FROM quarantine") == 0


async def test_a_restored_older_producer_stops_loudly_instead_of_reusing_positions(pair: Pair) -> None:
    async with relaying(pair), consuming(pair):
        await pair.announce(*range(5))
        await until(lambda: _count(pair, 5))
    connection = await pair.producer.connect()
    await connection.execute("DELETE FROM outbox WHERE position > 3")
    await connection.execute(
        "UPDATE relay_state SET position = 3, chain = (SELECT chain FROM outbox WHERE position = 3)"
    )
    await connection.close()
    await pair.announce(99)
    async with relaying(pair) as task:
        with pytest.raises(RelayStopped, match="older copy"):
            await asyncio.wait_for(asyncio.shield(task), 10)
    assert await pair.facts() == list(range(5))


async def test_another_history_in_the_stream_stops_the_consumer(pair: Pair, fresh_database: Any) -> None:
    async with relaying(pair), consuming(pair):
        await pair.announce(1, 2, 3)
        await until(lambda: _count(pair, 3))
    nats.wipe(pair.server)
    again = nats.start(pair.server.folder)
    other = Pair(await fresh_database(), pair.consumer, again)
    await other.announce(7, 8, 9, 10)
    try:
        async with relaying(other), consuming(other) as task:
            with pytest.raises(ConsumerStopped, match="position 3"):
                await asyncio.wait_for(asyncio.shield(task), 10)
    finally:
        nats.stop(again)
    assert await pair.facts() == [1, 2, 3]


async def test_a_stream_that_drifted_is_refused_and_the_setting_named(pair: Pair) -> None:
    admin = await streams.connect(pair.server.url("admin"), name="test")
    config = streams.wanted("orders") | {"max_age": 3_600_000_000_000}
    await streams.ask(admin, "STREAM.UPDATE.ORDERS", config)
    with pytest.raises(streams.BrokerUnfit, match="max_age"):
        await streams.check(admin, "orders")
    await streams.leave(admin)


async def test_the_monitor_tells_whether_the_broker_is_fit(pair: Pair) -> None:
    await streams.check_broker(pair.server.monitor_url)


async def test_a_pool_recovers_from_a_database_that_was_restarted(pair: Pair) -> None:
    """Connections that the server closed are replaced before they are used, on the way of the driver too."""
    await pair.announce(1)
    admin = await pair.consumer.connect()
    await admin.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'zhanggui' AND datname = $1",
        pair.producer.url.rsplit("/", 1)[1],
    )
    await admin.close()
    await asyncio.sleep(0.2)
    await pair.announce(2)
    assert await value(pair.producer, "SELECT count(*) FROM outbox") == 2
