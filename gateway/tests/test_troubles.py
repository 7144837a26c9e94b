"""Services that are down, hang, die at work or answer what nobody asked."""

import asyncio
import json
from functools import partial

import asyncpg
import pytest
from sqlalchemy.engine import make_url
from starlette.types import Receive, Scope, Send

from chassis.testing import at
from gateway import forward, identity, knocking, parts
from gateway.client import open_client

from .conftest import PASSWORD, Service, Streets, reply, served, talking


async def test_a_service_that_is_down_takes_only_itself_away_and_comes_back(street: Streets) -> None:
    town = await street(upstreams=json.dumps({"orders": "http://127.0.0.1:9", "payroll": "http://127.0.0.1:9"}))
    visitor = await town.signed_in()
    got = await visitor.post("/api/orders/x", json={})
    assert got.status_code == 503
    assert int(got.headers["retry-after"]) > 0
    assert got.headers["content-type"] == "application/problem+json"
    assert got.json()["code"] == "service-unavailable"
    async with served(Service()) as port:
        pass
    third = await street(upstreams=json.dumps({"orders": f"http://127.0.0.1:{port}", "payroll": "http://127.0.0.1:9"}))
    visitor = await third.signed_in()
    for _ in range(2):
        assert (await visitor.get("/api/orders/x")).status_code == 503
        assert (await visitor.get("/api/payroll/x")).status_code == 503
        async with served(Service(), port):
            assert [(await visitor.get("/api/orders/x")).status_code for _ in range(3)] == [200] * 3


