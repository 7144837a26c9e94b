"""How often somebody tried to sign in lately."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.domain import acts, patience
from gateway.models import audit


async def is_known(session: AsyncSession, login: str, network: str, now: datetime) -> bool:
    """Tell whether this login has signed in from this network before."""
    signed_in = select(audit.c.position).where(
        audit.c.login == login,
        audit.c.network == network,
        audit.c.act == acts.SIGNED_IN,
        audit.c.at > now - patience.KNOWN_FOR,
    )
    return (await session.execute(signed_in.limit(1))).first() is not None


@dataclass(frozen=True, slots=True)
class Failures:
    """Failed attempts within the window."""

    of_lane: int
    of_network: int


async def failures(session: AsyncSession, login: str, network: str, *, known: bool, now: datetime) -> Failures:
    """Count the failures of a login's lane, and of a network over all logins where it is not a `known` one.

    The lane of a known network begins anew with each sign-in from there.
    """
    refused = (audit.c.act == acts.REFUSED) & (audit.c.at > now - patience.WINDOW)
    count = select(func.count()).select_from(audit)
    if known:
        last = select(func.max(audit.c.position)).where(
            audit.c.login == login, audit.c.network == network, audit.c.act == acts.SIGNED_IN
        )
        lane = count.where(
            refused, audit.c.login == login, audit.c.network == network, audit.c.position > last.scalar_subquery()
        )
        return Failures((await session.execute(lane)).scalar_one(), 0)
    lane = count.where(refused, audit.c.login == login)
    whole = count.where(refused, audit.c.network == network)
    row = (await session.execute(select(lane.scalar_subquery(), whole.scalar_subquery()))).one()
    return Failures(*row)
