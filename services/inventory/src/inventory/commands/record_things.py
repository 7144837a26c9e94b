"""Recording things and what they cost, any number at once."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from chassis.door import door_of
from chassis.problems import Refusal
from inventory.domain.errors import CostByKeeper
from inventory.queries.catalogue import keeps_any, unit_costs

Taken = Literal["new", "same", "amended"] | Refusal

TITLED = "SELECT sku, title FROM skus WHERE sku = ANY ($1::text[])"
TITLES = """
INSERT INTO skus (sku, title, recorded_at, recorded_by)
SELECT sku, title, $3, $4 FROM unnest($1::text[], $2::text[]) AS t (sku, title)
ON CONFLICT (sku) DO UPDATE SET title = excluded.title, recorded_at = excluded.recorded_at,
    recorded_by = excluded.recorded_by
"""
COSTS = """
INSERT INTO sku_costs (sku, unit_cost, valid_from, recorded_at, recorded_by)
SELECT sku, unit_cost::numeric, valid_from, $4, $5
FROM unnest($1::text[], $2::text[], $3::date[]) AS t (sku, unit_cost, valid_from)
"""


class Thing(NamedTuple):
    """A SKU as somebody describes it; a cost without a day begins on `today`."""

    sku: str
    title: str
    unit_cost: Decimal | None
    valid_from: date


async def judge_things(session: AsyncSession, things: Sequence[Thing], *, actor: str | None) -> list[Taken]:
    """Tell what `record_things` would make of each, changing nothing."""
    rows = await (await raw(session)).fetch(TITLED, [thing.sku for thing in things])
    titles = {row["sku"]: row["title"] for row in rows}
    costs = await unit_costs(session, {thing.sku: thing.valid_from for thing in things})
    door = door_of(session)
    keeps = actor is not None and await keeps_any(session, actor, door.business_date(door.now))
    return [_verdict(thing, titles.get(thing.sku), costs.get(thing.sku), keeps) for thing in things]


def _verdict(thing: Thing, title: str | None, cost: Decimal | None, keeps: bool) -> Taken:
    if title is None:
        return "new"
    if thing.unit_cost is None or thing.unit_cost == cost:
        return "same" if thing.title == title else "amended"
    # a loss is paid at cost (A-004-1.22d), so who pays it does not set it
    return CostByKeeper(field="unit_cost", sku=thing.sku) if keeps and cost is not None else "amended"


async def record_things(session: AsyncSession, things: Sequence[Thing], *, actor: str | None) -> list[Taken]:
    """Record things with different SKUs; a new title or cost of a known one amends it. Tells what became of each.

    Nobody who keeps a warehouse changes a cost (CostByKeeper). The actor is an employee number, if they have one.
    """
    connection, door = await raw(session), door_of(session)
    await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('inventory.skus', 0))")
    verdicts = await judge_things(session, things, actor=actor)
    changed = [thing for thing, verdict in zip(things, verdicts, strict=True) if verdict in ("new", "amended")]
    if changed:
        known = await unit_costs(session, {thing.sku: thing.valid_from for thing in changed})
        titles = [t.sku for t in changed], [t.title for t in changed]
        await connection.execute(TITLES, *titles, door.now, door.actor)
        costs = [t for t in changed if t.unit_cost is not None and t.unit_cost != known.get(t.sku)]
        columns = [t.sku for t in costs], [str(t.unit_cost) for t in costs], [t.valid_from for t in costs]
        await connection.execute(COSTS, *columns, door.now, door.actor)
    return verdicts
