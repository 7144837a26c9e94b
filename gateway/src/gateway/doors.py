"""What the front door knows before an act begins: where a visitor comes from, and whether a password is right."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Form, Request
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import telemetry
from chassis.auth import Principal
from chassis.door import Door
from chassis.web import Now, allowed, database_of, settings_of
from gateway.commands.sessions import Randomness
from gateway.domain import logins, patience
from gateway.domain.errors import TooManyRequests
from gateway.domain.limits import network_of
from gateway.hashing import Hashing
from gateway.identity import Identities
from gateway.parts import Parts
from gateway.queries.accounts import Account, account_of
from gateway.queries.attempts import failures, is_known
from gateway.schemas import OwnPassword, PasswordForm


def parts_of(request: Request) -> Parts:
    """Find the parts of the gateway that serves `request`."""
    parts: Parts = request.app.state.parts
    return parts


def _network(request: Request) -> str:
    return network_of(request.client.host) if request.client else ""


def _identities(request: Request) -> Identities:
    return parts_of(request).identities


def _hashing(request: Request) -> Hashing:
    return parts_of(request).hashing


def _randomness() -> Randomness:
    return Randomness(secrets.token_bytes(32), secrets.token_bytes(32))


async def _public_session(request: Request, now: Now) -> AsyncIterator[AsyncSession]:
    door = Door(
        now=now,
        actor="visitor",
        correlation_id=telemetry.correlation.get(),
        timezone=settings_of(request).timezone,
        traceparent=request.headers.get("traceparent"),
    )
    async with database_of(request).transaction(door) as session:
        yield session


Own = Annotated[Principal, allowed("account.own")]
Network = Annotated[str, Depends(_network)]
Known = Annotated[Identities, Depends(_identities)]
Passwords = Annotated[Hashing, Depends(_hashing)]
Chance = Annotated[Randomness, Depends(_randomness)]
# of somebody who is not signed in; like chassis.web.Session it commits before the answer is sent
PublicSession = Annotated[AsyncSession, Depends(_public_session, scope="function")]


@dataclass(frozen=True, slots=True)
class Attempt:
    """A checked attempt to sign in; `account` is there only where the password was right and it may sign in."""

    login: str  # as the audit writes it
    network: str
    account: Account | None


@asynccontextmanager
async def checked(
    request: Request, *, login: str, password: SecretStr, network: str, now: datetime
) -> AsyncIterator[Attempt]:
    """Check a password, slowly where many were wrong; the lane is held until the outcome is committed.

    Known and unknown logins ask the same questions and hash the same once, so that they cannot be told apart by time.
    Raises TooManyRequests.
    """
    parts, database = parts_of(request), database_of(request)
    if wait := parts.sign_ins.take(network, parts.identities.monotonic()):
        raise TooManyRequests(after=wait)
    async with database.reading() as session:
        account = await account_of(session, login)
        name = login if account is not None else logins.pseudonym(login)
        known = await is_known(session, name, network, now)
    async with AsyncExitStack() as lanes:
        # behind one's own network first: however many attempts one network sends, it has one place among the others
        await lanes.enter_async_context(parts.lanes.enter((name, network)))
        if not known:
            await lanes.enter_async_context(parts.lanes.enter((name, "")))
        async with database.reading() as session:
            failed = await failures(session, name, network, known=known, now=now)
        await asyncio.sleep(patience.delay(failed.of_lane, failed.of_network))
        right = await parts.hashing.matches(password, account.password_hash if account else None)
        today = now.astimezone(settings_of(request).timezone).date()
        may = right and account is not None and account.active(today)
        yield Attempt(name, network, account if may else None)


async def _sign_in(
    request: Request, form: Annotated[PasswordForm, Form()], network: Network, now: Now
) -> AsyncIterator[Attempt]:
    login = logins.normal(form.username)
    async with checked(request, login=login, password=form.password, network=network, now=now) as attempt:
        yield attempt


async def _own_password(
    request: Request, body: OwnPassword, by: Own, network: Network, now: Now
) -> AsyncIterator[Attempt]:
    async with checked(request, login=by.sub, password=body.current, network=network, now=now) as attempt:
        yield attempt


SignIn = Annotated[Attempt, Depends(_sign_in, scope="function")]
OwnPasswordChecked = Annotated[Attempt, Depends(_own_password, scope="function")]
