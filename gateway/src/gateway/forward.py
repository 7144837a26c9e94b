"""One request to a service and its answer back, streamed both ways."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from starlette.types import Message, Receive

from chassis import telemetry
from gateway.domain.errors import AnswerLost, BodyTooLarge, ServiceTooSlow, ServiceUnavailable, SlowBody
from gateway.headers import answer_headers, request_head
from gateway.visit import Visit
from gateway.wire import Broken, Connection, NotReached, Pool, Silent

log = telemetry.logger("gateway")

RETRY_AFTER = 2  # seconds; a restarted service is back by then
BODY_PATIENCE = 30.0  # seconds in which a visitor sends or takes the next piece of a body
WATCH_AFTER = 0.05  # seconds; nearly every answer is here by then, and to watch for who leaves costs as much as to ask
REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})  # RFC 9110 section 9.2.2


class Disconnected(Exception):
    """The visitor went away."""


class _Stale(Broken):
    """A connection that had been idle was closed by the service when it was used again."""


@dataclass(frozen=True, slots=True)
class Upstream:
    """A service as the gateway knows it."""

    name: str  # the package, which is also the audience of its tokens
    segment: str  # what it is called in public addresses
    pool: Pool
    private: bool  # its answers are never stored
    host: str  # its inner address: host:port


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked of which service, and in whose name."""

    upstream: Upstream
    path: bytes  # undecoded and checked
    bearer: str


@dataclass(slots=True)
class Body:
    """The body of a request on its way through: capped while it passes, never held."""

    receive: Receive
    first: bytes
    limit: int
    length: int | None  # none for a chunked body
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        passed, piece = 0, self.first
        while True:
            passed += len(piece)
            if passed > self.limit:
                raise BodyTooLarge(limit=self.limit)
            if piece:
                yield piece
            if self.ended.is_set():
                return
            piece = await self._next()

    async def _next(self) -> bytes:
        try:
            async with asyncio.timeout(BODY_PATIENCE):
                message = await self.receive()
        except TimeoutError:
            raise SlowBody() from None
        if message["type"] == "http.disconnect":
            raise Disconnected
        if not message["more_body"]:
            self.ended.set()
        piece: bytes = message["body"]
        return piece


async def forward(ask: Ask, visit: Visit, *, limit: int, silence: float) -> int:
    """Pass a request on and its answer back; answers the status.

    `silence` are the seconds after which a service that says nothing is given up. Raises
    the refusals that nothing has been sent for yet; once the answer has begun, a failure only breaks it off.
    """
    body = await _body(visit, limit)
    work = asyncio.current_task()
    assert work is not None
    ended = body.ended if isinstance(body, Body) else None
    watches: list[asyncio.Task[None]] = []
    loop = asyncio.get_running_loop()
    timer = loop.call_later(WATCH_AFTER, lambda: watches.append(loop.create_task(_watch(visit.receive, work, ended))))
    try:
        return await _exchange(ask, visit, body, silence)
    except asyncio.CancelledError:
        if any(watch.done() and not watch.cancelled() for watch in watches):
            work.uncancel()
            raise Disconnected from None
        raise
    finally:
        timer.cancel()
        for watch in watches:
            watch.cancel()


async def _watch(receive: Receive, work: asyncio.Task[None], ended: asyncio.Event | None) -> None:
    """Cancel the work when the visitor leaves; the service then sees its own connection close."""
    if ended is not None:
        await ended.wait()
    while (await receive())["type"] != "http.disconnect":
        pass
    work.cancel()


async def _body(visit: Visit, limit: int) -> bytes | Body:
    """Begin to read the body: a small one is here whole with its first piece, a larger one is streamed."""
    incoming = visit.incoming
    if incoming.length is not None and incoming.length > limit:
        raise BodyTooLarge(limit=limit)
    if not incoming.length and not incoming.chunked:
        return b""
    message = await visit.receive()
    if message["type"] == "http.disconnect":
        raise Disconnected
    first: bytes = message["body"]
    if message["more_body"]:
        return Body(visit.receive, first, limit, incoming.length)
    if len(first) > limit:
        raise BodyTooLarge(limit=limit)
    return first


async def _exchange(ask: Ask, visit: Visit, body: bytes | Body, silence: float) -> int:
    try:
        try:
            return await _once(ask, visit, body, silence)
        except _Stale:
            if visit.scope["method"] not in REPEATABLE:
                raise
        return await _once(ask, visit, body, silence)
    except Broken:
        raise AnswerLost(service=ask.upstream.segment, after=RETRY_AFTER) from None
    except Silent:
        raise ServiceTooSlow(service=ask.upstream.segment, after=RETRY_AFTER) from None


async def _once(ask: Ask, visit: Visit, body: bytes | Body, silence: float) -> int:
    connection = await _take(ask.upstream)
    upload: asyncio.Task[None] | None = None
    try:
        upload = _send(connection, ask, visit, body)
        try:
            await connection.head(silence)
        except Broken:
            if connection.fresh or upload is not None:
                raise
            raise _Stale from None
        await _answer(connection, ask.upstream, visit, silence)
        return connection.status
    finally:
        if upload is not None and not upload.done():
            connection.close()  # what is missing of this body must not be taken from the next request
            upload.cancel()
        ask.upstream.pool.give(connection)


async def _take(upstream: Upstream) -> Connection:
    try:
        return await upstream.pool.take()
    except NotReached:
        raise ServiceUnavailable(service=upstream.segment, after=RETRY_AFTER) from None


def _send(connection: Connection, ask: Ask, visit: Visit, body: bytes | Body) -> asyncio.Task[None] | None:
    """Send the request; a body that is not here whole follows in a task of its own."""
    head = request_head(
        visit.scope["method"],
        ask.path,
        visit.scope["query_string"],
        visit.incoming,
        host=ask.upstream.host,
        bearer=ask.bearer,
        length=body.length if isinstance(body, Body) else len(body),
    )
    bodiless = visit.scope["method"] == "HEAD"
    if not isinstance(body, Body):
        connection.ask(head + body, bodiless=bodiless)
        return None
    connection.ask(head, bodiless=bodiless)
    return asyncio.create_task(connection.upload(aiter(body), chunked=body.length is None))


async def _answer(connection: Connection, upstream: Upstream, visit: Visit, silence: float) -> None:
    headers = answer_headers(
        connection.headers,
        correlation_id=visit.incoming.correlation_id,
        origin=f"http://{upstream.host}",
        prefix=f"/api/{upstream.segment}",
        private=upstream.private,
    )
    await visit.send({"type": "http.response.start", "status": connection.status, "headers": headers})
    ended = False
    while not ended:
        try:
            piece = await connection.piece(silence)  # the whole of a small answer is here already
        except Exception as error:
            reason = {"action": "broken_off", "service": upstream.name, "reason": repr(error)}
            log.warning("an answer broke off", extra=reason)
            return  # the server sees an unfinished answer and closes the connection: the visitor must notice
        ended = connection.ended
        message = {"type": "http.response.body", "body": piece, "more_body": not ended}
        if ended:
            await visit.send(message)
        else:
            await _send_on(visit, message)


async def _send_on(visit: Visit, message: Message) -> None:
    """Send a piece of a longer answer; a visitor who takes nothing for too long gives the connection back."""
    try:
        async with asyncio.timeout(BODY_PATIENCE):
            await visit.send(message)
    except TimeoutError:
        raise Disconnected from None
