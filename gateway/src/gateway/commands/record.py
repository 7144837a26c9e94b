"""Write down what happened."""

import json
from collections.abc import Mapping

from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.door import door_of
from gateway.domain.auditing import BEGINNING, Entry, link
from gateway.models import audit


async def record(
    session: AsyncSession, act: str, login: str, *, network: str = "", details: Mapping[str, object] | None = None
) -> None:
    """Append to the audit; writers wait for each other until they commit, so that the chain has no fork."""
    door = door_of(session)
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('zhanggui.gateway.audit', 0))"))
    newest = select(audit.c.position, audit.c.chain).order_by(audit.c.position.desc()).limit(1)
    position, before = (await session.execute(newest)).one_or_none() or (0, BEGINNING)
    entry = Entry(
        position=position + 1,
        at=door.now,
        act=act,
        login=login,
        actor=door.actor,
        network=network,
        correlation_id=door.correlation_id,
        details=json.dumps(details or {}, ensure_ascii=False, sort_keys=True),
    )
    await session.execute(
        insert(audit).values(
            position=entry.position,
            at=entry.at,
            act=entry.act,
            login=entry.login,
            actor=entry.actor,
            network=entry.network,
            correlation_id=entry.correlation_id,
            details=entry.details,
            chain=link(bytes(before), entry),
        )
    )
