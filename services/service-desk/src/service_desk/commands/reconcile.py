"""Announcing what holds now: what stands announced and no longer holds is revoked, what still holds is left alone."""

from collections.abc import Callable, Collection, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from chassis.door import door_of
from chassis.outbox import Outgoing, announce
from contracts.base import EventData
from service_desk.outgoing import Holding, Standing

STANDING = """
SELECT grp, key, about, type, event_id, business_date, content FROM announced
WHERE grp = ANY ($1::text[]) ORDER BY grp, key
"""
WITHDRAW = """
DELETE FROM announced a USING unnest($1::text[], $2::text[]) AS t (grp, key) WHERE a.grp = t.grp AND a.key = t.key
"""
ANNOUNCE = """
INSERT INTO announced (grp, key, about, type, event_id, business_date, content)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::date[], $7::text[])
"""
Revoke = Callable[[Standing], EventData]


async def reconcile(
    session: AsyncSession,
    groups: Collection[str],
    holdings: Sequence[Holding],
    *,
    revoke: Revoke,
    keys: str = "",
) -> dict[tuple[str, str], UUID]:
    """Bring what is announced about some groups to what holds; only keys that begin with `keys` are touched.

    A revocation is dated now and comes before the fact that holds instead. Returns the events that stand, by group and
    key.
    """
    door, connection = door_of(session), await raw(session)
    holding = {(fact.group, fact.key): fact for fact in holdings}
    standing: dict[tuple[str, str], Standing] = {}
    withdrawn = []
    for row in await connection.fetch(STANDING, list(groups)):
        known = Standing(*row)
        if not known.key.startswith(keys):
            continue
        place = known.group, known.key
        if (fact := holding.get(place)) is not None and _same(known, fact):
            standing[place] = known
            continue
        withdrawn.append(place)
        announce(session, Outgoing(revoke(known), about=known.about, time=door.now))
    ids = {place: known.event_id for place, known in standing.items()}
    rows = []
    for place, fact in holding.items():
        if place not in standing:
            outgoing = Outgoing(fact.data, about=fact.about, time=fact.time, business_date=fact.business_date)
            ids[place] = announce(session, outgoing)
            rows.append((*place, fact.about, fact.data.type, ids[place], fact.business_date, _content(fact.data)))
    if withdrawn:
        await connection.execute(WITHDRAW, *zip(*withdrawn, strict=True))
    if rows:
        await connection.execute(ANNOUNCE, *zip(*rows, strict=True))
    return ids


def _same(known: Standing, fact: Holding) -> bool:
    told = known.type, known.business_date, known.content
    return told == (fact.data.type, fact.business_date, _content(fact.data))


def _content(data: EventData) -> str:
    return data.model_dump_json(exclude_none=True)
