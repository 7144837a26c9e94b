"""The API and the worker of orders, each a whole application on a database and a broker of the test's own."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import text

from chassis import backlog, streams, worker
from chassis.auth import Principal
from chassis.serve import application
from chassis.testing import Client, TestDatabase
from local_stack import nats

BOSS = Principal("boss", None, frozenset({"boss"}))


@dataclass
class Orders:
    """The API of orders, and what lies in its outbox and in the stream."""

    http: Client
    db: TestDatabase

    async def place(self, number: int, **headers: str) -> httpx.Response:
        line = {"line_no": 1, "sku": "S-1", "quantity": "1", "unit_price": "10.00"}
        order = {"shop": "tmall", "order_no": f"T{number}", "placed_at": "2026-05-06T10:20:00+08:00", "lines": [line]}
        sold = order | {"sellers": [{"employee_no": "A001"}]}
        return await self.http.post("/orders", json=sold, headers=self.http.auth_of(BOSS, **headers))

    async def list(self) -> httpx.Response:
        return await self.http.get("/orders", headers=self.http.auth_of(BOSS))

    async def value(self, query: str) -> Any:
        async with self.db.opened.reading() as session:
            return (await session.execute(text(query))).scalar_one()


@pytest_asyncio.fixture
async def orders(
    database: Callable[[str], Awaitable[TestDatabase]],
    client: Callable[[str, TestDatabase], Awaitable[Client]],
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Orders]:
    """The API of orders, whose outbox is full with four events."""
    monkeypatch.setenv("ZHANGGUI_OUTBOX_LIMIT", "4")
    monkeypatch.setattr(backlog, "LOOK_EVERY", 0.05)
    monkeypatch.setattr(worker, "MEASURE_EVERY", 0.1)
    db = await database("orders")
    yield Orders(await client("orders", db), db)


@asynccontextmanager
async def working(db: TestDatabase, broker: nats.Nats, patch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    """Run the worker of a service and open its page of health and metrics."""
    patch.setenv("ZHANGGUI_DATABASE_URL", db.url)
    patch.setenv("ZHANGGUI_NATS_URL", broker.url(db.service))
    patch.setenv("ZHANGGUI_NATS_MONITOR_URL", broker.monitor_url)
    app = application(db.service, "worker")
    running = app.router.lifespan_context(app)
    await running.__aenter__()
    try:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://worker") as http:
            yield http
    finally:
        await running.__aexit__(None, None, None)  # it ends as a server ends it, whatever the test met


async def streamed(broker: nats.Nats, producer: str, number: int) -> list[bytes]:
    """Read a stream from its first message to its last: their bodies; none unless it holds `number`."""
    admin = await streams.connect(broker.url(nats.ADMIN), name="test")
    try:
        state = await streams.check(admin, producer)
        if (state["first_seq"], state["last_seq"], state["messages"]) != (1, number, number):
            return []
        reading = [streams.stored(admin, producer, position) for position in range(1, number + 1)]
        stored = await asyncio.gather(*reading)
        return [message.body for message in stored if message is not None]
    finally:
        await streams.leave(admin)


async def all_streamed(orders: Orders, broker: nats.Nats) -> bool:
    """Tell whether the stream holds the outbox: every event, once, in order; the worker's clocks announce some too."""
    async with orders.db.opened.reading() as session:
        rows = (await session.execute(text("SELECT position, body FROM outbox ORDER BY position"))).all()
    if [row.position for row in rows] != list(range(1, len(rows) + 1)):
        return False
    return [bytes(row.body) for row in rows] == await streamed(broker, "orders", len(rows))


async def until(what: str, question: Callable[[], Awaitable[Any]], *, patience: float = 60) -> Any:
    """Ask until the answer is true, and return it."""
    try:
        async with asyncio.timeout(patience):
            while not (answer := await question()):
                await asyncio.sleep(0.05)
            return answer
    except TimeoutError:
        raise AssertionError(f"waited {patience} s in vain for: {what}") from None


def unavailable(answer: httpx.Response, code: str) -> dict[str, Any]:
    """Check that an answer is a whole 503 in both languages that says when to come again, and give its body."""
    assert answer.status_code == 503, f"{answer.status_code} {answer.text}"
    assert answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["retry-after"]) > 0
    body: dict[str, Any] = answer.json()
    assert body["code"] == code, body
    assert body["detail"].isascii()
    assert any("\u4e00" <= letter <= "\u9fff" for letter in body["detail_zh"])
    return body
