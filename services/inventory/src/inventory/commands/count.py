"""Counts of open stocktakes, any number at once; who counts learns nothing of what is expected."""

from collections.abc import Mapping, Sequence, Set
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from chassis.door import door_of
from chassis.problems import Refusal
from inventory.domain.errors import (
    CountBeforeOpening,
    CountDiffers,
    NoOpenStocktake,
    SkuListedTwice,
    SkuUnknown,
    WarehouseUnknown,
)
from inventory.domain.people import Directory
from inventory.domain.permissions import check_counter
from inventory.domain.times import not_in_future
from inventory.queries.catalogue import directory_of, known_names
from inventory.queries.counting import stocktake_of

Taken = Literal["new", "same"] | Refusal

# a file may come again after its stocktake was completed: then it has to say the same, so ended ones are asked as well
SESSIONS = """
SELECT s.warehouse, s.stocktake_id, s.opened_at, s.ended_at, s.state FROM stocktakes s
WHERE s.warehouse = ANY ($1::text[]) AND s.state <> 'abandoned' ORDER BY s.state = 'open' DESC, s.opened_at DESC
"""
COUNTED = """
SELECT c.stocktake_id, c.sku, c.counted_by, c.counted, c.counted_at
FROM unnest($1::uuid[], $2::text[], $3::text[]) AS k (stocktake_id, sku, counted_by)
JOIN stocktake_counts c USING (stocktake_id, sku, counted_by)
"""
RECORD = """
INSERT INTO stocktake_counts (stocktake_id, sku, counted_by, counted, counted_at, recorded_at, recorded_by)
SELECT stocktake_id, sku, counted_by, counted::numeric, counted_at, $6, $7
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::timestamptz[])
    AS t (stocktake_id, sku, counted_by, counted, counted_at)
"""
PEOPLE = """
INSERT INTO stocktake_people (stocktake_id, employee_no, role)
SELECT DISTINCT t.stocktake_id, t.employee_no, 'counted' FROM unnest($1::uuid[], $2::text[])
    AS t (stocktake_id, employee_no)
ON CONFLICT DO NOTHING
"""


class Counted(NamedTuple):
    """What somebody found on a shelf, and when."""

    warehouse: str
    sku: str
    counted: Decimal
    counted_at: datetime
    counted_by: str


class Session(NamedTuple):
    """A stocktake that a count may belong to."""

    stocktake_id: UUID
    opened_at: datetime
    ended_at: datetime | None
    state: str

    def covers(self, at: datetime) -> bool:
        """Tell whether a count of that moment belongs here."""
        return self.opened_at <= at and (self.ended_at is None or at <= self.ended_at)


class Known(NamedTuple):
    """What counts are judged by."""

    skus: set[str]
    warehouses: set[str]
    directory: Directory
    sessions: Mapping[str, Sequence[Session]]


async def judge_counts(session: AsyncSession, counts: Sequence[Counted]) -> list[Taken]:
    """Tell what `take_counts` would make of each, changing nothing."""
    return [verdict for verdict, _ in await _judged(session, counts, hold=False)]


async def take_counts(session: AsyncSession, counts: Sequence[Counted]) -> list[Taken]:
    """Record counts of different people and SKUs; a count that cannot be taken changes nothing.

    A count belongs to the stocktake of its warehouse that was open at that moment. Each person counts a thing once in
    a stocktake: the same again changes nothing, another number has to come from somebody else.
    """
    judged = await _judged(session, counts, hold=True)
    rows = [
        (found.stocktake_id, c.sku, c.counted_by, str(c.counted), c.counted_at)
        for c, (verdict, found) in zip(counts, judged, strict=True)
        if verdict == "new" and found is not None
    ]
    if rows:
        connection, door = await raw(session), door_of(session)
        await connection.execute(RECORD, *zip(*rows, strict=True), door.now, door.actor)
        await connection.execute(PEOPLE, [row[0] for row in rows], [row[2] for row in rows])
    return [verdict for verdict, _ in judged]


