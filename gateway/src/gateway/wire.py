"""HTTP/1.1 towards the services: pooled connections that cost little a request.

aiohttp's client, which does far more, took 130 of the 220 microseconds a proxied request cost; this takes about 35. It
speaks only what the proxy needs: plain HTTP/1.1, one request at a time on a connection, bytes in and bytes out.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import cast

from httptools import HttpParserError, HttpResponseParser

Raw = tuple[bytes, bytes]

READ_AHEAD = 256 * 1024  # bytes of an answer held here while the visitor is slower than the service
# The services' uvicorn closes idle connections after 5 s. The nearer side must give up first, or a request is lost on a
# connection that is just being closed.
IDLE = 4.0


class NotReached(Exception):
    """The service could not be connected to; it has seen nothing of the request."""


class Broken(Exception):
    """The connection ended before the answer did."""


class Silent(Exception):
    """The service sent nothing for too long."""


class Connection(asyncio.Protocol):
    """One connection; `ask`, then `head`, then `piece` until `ended`."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._transport: asyncio.Transport | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle
        self._writable: asyncio.Future[None] | None = None
        self._parser = HttpResponseParser(self)
        self._pieces: deque[bytes] = deque()
        self._held = 0
        self._bodiless = False
        self._framed = False
        self._headed = False
        self._reading = True
        self.headers: list[Raw] = []
        self.status = 0
        self.ended = True
        self.fresh = True  # nothing was ever asked on it
        self.keeps = True  # it may be used again
        self.failure: Exception | None = None
        self.idle_since = 0.0
        self._active = 0.0  # when a byte went either way

    def ask(self, head: bytes, *, bodiless: bool) -> None:
        """Send a request's head, with a body that is here already; `bodiless`: the answer has none (HEAD)."""
        self.headers, self.status, self._pieces, self._held = [], 0, deque(), 0
        self.ended = self._headed = self._framed = False
        self._bodiless = bodiless
        self._active = self._loop.time()
        if self._transport is None:
            self.failure = Broken()
        else:
            self._transport.write(head)

    async def upload(self, pieces: AsyncIterator[bytes], *, chunked: bool) -> None:
        """Send a body piece by piece, no faster than the service takes it; a failure ends the connection."""
        try:
            async for piece in pieces:
                if self._writable is not None:
                    await self._writable
                if self._transport is None or self.failure is not None:
                    return
                self._transport.write(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
                self._active = self._loop.time()
            if chunked and self._transport is not None:
                self._transport.write(b"0\r\n\r\n")
        except Exception as failure:
            self._fail(failure)

    async def head(self, silence: float) -> None:
        """Wait for status and headers.

        Raises Broken, Silent after so many seconds without a byte either way, or what the upload failed with.
        """
        while not self._headed:
            await self._wait(silence)

    async def piece(self, silence: float) -> bytes:
        """Wait for more of the body; answers what is there, nothing at its end. Raises Broken or Silent."""
        while not self._pieces and not self.ended:
            await self._wait(silence)
        whole = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
        self._pieces.clear()
        self._held = 0
        if not self._reading and self._transport is not None:
            self._reading = True
            self._transport.resume_reading()
        return whole

    def close(self) -> None:
        """End the connection; whatever was under way on it is lost."""
        self.keeps = False
        if self._transport is not None:
            self._transport.abort()

    async def _wait(self, silence: float) -> None:
        if self.failure is not None:
            raise self.failure
        self._waiter = self._loop.create_future()
        self._timer = self._loop.call_later(silence, self._judge_silence, silence)
        try:
            await self._waiter
        finally:
            self._timer.cancel()
            self._waiter = None

    def _judge_silence(self, silence: float) -> None:
        """Give up, unless the body was still on its way meanwhile."""
        left = self._active + silence - self._loop.time()
        if left > 0:
            self._timer = self._loop.call_later(left, self._judge_silence, silence)
        else:
            self._fail(Silent())

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _fail(self, failure: Exception) -> None:
        if self.failure is None:
            self.failure = failure
        self.close()
        self._wake()

    # what asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one without saying so

    def data_received(self, data: bytes) -> None:
        if self.ended:  # bytes that answer nothing would be taken for the next answer
            self.close()
            return
        try:
            self._parser.feed_data(data)
        except HttpParserError:
            self._fail(Broken())
        if self._held > READ_AHEAD and self._reading and self._transport is not None:
            self._reading = False
            self._transport.pause_reading()
        self._wake()

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None
        self.keeps = False
        if self._headed and not self._framed and error is None:
            self.ended = True  # an answer without a length ends with its connection
        elif not self.ended and self.failure is None:
            self.failure = Broken()
        self.resume_writing()
        self._wake()

    def pause_writing(self) -> None:
        self._writable = self._loop.create_future()

    def resume_writing(self) -> None:
        if self._writable is not None and not self._writable.done():
            self._writable.set_result(None)
        self._writable = None

    # what the parser calls

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        self.status = self._parser.get_status_code()
        if self.status < 200:  # an interim answer: the real one follows
            self.headers = []
            return
        self._headed = True
        self._framed = any(name in (b"content-length", b"transfer-encoding") for name, _ in self.headers)
        self.keeps = self.keeps and self._parser.should_keep_alive()
        if self._bodiless:  # the parser waits for a body that never comes
            self.ended, self.keeps = True, False

    def on_body(self, body: bytes) -> None:
        self._pieces.append(body)
        self._held += len(body)

    def on_message_complete(self) -> None:
        if self._headed:
            self.ended = True


@dataclass(slots=True)
class Pool:
    """The connections to one service; at most `most` at once, so that one that hangs cannot take what others need."""

    host: str
    port: int
    most: int = 128
    patience: float = 3.0  # seconds for a connection, waiting for a free one included
    _idle: list[Connection] = field(default_factory=list)
    _free: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        self._free = asyncio.Semaphore(self.most)

    async def take(self) -> Connection:
        """Take the connection that was used last, or a new one; raises NotReached."""
        loop = asyncio.get_running_loop()
        try:
            if self._free.locked():
                async with asyncio.timeout(self.patience):
                    await self._free.acquire()
            else:
                await self._free.acquire()
        except TimeoutError:
            raise NotReached from None
        while self._idle:
            connection = self._idle.pop()
            if connection.keeps and loop.time() - connection.idle_since < IDLE:
                return connection
            connection.close()
        try:
            async with asyncio.timeout(self.patience):
                _, made = await loop.create_connection(lambda: Connection(loop), self.host, self.port)
        except (OSError, TimeoutError):
            self._free.release()
            raise NotReached from None
        except BaseException:
            self._free.release()
            raise
        return made

    def give(self, connection: Connection) -> None:
        """Give a connection back; one whose answer has not ended is closed."""
        self._free.release()
        if connection.keeps and connection.ended and connection.failure is None:
            connection.fresh = False
            connection.idle_since = asyncio.get_running_loop().time()
            self._idle.append(connection)
        else:
            connection.close()

    async def close(self) -> None:
        """Close the connections that are idle."""
        for connection in self._idle:
            connection.close()
        self._idle.clear()
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(0)  # let the transports go before the loop does


async def fetch(pool: Pool, path: str, silence: float) -> tuple[int, bytes]:
    """Ask a service for something small of its own; answers status and body. Raises NotReached, Broken or Silent."""
    connection = await pool.take()
    try:
        connection.ask(f"GET {path} HTTP/1.1\r\nhost: {pool.host}:{pool.port}\r\n\r\n".encode(), bodiless=False)
        await connection.head(silence)
        pieces = []
        while not connection.ended:
            pieces.append(await connection.piece(silence))
        return connection.status, b"".join([*pieces, await connection.piece(silence)])
    finally:
        pool.give(connection)
