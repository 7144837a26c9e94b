"""Quarantine: events that can never be applied as they are, kept with raw bytes and reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.inbox import Message
from chassis.problems import Refusal, Unavailable
from chassis.troubles import sqlstate


@dataclass(frozen=True, slots=True)
class Letter:
    """One quarantined event."""

    id: int
    producer: str
    position: int
    type: str
    reason: str
    quarantined_at: datetime
    released_at: datetime | None


def final_reason(error: BaseException) -> str | None:
    """Say why an event is refused for good; None for what may pass when tried again.

    For good are our own refusals and the database's refusals of the data itself (SQLSTATE classes 22 and 23). A lost
    connection, a deadlock or a broker fault never is.
    """
    if isinstance(error, Refusal) and not isinstance(error, Unavailable):
        return f"{error.code}: {error.detail}"
    state = sqlstate(error)
    if state is not None and state[:2] in ("22", "23"):
        cause = error.orig if isinstance(error, DBAPIError) else error
        return f"SQLSTATE {state}: {str(cause).splitlines()[0]}"
    return None


async def quarantine(session: AsyncSession, producer: str, message: Message, reason: str, now: datetime) -> None:
    """Put one event aside, in the transaction that moves the watermark past it."""
    await session.execute(
        text(
            "INSERT INTO quarantine (producer, position, type, body, reason, quarantined_at)"
            " VALUES (:producer, :position, :type, :body, :reason, :now)"
        ),
        {
            "producer": producer,
            "position": message.position,
            "type": message.type,
            "body": message.body,
            "reason": reason.replace("\x00", "\\x00")[:2000],
            "now": now,
        },
    )


async def letters(session: AsyncSession, *, after: int, limit: int) -> Sequence[Letter]:
    """List quarantined events in the order they came, released ones too."""
    rows = await session.execute(
        text(
            "SELECT id, producer, position, type, reason, quarantined_at, released_at FROM quarantine"
            " WHERE id > :after ORDER BY id LIMIT :limit"
        ),
        {"after": after, "limit": limit},
    )
    return [Letter(*row) for row in rows]
