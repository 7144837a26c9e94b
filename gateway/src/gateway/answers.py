"""Answers that the gateway gives by itself."""

import asyncio
import json
from contextlib import suppress

from starlette.types import Receive, Send

from chassis.problems import Refusal, Unauthorised, problem
from gateway.domain.errors import BodyTooLarge, RetryLater, SlowBody
from gateway.headers import NO_STORE, SECURITY, STRICT, Raw

LINGER = 5.0  # seconds in which a body that is refused is thrown away


async def refuse(receive: Receive, send: Send, refusal: Refusal, correlation_id: bytes) -> None:
    """Answer with the refusal as problem+json, never to be stored by anybody."""
    body = json.dumps(problem(refusal, correlation_id=correlation_id.decode()), ensure_ascii=False).encode()
    headers: list[Raw] = [
        *SECURITY,
        STRICT,
        NO_STORE,
        (b"x-correlation-id", correlation_id),
        (b"content-type", b"application/problem+json"),
        (b"content-length", str(len(body)).encode()),
    ]
    if isinstance(refusal, RetryLater):
        headers.append((b"retry-after", str(refusal.after).encode()))
    if isinstance(refusal, Unauthorised):
        headers.append((b"www-authenticate", b'Bearer realm="zhanggui"'))
    unread = isinstance(refusal, BodyTooLarge | SlowBody)
    if unread:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": unread})
    if unread:
        await _linger(receive)
        await send({"type": "http.response.body", "body": b""})


async def _linger(receive: Receive) -> None:
    """Let the visitor find the answer: to close while bytes arrive resets the connection, and the answer is lost."""
    with suppress(TimeoutError):
        async with asyncio.timeout(LINGER):
            while (message := await receive())["type"] != "http.disconnect" and message["more_body"]:
                pass
