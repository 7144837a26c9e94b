"""Whose session a token belongs to."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.auth import Principal
from gateway.models import access_tokens, accounts, employees, sessions


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session that is open, with what its access token is good for."""

    id: UUID
    principal: Principal
    expires_at: datetime


async def session_of(session: AsyncSession, hash: bytes, now: datetime, today: date) -> OpenSession | None:
    """Find the open session of an access token by its hash; none for a token, session or account that has ended."""
    found = (
        await session.execute(
            select(
                sessions.c.id,
                accounts.c.login,
                accounts.c.employee_no,
                accounts.c.roles,
                accounts.c.departments,
                accounts.c.shops,
                access_tokens.c.expires_at,
            )
            .select_from(
                access_tokens.join(sessions, sessions.c.id == access_tokens.c.session_id)
                .join(accounts, accounts.c.id == sessions.c.account_id)
                .outerjoin(employees, employees.c.employee_no == accounts.c.employee_no)
            )
            .where(
                access_tokens.c.hash == hash,
                access_tokens.c.expires_at > now,
                sessions.c.expires_at > now,
                sessions.c.ended_at.is_(None),
                accounts.c.disabled_at.is_(None),
                employees.c.leave_date.is_(None) | (employees.c.leave_date >= today),
            )
        )
    ).one_or_none()
    if found is None:
        return None
    principal = Principal(
        sub=found.login,
        employee_no=found.employee_no,
        roles=frozenset(found.roles),
        departments=frozenset(found.departments),
        shops=frozenset(found.shops),
    )
    return OpenSession(found.id, principal, found.expires_at)
