"""The same request twice is one act: `Idempotency-Key` on every POST that creates or moves money.

Same key and body: the same answer again. Same key, another body: 422. Still in flight: 409. Key and answer are stored
in the business transaction, so an answer that was given is an act that was committed.
"""

import hashlib
import json
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response
from fastapi.encoders import jsonable_encoder
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.auth import Principal
from chassis.database import raw
from chassis.door import door_of
from chassis.problems import Conflict, Invalid

Act = Callable[[], Awaitable[Any]]


class IdempotencyKeyReused(Invalid):
    """This Idempotency-Key came with another body before; use a new key for a new request."""

    zh = "该 Idempotency-Key 已用于另一个请求体：新的请求请使用新的键。"


class RequestInFlight(Conflict):
    """A request with this Idempotency-Key is being worked on; ask again when it is done."""

    zh = "使用该 Idempotency-Key 的请求正在处理中，请稍后再试。"


# Two statements, claimed before it is looked up: one statement sees what was committed when it began, so it could take
# the claim of a request that ended meanwhile without seeing its answer, and run the act again.
CLAIM = "SELECT pg_try_advisory_xact_lock(hashtextextended($1 || ' ' || $2 || ' ' || $3, 0))"
STORED = "SELECT fingerprint, status, answer FROM idempotency_keys WHERE caller = $1 AND route = $2 AND key = $3"
STORE = """
INSERT INTO idempotency_keys (caller, route, key, fingerprint, status, answer, stored_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""


class OnceOnly:
    """One request's key, if it has one; calling it runs the act unless that was done before."""

    def __init__(self, request: Request, response: Response, key: str | None) -> None:
        self.request, self.response, self.key = request, response, key

    async def __call__(self, session: AsyncSession, by: Principal, act: Act) -> Any:
        """Run `act` once per key; a repeat gets the stored answer with `Idempotency-Replayed: true`.

        Raises IdempotencyKeyReused (422) for another body, RequestInFlight (409) while the first is at work.
        """
        if self.key is None:
            return await act()
        route = f"{self.request.method} {self.request.url.path}"
        fingerprint = hashlib.sha256(await self.request.body()).digest()
        connection = await raw(session)
        claimed = await connection.fetchval(CLAIM, by.sub, route, self.key)
        found = await connection.fetchrow(STORED, by.sub, route, self.key)
        if found is not None:
            if found["fingerprint"] != fingerprint:
                raise IdempotencyKeyReused(field="Idempotency-Key")
            self.response.status_code = found["status"]
            self.response.headers["Idempotency-Replayed"] = "true"
            return json.loads(found["answer"])
        if not claimed:
            raise RequestInFlight(field="Idempotency-Key")
        answer = jsonable_encoder(await act(), custom_encoder={Decimal: str})  # never by way of a float
        status = self.response.status_code or self.request.scope["route"].status_code or 200
        await session.flush()
        await connection.execute(
            STORE, by.sub, route, self.key, fingerprint, status, json.dumps(answer), door_of(session).now
        )
        return answer


async def _once(
    request: Request,
    response: Response,
    key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            min_length=1,
            max_length=200,
            description="repeat it to be answered alike",
        ),
    ] = None,
) -> OnceOnly:
    return OnceOnly(request, response, key)


Once = Annotated[OnceOnly, Depends(_once)]
