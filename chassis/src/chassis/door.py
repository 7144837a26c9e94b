"""What a door hands inwards with each transaction: the time, who acts, and why."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import uuid_utils
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7


@dataclass(frozen=True, slots=True)
class Door:
    """The circumstances of one transaction."""

    now: datetime
    actor: str
    correlation_id: str
    timezone: ZoneInfo
    causation_id: str | None = None
    traceparent: str | None = None

    def business_date(self, instant: datetime) -> date:
        """Tell which day of the company `instant` belongs to."""
        return instant.astimezone(self.timezone).date()


def new_id() -> UUID:
    """Make an identity that sorts by the time it was made (UUID version 7, RFC 9562)."""
    return uuid7()


def new_id_text() -> str:
    """Make such an identity as text, which costs a fifth."""
    return str(uuid_utils.uuid7())


def door_of(session: AsyncSession) -> Door:
    """Find the door through which the work on `session` came in."""
    door = session.info["door"]
    assert isinstance(door, Door)
    return door
