"""One request to a service and its answer back, streamed both ways."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientRequest,
    ClientResponse,
    ClientSession,
    ConnectionTimeoutError,
)
from starlette.types import Message
from yarl import URL

from chassis import telemetry
from gateway.domain.errors import (
    AmbiguousLength,
    AnswerLost,
    BodyTooLarge,
    ServiceTooSlow,
    ServiceUnavailable,
    SlowBody,
)
from gateway.exchange import Answer, exchange
from gateway.headers import answer_headers, request_head, request_headers
from gateway.knocking import DOUBT_AFTER, Pulse
from gateway.visit import Visit

log = telemetry.logger("gateway")

RETRY_AFTER = 2  # seconds; a restarted service is back by then
BODY_PATIENCE = 30.0  # seconds in which a visitor sends or takes the next piece of a body
WATCH_AFTER = 0.25  # seconds; nearly every answer is here by then, and to watch for who leaves costs as much as to ask
WITHOUT_BODY = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "DELETE"})  # these need not say that theirs is empty


class Disconnected(Exception):
    """The visitor went away."""


@dataclass(frozen=True, slots=True)
class Upstream:
    """A service as the gateway knows it."""

    name: str  # the package, which is also the audience of its tokens
    segment: str  # what it is called in public addresses
    private: bool  # its answers are never stored
    host: str  # its inner address: host:port
    line: ClientRequest  # which connections of the pool lead there
    pulse: Pulse


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked of which service, and in whose name."""

    upstream: Upstream
    path: bytes  # undecoded and checked
    bearer: str


@dataclass(slots=True)
class Work:
    """A request under way, which its visitor and its body can end from beside it."""

    ask: Ask
    visit: Visit
    limit: int
    silence: float
    task: asyncio.Task[Any]
    uploaded: asyncio.Event  # the body is here to its end
    watch: asyncio.Task[None] | None = None
    doubt: asyncio.TimerHandle | None = None
    begun: bool = False  # the visitor has the status already
    failure: Exception | None = None

    def stop(self, failure: Exception) -> None:
        """End the work for this reason; an answer that has begun can only be broken off."""
        if self.failure is None:
            self.failure = Disconnected() if self.begun else failure
            self.task.cancel()

    def give_up(self) -> None:
        """End the work: its service is silent."""
        if not self.begun:
            self.stop(AnswerLost(service=self.ask.upstream.segment, after=RETRY_AFTER))


async def forward(client: ClientSession, ask: Ask, visit: Visit, *, limit: int, silence: float) -> int:
    """Pass a request on and its answer back; answers the status.

    `silence` are the seconds after which a service that says nothing is given up. Raises
    the refusals that nothing has been sent for yet; once the answer has begun, a failure only breaks it off.
    """
    if ask.upstream.pulse.silent:
        raise ServiceUnavailable(service=ask.upstream.segment, after=RETRY_AFTER)
    task = asyncio.current_task()
    assert task is not None
    work = Work(ask, visit, limit, silence, task, asyncio.Event())
    timer: asyncio.TimerHandle | None = None
    try:
        body = await _body(work)
        timer = asyncio.get_running_loop().call_later(WATCH_AFTER, _begin_to_watch, work)
        return await _exchange(client, work, body)
    except asyncio.CancelledError:
        if work.failure is None:
            raise
        task.uncancel()
        raise work.failure from None
    finally:
        if timer is not None:
            timer.cancel()
        if work.watch is not None:
            work.watch.cancel()
        if work.doubt is not None:
            work.doubt.cancel()
            ask.upstream.pulse.trust(work.give_up)


def _begin_to_watch(work: Work) -> None:
    work.watch = asyncio.create_task(_watch(work))
    work.doubt = asyncio.get_running_loop().call_later(
        DOUBT_AFTER - WATCH_AFTER, work.ask.upstream.pulse.doubt, work.give_up
    )


async def _watch(work: Work) -> None:
    """Stop the work when the visitor leaves; the service then sees its own connection close."""
    await work.uploaded.wait()
    while (await work.visit.receive())["type"] != "http.disconnect":
        pass
    work.stop(Disconnected())


async def _body(work: Work) -> bytes | AsyncIterator[bytes] | None:
    """Begin to read the body: a small one is here whole with its first piece, a larger one is streamed."""
    incoming = work.visit.incoming
    if incoming.length is not None and incoming.length > work.limit:
        raise BodyTooLarge(limit=work.limit)
    if not incoming.length and not incoming.chunked:
        work.uploaded.set()
        return None
    first = await _next(work)
    if len(first) > work.limit:
        raise BodyTooLarge(limit=work.limit)
    return first if work.uploaded.is_set() else _rest(work, first)


