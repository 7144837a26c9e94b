"""Services that are down, hang, die at work or answer what nobody asked."""

import asyncio
import json
from functools import partial

import pytest
from starlette.types import Receive, Scope, Send

from gateway import parts
from gateway.client import open_client

from .conftest import Service, Streets, reply, served, talking


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
