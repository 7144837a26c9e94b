"""What the server writes: a small answer at once, a stream as it comes, and nothing faster than its reader reads."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

import httpx
import pytest
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.server import OneWrite, configured

Say = Callable[[Send], Awaitable[None]]


@asynccontextmanager
async def serving(app: ASGIApp, http: type[asyncio.Protocol] = OneWrite) -> AsyncIterator[int]:
    """Serve an application as a process of ours does; gives its port."""
    config = configured(app, patience=1)
    config.http = http
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        assert not task.done()
        await asyncio.sleep(0.005)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await task


def app_of(say: Say) -> ASGIApp:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": [(b"connection", b"close")]})
            await say(send)

    return app


async def said(send: Send, body: bytes, *, more: bool) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": more})


class Pieces(asyncio.Protocol):
    """A reader that keeps apart what came apart."""

    def __init__(self) -> None:
        self.came: asyncio.Queue[bytes] = asyncio.Queue()

    def data_received(self, data: bytes) -> None:
        self.came.put_nowait(data)

    def connection_lost(self, error: Exception | None) -> None:
        self.came.put_nowait(b"")


@asynccontextmanager
async def asked(port: int) -> AsyncIterator[tuple[asyncio.Transport, Pieces]]:
    transport, pieces = await asyncio.get_running_loop().create_connection(Pieces, "127.0.0.1", port)
    transport.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    try:
        yield transport, pieces
    finally:
        transport.close()


async def test_a_small_answer_is_one_write_and_out_before_the_end() -> None:
    writes: list[bytes] = []

    class Watched:
        def __init__(self, transport: asyncio.Transport) -> None:
            self.transport = transport

        def __getattr__(self, name: str) -> Any:
            return getattr(self.transport, name)

        def write(self, data: bytes) -> None:
            writes.append(data)
            self.transport.write(data)

    class Watching(OneWrite):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(cast(asyncio.Transport, Watched(transport)))

    async def say(send: Send) -> None:
        await said(send, b"half", more=True)
        await said(send, b"whole", more=False)

    async with serving(app_of(say), Watching) as port, asked(port) as (_, pieces):
        came = await pieces.came.get()
        assert came.startswith(b"HTTP/1.1 200 OK\r\n")
        assert came.endswith(b"\r\n\r\n4\r\nhalf\r\n5\r\nwhole\r\n0\r\n\r\n")
        assert await pieces.came.get() == b""
        assert writes == [came]


async def test_a_piece_does_not_wait_for_the_next() -> None:
    go_on = asyncio.Event()

    async def say(send: Send) -> None:
        await said(send, b"first", more=True)
        await go_on.wait()
        await said(send, b"second", more=False)

    async with serving(app_of(say)) as port, asked(port) as (_, pieces):
        assert (await asyncio.wait_for(pieces.came.get(), 5)).endswith(b"first\r\n")
        go_on.set()
        assert await asyncio.wait_for(pieces.came.get(), 5) == b"6\r\nsecond\r\n0\r\n\r\n"


@pytest.mark.parametrize("size", [1_000, 100_000])
async def test_who_writes_waits_for_a_slow_reader(size: int) -> None:
    piece, written, total = b"x" * size, 0, 40_000_000
    done = asyncio.Event()

    async def say(send: Send) -> None:
        nonlocal written
        while written < total:
            await said(send, piece, more=True)
            written += size
        await said(send, b"", more=False)
        done.set()

    async with serving(app_of(say)) as port, asked(port) as (transport, pieces):
        transport.pause_reading()
        before = -1
        while written != before or not written:  # until it stands still
            before = written
            await asyncio.sleep(0.1)
        assert written < total / 2  # the system's own buffers hold some megabytes
        assert not done.is_set()

        transport.resume_reading()
        read = 0
        while data := await asyncio.wait_for(pieces.came.get(), 10):
            read += data.count(b"x")
        assert read == total


async def test_a_reader_who_left_ends_nothing_else() -> None:
    async def say(send: Send) -> None:
        for _ in range(100):
            await said(send, b"x" * 1_000, more=True)
            await asyncio.sleep(0)
        await said(send, b"", more=False)

    async with serving(app_of(say)) as port:
        async with asked(port) as (transport, _):
            transport.abort()
        async with asked(port) as (_, pieces):
            read = 0
            while data := await asyncio.wait_for(pieces.came.get(), 5):
                read += data.count(b"x")
            assert read == 100_000


def test_who_asks_gives_up_an_idle_connection_before_the_server_does() -> None:
    """With the same figure on both sides a request that comes at that moment meets a reset: the demo input did."""
    patience = configured(app_of(lambda send: said(send, b"", more=False))).timeout_keep_alive
    assert patience > 2 * cast(float, httpx.Limits().keepalive_expiry)