async def test_a_service_that_dies_at_work_is_503_and_one_that_hangs_504(street: Streets) -> None:
    town = await street(upstream_timeout=0.3)
    visitor = await town.signed_in()

    async def hangs(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(3)

    async with talking(_slam) as port:
        other = await street(upstreams=json.dumps({"orders": f"http://127.0.0.1:{port}"}))
        broken = await other.signed_in()
        got = await broken.post("/api/orders/x", json={})
    assert (got.status_code, got.json()["code"]) == (503, "answer-lost")
    assert "retry-after" in got.headers
    town.orders.answering = hangs
    got = await visitor.get("/api/orders/x")
    assert (got.status_code, got.json()["code"]) == (504, "service-too-slow")
    assert (await visitor.get("/api/payroll/x")).status_code == 200


async def _slam(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")


async def test_an_idle_connection_that_was_closed_loses_no_request(street: Streets) -> None:
    """A service closes a kept connection exactly when it is used again: what may be repeated is repeated."""
    asked: list[bytes] = []

    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
        asked.append(await reader.readuntil(b"\r\n\r\n"))

    async with talking(once) as port:
        town = await street(upstreams=json.dumps({"orders": f"http://127.0.0.1:{port}"}))
        visitor = await town.signed_in()
        assert [(await visitor.get("/api/orders/x")).status_code for _ in range(5)] == [200] * 5
        assert len(asked) == 9, "four of them were asked twice"
        await visitor.post("/api/orders/x")
        lost = [(await visitor.post("/api/orders/x")) for _ in range(2)]
    assert "answer-lost" in [got.json()["code"] for got in lost if got.status_code == 503], "no POST is sent twice"


async def test_a_service_that_answers_nothing_uses_up_no_connections(
    street: Streets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "open_client", partial(open_client, most=2, patience=0.3))
    async with served(Service()) as port:
        town = await street(upstreams=json.dumps({"orders": f"http://127.0.0.1:{port}"}))
        visitor = await town.signed_in()
        assert (await visitor.get("/api/orders/x")).status_code == 200
    for _ in range(5):  # first on a connection that is gone, then on none
        assert (await visitor.get("/api/orders/x")).json()["code"] == "service-unavailable"
    service = Service()
    async with served(service, port):
        assert [(await visitor.get("/api/orders/x")).status_code for _ in range(3)] == [200] * 3
        holds = asyncio.Event()

        async def hold(scope: Scope, receive: Receive, send: Send) -> None:
            await holds.wait()
            await reply(send, 200, b"{}")

        service.answering = hold
        waiting = [asyncio.create_task(visitor.get("/api/orders/x")) for _ in range(4)]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        holds.set()
        answers = [(await task).status_code for task in waiting]
        assert set(answers) == {200, 503}
        assert answers.count(200) <= 3


async def test_bytes_after_an_answer_are_not_the_next_answer(street: Streets) -> None:
    async def talks_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
        await asyncio.sleep(0.05)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil")
        await reader.read()

    async with talking(talks_on) as port:
        town = await street(upstreams=json.dumps({"orders": f"http://127.0.0.1:{port}"}))
        visitor = await town.signed_in()
        for _ in range(3):
            assert (await visitor.get("/api/orders/x")).text == "ok"
            await asyncio.sleep(0.1)


async def test_a_silent_service_is_503_for_everybody_until_it_speaks(
    street: Streets, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes connections and says nothing, as a frozen process does."""
    monkeypatch.setattr(forward, "DOUBT_AFTER", forward.WATCH_AFTER + 0.05)
    monkeypatch.setattr(knocking, "PATIENCE", 0.2)
    monkeypatch.setattr(knocking, "KNOCK_EVERY", 0.05)
    speaks = asyncio.Event()
    asked: list[bytes] = []

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        await speaks.wait()
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
        await reader.read()

    async with talking(silent) as port:
        town = await street(upstreams=json.dumps({"orders": f"http://127.0.0.1:{port}"}))
        visitor = await town.signed_in()
        together = await asyncio.gather(*(visitor.post("/api/orders/x", json={}) for _ in range(3)))
        for got in together:
            assert (got.status_code, got.json()["code"]) == (503, "answer-lost")
            assert int(got.headers["retry-after"]) > 0
        before = sum(request.startswith(b"POST") for request in asked)
        got = await visitor.post("/api/orders/x", json={})
        assert (got.status_code, got.json()["code"]) == (503, "service-unavailable")
        assert sum(request.startswith(b"POST") for request in asked) == before, "it did not reach the service"
        speaks.set()
        async with asyncio.timeout(5):
            while (await visitor.get("/api/orders/x")).status_code != 200:
                await asyncio.sleep(0.02)


async def test_a_slow_service_that_opens_is_waited_for(street: Streets, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forward, "DOUBT_AFTER", forward.WATCH_AFTER + 0.05)
    monkeypatch.setattr(knocking, "PATIENCE", 0.2)
    monkeypatch.setattr(knocking, "KNOCK_EVERY", 0.05)
    town = await street()
    visitor = await town.signed_in()
    knocked = 0

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal knocked
        if scope["method"] == "OPTIONS":
            knocked += 1
        else:
            await asyncio.sleep(1)
        await reply(send, 200, b"{}")

    town.orders.answering = slow
    assert (await visitor.get("/api/orders/x")).status_code == 200
    assert knocked > 2


async def test_without_the_accounts_sign_in_is_503_and_a_running_token_serves_again_afterwards(
    street: Streets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity, "RECHECK", 0.5)
    town = await street()
    visitor = await town.signed_in()
    assert (await visitor.get("/api/orders/x")).status_code == 200
    name = make_url(town.owner_url).database
    admin = await asyncpg.connect(at("postgres"))
    try:
        await admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        await admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
        assert (await visitor.get("/api/orders/x")).status_code == 200, "a session is looked up again only now and then"
        got = await visitor.post("/auth/token", data={"username": "somebody", "password": PASSWORD})
        assert (got.status_code, got.json()["code"]) == (503, "unavailable")
        assert int(got.headers["retry-after"]) > 0
        async with asyncio.timeout(5):
            while (got := await visitor.get("/api/orders/x")).status_code == 200:
                await asyncio.sleep(0.02)
        assert (got.status_code, got.json()["code"]) == (503, "service-unavailable"), "not known is not refused: no 401"
        assert int(got.headers["retry-after"]) > 0
        assert (await visitor.get("/auth/me")).status_code == 503
        await admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    finally:
        await admin.close()
    assert (await visitor.get("/api/orders/x")).status_code == 200
    assert (await visitor.post("/auth/token", data={"username": "somebody", "password": PASSWORD})).status_code == 200