async def take_sheet(
    session: AsyncSession,
    stocktake_id: UUID,
    counted: Sequence[tuple[str, Decimal, datetime]],
    *,
    counted_by: str | None,
    handed_in_by: str | None,
    roles: Set[str],
    counts_here: bool,
) -> dict[str, int]:
    """Record one person's counts (SKU, quantity, when) in one open stocktake, all or none; tells how many were new.

    `counts_here`: whoever hands it in keeps the warehouse or is named as a counter. Raises NotACounter, SkuListedTwice,
    StocktakeEnded, and what `take_counts` refuses.
    """
    check_counter(counted_by, handed_in_by, roles, counts_here=counts_here)
    assert counted_by is not None
    listed: set[str] = set()
    for sku, _, _ in counted:
        if sku in listed:
            raise SkuListedTwice(field="counts", sku=sku)
        listed.add(sku)
    stocktake = await stocktake_of(session, stocktake_id)
    stocktake.refuse_ended()
    taken = await take_counts(session, [Counted(stocktake.warehouse, *one, counted_by) for one in counted])
    for verdict in taken:
        if isinstance(verdict, Refusal):
            raise verdict
    return {"new": taken.count("new"), "same": taken.count("same")}


async def _judged(
    session: AsyncSession, counts: Sequence[Counted], *, hold: bool
) -> list[tuple[Taken, Session | None]]:
    connection = await raw(session)
    places = sorted({c.warehouse for c in counts})
    sessions: dict[str, list[Session]] = {}
    for row in await connection.fetch(SESSIONS + (" FOR SHARE" if hold else ""), places):
        sessions.setdefault(row["warehouse"], []).append(Session(*row[1:]))
    skus, warehouses = await known_names(session, skus={c.sku for c in counts}, warehouses=places)
    directory = await directory_of(session, {c.counted_by for c in counts})
    known = Known(skus, warehouses, directory, sessions)
    found = [_checked(session, c, known) for c in counts]
    keys = [(f.stocktake_id, c.sku, c.counted_by) for c, f in zip(counts, found, strict=True) if isinstance(f, Session)]
    columns: Sequence[Any] = list(zip(*keys, strict=True)) if keys else [(), (), ()]
    before = {tuple(row[:3]): tuple(row[3:]) for row in await connection.fetch(COUNTED, *columns)}
    return [_verdict(c, f, before) for c, f in zip(counts, found, strict=True)]


def _checked(session: AsyncSession, count: Counted, known: Known) -> Session | Refusal:
    door = door_of(session)
    try:
        if count.warehouse not in known.warehouses:
            raise WarehouseUnknown(field="warehouse", warehouse=count.warehouse)
        if count.sku not in known.skus:
            raise SkuUnknown(field="sku", sku=count.sku)
        not_in_future(count.counted_at, field="counted_at", now=door.now)
        known.directory.check(count.counted_by, door.business_date(count.counted_at), field="counted_by")
        there = known.sessions.get(count.warehouse, ())
        for one in there:
            if one.covers(count.counted_at):
                return one
        if there and there[0].state == "open":
            opened_at = there[0].opened_at.isoformat()
            raise CountBeforeOpening(field="counted_at", at=count.counted_at.isoformat(), opened_at=opened_at)
        raise NoOpenStocktake(field="counted_at", warehouse=count.warehouse)
    except Refusal as refusal:
        return refusal


def _verdict(
    count: Counted, found: Session | Refusal, before: Mapping[tuple[Any, ...], tuple[Any, ...]]
) -> tuple[Taken, Session | None]:
    if isinstance(found, Refusal):
        return found, None
    earlier = before.get((found.stocktake_id, count.sku, count.counted_by))
    if earlier == (count.counted, count.counted_at):
        return "same", found
    if earlier is not None:
        return CountDiffers(field="counted_by", counted_by=count.counted_by, sku=count.sku), None
    if found.state != "open":
        return NoOpenStocktake(field="counted_at", warehouse=count.warehouse), None
    return "new", found
