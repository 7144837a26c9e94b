"""Sessions: opened, refreshed, ended."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.door import door_of, new_id
from gateway.commands.record import record
from gateway.domain import acts, tokens
from gateway.models import access_tokens, accounts, refresh_tokens, sessions
from gateway.queries.accounts import Account, account_by_id


@dataclass(frozen=True, slots=True)
class Randomness:
    """The secret parts of a pair of tokens, 32 bytes each."""

    access: bytes
    refresh: bytes


@dataclass(frozen=True, slots=True)
class Opened:
    """A pair of tokens for the caller; this is the only time they are seen."""

    access_token: str
    refresh_token: str


@dataclass(frozen=True, slots=True)
class Refused:
    """No tokens. An outcome and not an exception, because what was noticed must be committed."""

    ended: list[UUID]


async def open_session(session: AsyncSession, *, account: Account, network: str, randomness: Randomness) -> Opened:
    """Open a session for an account whose password was right."""
    now, id = door_of(session).now, new_id()
    values = {"id": id, "account_id": account.id, "opened_at": now, "expires_at": now + tokens.SESSION_LIFE}
    await session.execute(insert(sessions).values(values))
    await record(session, acts.SIGNED_IN, account.login, network=network, details={"session": str(id)})
    return await _issue(session, id, now + tokens.SESSION_LIFE, randomness)


async def note_refusal(session: AsyncSession, *, login: str, network: str) -> None:
    """Write down that a sign-in was refused; `login` is a pseudonym where there is no such account."""
    await record(session, acts.REFUSED, login, network=network)


async def refresh_session(
    session: AsyncSession, *, token: str, network: str, randomness: Randomness
) -> Opened | Refused:
    """Spend a refresh token on a new pair.

    A token that was spent before ends its whole session: either the thief or the owner holds its successor, and nobody
    can tell which (RFC 9700 section 4.14.2).
    """
    door = door_of(session)
    spent = (
        update(refresh_tokens)
        .where(refresh_tokens.c.hash == tokens.fingerprint(token), refresh_tokens.c.spent_at.is_(None))
        .values(spent_at=door.now)
        .returning(refresh_tokens.c.session_id, refresh_tokens.c.expires_at)
    )
    first_use = (await session.execute(spent)).one_or_none()
    if first_use is None:
        return Refused(await _end_replayed(session, token, network))
    open_until = (
        await session.execute(
            select(sessions.c.expires_at, sessions.c.account_id)
            .where(sessions.c.id == first_use.session_id, sessions.c.ended_at.is_(None))
            .with_for_update()
        )
    ).one_or_none()
    if open_until is None or min(open_until.expires_at, first_use.expires_at) <= door.now:
        return Refused([])
    account = await account_by_id(session, open_until.account_id)
    if not account.active(door.business_date(door.now)):
        return Refused(await end_sessions(session, [first_use.session_id]))
    return await _issue(session, first_use.session_id, open_until.expires_at, randomness)


async def _end_replayed(session: AsyncSession, token: str, network: str) -> list[UUID]:
    owner = (
        select(sessions.c.id, accounts.c.login)
        .join(refresh_tokens, refresh_tokens.c.session_id == sessions.c.id)
        .join(accounts, accounts.c.id == sessions.c.account_id)
        .where(refresh_tokens.c.hash == tokens.fingerprint(token))
    )
    found = (await session.execute(owner)).one_or_none()
    if found is None:
        return []
    await record(session, acts.REPLAYED, found.login, network=network, details={"session": str(found.id)})
    return await end_sessions(session, [found.id])


async def revoke_session(session: AsyncSession, *, token: str, network: str) -> list[UUID]:
    """End the session of an access or refresh token; answers which, none for a token that is unknown (RFC 7009)."""
    hash = tokens.fingerprint(token)
    owner = (
        select(sessions.c.id, accounts.c.login)
        .join(accounts, accounts.c.id == sessions.c.account_id)
        .where(
            sessions.c.id.in_(select(refresh_tokens.c.session_id).where(refresh_tokens.c.hash == hash))
            | sessions.c.id.in_(select(access_tokens.c.session_id).where(access_tokens.c.hash == hash))
        )
    )
    found = (await session.execute(owner)).one_or_none()
    if found is None:
        return []
    await record(session, acts.ENDED, found.login, network=network, details={"session": str(found.id)})
    return await end_sessions(session, [found.id])


async def end_sessions(session: AsyncSession, ids: Iterable[UUID]) -> list[UUID]:
    """End sessions with all their tokens; answers which."""
    ended = list(ids)
    await session.execute(
        update(sessions)
        .where(sessions.c.id.in_(ended), sessions.c.ended_at.is_(None))
        .values(ended_at=door_of(session).now)
    )
    await session.execute(delete(access_tokens).where(access_tokens.c.session_id.in_(ended)))
    return ended


async def end_sessions_of(session: AsyncSession, account_id: UUID) -> list[UUID]:
    """End every session of an account; answers which."""
    still_open = select(sessions.c.id).where(sessions.c.account_id == account_id, sessions.c.ended_at.is_(None))
    return await end_sessions(session, await session.scalars(still_open))


async def forget_expired(session: AsyncSession) -> None:
    """Remove access tokens that have expired and sessions that expired so long ago that nobody replays them."""
    now = door_of(session).now
    await session.execute(delete(access_tokens).where(access_tokens.c.expires_at < now))
    await session.execute(delete(sessions).where(sessions.c.expires_at < now - tokens.SESSION_LIFE))


async def _issue(session: AsyncSession, id: UUID, session_ends: datetime, randomness: Randomness) -> Opened:
    now = door_of(session).now
    opened = Opened(
        tokens.write(tokens.ACCESS, randomness.access),
        tokens.write(tokens.REFRESH, randomness.refresh),
    )
    for table, token, life in (
        (access_tokens, opened.access_token, tokens.ACCESS_LIFE),
        (refresh_tokens, opened.refresh_token, tokens.REFRESH_LIFE),
    ):
        expires = min(now + life, session_ends)
        await session.execute(insert(table).values(hash=tokens.fingerprint(token), session_id=id, expires_at=expires))
    return opened
