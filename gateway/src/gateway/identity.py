"""Who asks: access tokens into sessions, sessions into internal tokens, each looked up and signed seldom."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.exc import SQLAlchemyError

from chassis import clock
from chassis.auth import Principal, sign
from chassis.database import Database
from chassis.problems import Unauthorised
from gateway.domain import tokens
from gateway.domain.errors import ServiceUnavailable, TooManyRequests
from gateway.domain.limits import Buckets
from gateway.queries.sessions import session_of
from gateway.settings import GatewaySettings

ISSUER = "gateway"
RECHECK = 5.0  # seconds until a session is looked up again: what another gateway process ended ends here by then
RESIGN = 30.0  # seconds until an internal token is signed anew; it lives 60
REMEMBERED = 10_000
_SCHEME = b"bearer "


@dataclass(slots=True)
class Known:
    """A session that was open a moment ago; times are monotonic seconds."""

    id: UUID
    principal: Principal
    recheck_at: float
    signed: dict[str, tuple[str, float]] = field(default_factory=dict)  # audience -> (Authorization, until)


@dataclass(slots=True)
class Identities:
    """The sessions this process has seen lately."""

    database: Database
    settings: GatewaySettings
    key: Ed25519PrivateKey
    refused: Buckets
    monotonic: Callable[[], float] = time.monotonic
    _known: dict[bytes, Known] = field(default_factory=dict)  # Authorization header -> session
    _asking: dict[bytes, asyncio.Task[Known]] = field(default_factory=dict)
    _ended: dict[UUID, float] = field(default_factory=dict)  # session -> until when it is remembered as ended

    async def find(self, authorization: bytes | None, network: str) -> Known:
        """Find the session of an `Authorization` header.

        Raises Unauthorised without a valid token, TooManyRequests where this network sent too many invalid ones, and
        ServiceUnavailable while the database of the accounts does not answer.
        """
        if authorization is None:
            raise Unauthorised()
        known = self._known.get(authorization)
        if known is not None and self.monotonic() < known.recheck_at and known.id not in self._ended:
            return known
        if known is None and (wait := self.refused.wait(network, self.monotonic())):
            raise TooManyRequests(after=wait)
        asking = self._asking.get(authorization)
        if asking is None:  # however many requests come with a token at once, it is looked up once
            asking = self._asking[authorization] = asyncio.create_task(self._look_up(authorization))
            asking.add_done_callback(lambda done: self._answered(authorization, done))
        try:
            return await asyncio.shield(asking)
        except Unauthorised:
            self.refused.take(network, self.monotonic())
            raise

    def _answered(self, authorization: bytes, done: asyncio.Task[Known]) -> None:
        del self._asking[authorization]
        if not done.cancelled():
            done.exception()  # looked at here, for the case that all who asked have gone

    async def _look_up(self, authorization: bytes) -> Known:
        before = self._known.pop(authorization, None)
        if authorization[: len(_SCHEME)].lower() != _SCHEME or len(authorization) > 200:
            raise Unauthorised()
        token, now = authorization[len(_SCHEME) :].strip().decode("latin-1"), clock.now()
        today = now.astimezone(self.settings.timezone).date()
        try:
            async with self.database.reading() as session:
                found = await session_of(session, tokens.fingerprint(token), now, today)
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            raise ServiceUnavailable(service="auth", after=2) from error
        if found is None or found.id in self._ended:
            raise Unauthorised()
        life = min(RECHECK, (found.expires_at - now).total_seconds())
        known = Known(found.id, found.principal, self.monotonic() + life)
        if before is not None and before.principal == known.principal:
            known.signed = before.signed
        while len(self._known) >= REMEMBERED:
            del self._known[next(iter(self._known))]
        self._known[authorization] = known
        return known

    def bearer(self, known: Known, audience: str) -> str:
        """Make the `Authorization` of a request to one service: an internal token for it alone."""
        signed = known.signed.get(audience)
        if signed is None or self.monotonic() >= signed[1]:
            token = sign(known.principal, audience=audience, key=self.key, issuer=ISSUER, now=clock.now())
            signed = known.signed[audience] = (f"Bearer {token}", self.monotonic() + RESIGN)
        return signed[0]

    def forget(self, ended: list[UUID]) -> None:
        """Refuse these sessions in this process from now on, also where the database still shows them as open."""
        now = self.monotonic()
        self._ended = {id: until for id, until in self._ended.items() if until > now}
        # long enough for every look-up that began before the commit to have come back
        self._ended.update((id, now + 60.0) for id in ended)
