"""Answers that the gateway gives by itself."""

import json

from starlette.types import Send

from chassis.problems import Refusal, Unauthorised, problem
from gateway.domain.errors import BodyTooLarge, RetryLater, SlowBody
from gateway.headers import NO_STORE, SECURITY, STRICT, Raw


async def refuse(send: Send, refusal: Refusal, correlation_id: bytes) -> None:
    """Answer with the refusal as problem+json."""
    headers: list[Raw] = [(b"content-type", b"application/problem+json")]
    if isinstance(refusal, RetryLater):
        headers.append((b"retry-after", str(refusal.after).encode()))
    if isinstance(refusal, Unauthorised):
        headers.append((b"www-authenticate", b'Bearer realm="zhanggui"'))
    if isinstance(refusal, BodyTooLarge | SlowBody):
        headers.append((b"connection", b"close"))  # what is left of the body is not read
    body = json.dumps(problem(refusal, correlation_id=correlation_id.decode()), ensure_ascii=False).encode()
    await answer(send, refusal.status, body, headers, correlation_id)


async def answer(send: Send, status: int, body: bytes, headers: list[Raw], correlation_id: bytes) -> None:
    """Answer with a whole body that is never stored by anybody."""
    whole = [*SECURITY, STRICT, NO_STORE, (b"x-correlation-id", correlation_id), *headers]
    whole.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": whole})
    await send({"type": "http.response.body", "body": body})
