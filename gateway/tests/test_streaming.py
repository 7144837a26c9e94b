"""Bodies on their way through: never held, never taken for whole when they are not."""

import asyncio
import hashlib
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from .conftest import Streets, talking


async def test_bodies_are_streamed_both_ways(street: Streets) -> None:
    town = await street()
    visitor = await town.signed_in()

    async def echo(scope: Scope, receive: Receive, send: Send) -> None:
        start = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]}
        await send(start)
        while True:
            message = await receive()
            await send({"type": "http.response.body", "body": message["body"], "more_body": message["more_body"]})
            if not message["more_body"]:
                return

    town.orders.answering = echo

    reader, writer = await asyncio.open_connection("127.0.0.1", town.port)
    token = visitor.headers["Authorization"]
    head = f"POST /api/orders/x HTTP/1.1\r\nHost: x\r\nAuthorization: {token}\r\nTransfer-Encoding: chunked\r\n\r\n"
    writer.write(head.encode() + b"3\r\none\r\n")
    await reader.readuntil(b"\r\n\r\n")
    for piece in (b"one", b"two!!", b"three"):  # each comes back before the next is sent
        assert await asyncio.wait_for(reader.readuntil(piece + b"\r\n"), 5) == b"%x\r\n%b\r\n" % (len(piece), piece)
        writer.write(b"5\r\n" + {b"one": b"two!!", b"two!!": b"three"}.get(piece, b"final") + b"\r\n")
    writer.write(b"0\r\n\r\n")
    assert (await asyncio.wait_for(reader.readuntil(b"0\r\n\r\n"), 5)).startswith(b"5\r\nfinal")
    writer.close()


async def test_a_large_upload_and_download_arrive_whole(street: Streets) -> None:
    town = await street()
    visitor = await town.signed_in()
    block = os.urandom(1_000_000)
    digest = hashlib.sha256()

    async def swallow(scope: Scope, receive: Receive, send: Send) -> None:
        more = True
        while more:
            message = await receive()
            digest.update(message["body"])
            more = message["more_body"]
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"30000000")]})
        for _ in range(30):
            await send({"type": "http.response.body", "body": block, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    town.orders.answering = swallow

    async def blocks() -> AsyncIterator[bytes]:
        for _ in range(30):
            yield block

    got = await visitor.post("/api/orders/imports", content=blocks(), headers={"Content-Length": "30000000"})
    assert hashlib.sha256(got.content).digest() == digest.digest() == hashlib.sha256(block * 30).digest()


async def test_a_long_upload_is_not_taken_for_silence(street: Streets) -> None:
    town = await street(upstream_timeout=0.5)
    visitor = await town.signed_in()

    async def trickle() -> AsyncIterator[bytes]:
        for _ in range(10):
            yield b"x" * 1000
            await asyncio.sleep(0.1)

    got = await visitor.post("/api/orders/x", content=trickle())
    assert got.json()["length"] == 10_000


async def test_a_service_that_stops_taking_an_upload_is_given_up(street: Streets) -> None:
    async def reads_no_more(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(8)

    async with talking(reads_no_more) as port:
        town = await street(upstream_timeout=0.5, upstreams=json.dumps({"orders": f"http://127.0.0.1:{port}"}))
        visitor = await town.signed_in()
        got = await asyncio.wait_for(visitor.post("/api/orders/imports", content=b"x" * 30_000_000), 6)
    assert (got.status_code, got.json()["code"]) == (504, "service-too-slow")


async def test_a_slow_visitor_does_not_fill_the_gateway(street: Streets) -> None:
    town = await street()
    visitor = await town.signed_in()
    given = 0

    async def much(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal given
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(2000):
            given += 100_000
            await send({"type": "http.response.body", "body": b"x" * 100_000, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    town.orders.answering = much
    async with visitor.stream("GET", "/api/orders/x") as answer:
        assert answer.status_code == 200
        await asyncio.sleep(0.5)
        assert given < 40_000_000, "what nobody reads is not fetched (socket buffers hold some)"


async def test_who_leaves_is_not_worked_for(street: Streets) -> None:
    town = await street()
    visitor = await town.signed_in()
    left = asyncio.Event()

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        left.set()

    town.orders.answering = slow
    with pytest.raises(httpx.ReadTimeout):
        await visitor.get("/api/orders/x", timeout=0.3)
    await asyncio.wait_for(left.wait(), 3)
    left.clear()
    async with asyncio.timeout(5):  # and while an answer is on its way
        town.orders.answering = _drip(left)
        async with visitor.stream("GET", "/api/orders/x") as answer:
            async for _ in answer.aiter_raw():
                break
        await left.wait()
    town.orders.answering = None
    assert (await visitor.get("/api/orders/x")).status_code == 200


def _drip(left: asyncio.Event) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
    async def drip(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

        async def write() -> None:
            while True:
                await send({"type": "http.response.body", "body": b"drop", "more_body": True})
                await asyncio.sleep(0.05)

        writing = asyncio.create_task(write())
        while (await receive())["type"] != "http.disconnect":
            pass
        writing.cancel()
        left.set()

    return drip


async def test_an_answer_that_breaks_off_is_not_taken_for_whole(street: Streets) -> None:
    town = await street()
    visitor = await town.signed_in()

    async def half(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"100")]})
        await send({"type": "http.response.body", "body": b"x" * 50, "more_body": True})

    town.orders.answering = half
    with pytest.raises(httpx.RemoteProtocolError):
        await visitor.get("/api/orders/x")