async def _next(work: Work) -> bytes:
    timer = asyncio.get_running_loop().call_later(BODY_PATIENCE, _judge_visitor, work)
    try:
        message = await work.visit.receive()
    finally:
        timer.cancel()
    if message["type"] == "http.disconnect":
        raise Disconnected
    if not message["more_body"]:
        work.uploaded.set()
    piece: bytes = message["body"]
    return piece


def _judge_visitor(work: Work) -> None:
    work.stop(SlowBody())


async def _rest(work: Work, first: bytes) -> AsyncIterator[bytes]:
    """Pass a body on, capped while it passes and never held, no faster than the service takes it."""
    loop, passed, piece = asyncio.get_running_loop(), 0, first
    try:
        while True:
            passed += len(piece)
            if passed > work.limit:
                raise BodyTooLarge(limit=work.limit)
            timer = loop.call_later(work.silence, _judge_silence, work)
            try:
                yield piece
            finally:
                timer.cancel()
            if work.uploaded.is_set():
                return
            piece = await _next(work)
    except Exception as failure:
        work.stop(failure)
        raise  # to end quietly would end the body, and the service take it for whole


def _judge_silence(work: Work) -> None:
    """Give up a service that takes no more of a body; aiohttp's own patience begins when the body is out."""
    if not work.begun:
        work.stop(_too_slow(work))


def _too_slow(work: Work) -> ServiceTooSlow:
    return ServiceTooSlow(service=work.ask.upstream.segment, after=RETRY_AFTER)


async def _exchange(client: ClientSession, work: Work, body: bytes | AsyncIterator[bytes] | None) -> int:
    response = await _send(client, work, body)
    async with response:
        await _answer(response, work)
    return response.status


async def _send(
    client: ClientSession, work: Work, body: bytes | AsyncIterator[bytes] | None
) -> ClientResponse | Answer:
    """Send the request and wait for the head of its answer."""
    service = work.ask.upstream.segment
    try:
        if body is None or isinstance(body, bytes):
            return await _whole(client, work, body)
        return await _streamed(client, work, body)
    except (ClientConnectorError, ConnectionTimeoutError):
        raise ServiceUnavailable(service=service, after=RETRY_AFTER) from None
    except TimeoutError:
        raise _too_slow(work) from None
    except ClientError:
        raise AnswerLost(service=service, after=RETRY_AFTER) from None
    except ValueError:  # a header would break out of its line
        raise AmbiguousLength() from None


async def _whole(client: ClientSession, work: Work, body: bytes | None) -> Answer:
    ask, visit = work.ask, work.visit
    method, query = visit.scope["method"], visit.scope["query_string"]
    target = ask.path + b"?" + query if query else ask.path
    line = b"%b %b HTTP/1.1" % (method.encode(), target)
    length = len(body or b"") if body is not None or method not in WITHOUT_BODY else None
    head = request_head(visit.incoming, ask.bearer, line=line, host=ask.upstream.host.encode(), length=length)
    return await exchange(client, ask.upstream.line, method, head + body if body else head)


async def _streamed(client: ClientSession, work: Work, body: AsyncIterator[bytes]) -> ClientResponse:
    ask, visit = work.ask, work.visit
    headers = request_headers(visit.incoming, ask.bearer)
    if visit.incoming.length:
        headers.append(("content-length", str(visit.incoming.length)))
    url = URL.build(
        scheme="http",
        authority=ask.upstream.host,
        path=ask.path.decode("ascii"),
        query_string=visit.scope["query_string"].decode("ascii"),
        encoded=True,
    )
    return await client.request(visit.scope["method"], url, headers=headers, data=body, allow_redirects=False)


async def _answer(response: ClientResponse | Answer, work: Work) -> None:
    upstream, visit = work.ask.upstream, work.visit
    headers = answer_headers(
        response.raw_headers,
        correlation_id=visit.incoming.correlation_id,
        origin=f"http://{upstream.host}",
        prefix=f"/api/{upstream.segment}",
        private=upstream.private,
    )
    work.begun = True
    upstream.pulse.trust(work.give_up)
    await visit.send({"type": "http.response.start", "status": response.status, "headers": headers})
    ended = False
    while not ended:
        try:
            piece = await response.content.readany()  # the whole of a small answer is here already
        except Exception as error:
            reason = {"action": "broken_off", "service": upstream.name, "reason": repr(error)}
            log.warning("an answer broke off", extra=reason)
            return  # the server sees an unfinished answer and closes the connection: the visitor must notice
        ended = response.content.at_eof()
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
