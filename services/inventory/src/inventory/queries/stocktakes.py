"""Lists of stocktakes, what is counted in one, and mismatches; what somebody may not see is not there."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, select, tuple_
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from chassis.door import Door
from chassis.pagination import PageRequest
from chassis.scope import Scope
from inventory.domain.errors import MismatchNotFound, StocktakeNotFound
from inventory.models import MismatchRow, MismatchShareRow, ResolutionRow, StocktakePersonRow, StocktakeRow
from inventory.queries.counting import findings_of, stocktake_of, tallies_of
from inventory.queries.scope import answered, concerned

Rows = Sequence[Any]

PROGRESS = """
SELECT (SELECT count(*) FROM stocktake_items WHERE stocktake_id = $1) AS to_count,
       (SELECT count(DISTINCT sku) FROM stocktake_counts WHERE stocktake_id = $1) AS counted,
       ARRAY(SELECT employee_no FROM stocktake_people WHERE stocktake_id = $1 AND role = 'named' ORDER BY 1) AS counters
"""
SKUS = """
SELECT sku FROM (
    SELECT sku FROM stocktake_items WHERE stocktake_id = $1
    UNION SELECT sku FROM stocktake_counts WHERE stocktake_id = $1) AS listed
WHERE $2::text IS NULL OR sku > $2 ORDER BY sku LIMIT $3
"""
OWN = "SELECT sku, counted FROM stocktake_counts WHERE stocktake_id = $1 AND counted_by = $2 AND sku = ANY ($3)"
RESULTS = """
SELECT sku, expected, counted, counted_at, counted_by, unit_cost FROM stocktake_results
WHERE stocktake_id = $1 AND sku = ANY ($2)
"""


async def stocktakes_page(
    session: AsyncSession,
    scope: Scope,
    page: PageRequest,
    *,
    warehouse: str | None = None,
    state: str | None = None,
    planned_on: date | None = None,
) -> Rows:
    """List stocktakes, the last opened first. One row more than asked for tells that there is a next page."""
    row = StocktakeRow
    query = (
        select(*row.__table__.c)
        .where(concerned(scope, row.stocktake_id))
        .order_by(row.opened_at.desc(), row.stocktake_id.desc())
        .limit(page.limit + 1)
    )
    for column, value in ((row.warehouse, warehouse), (row.state, state), (row.planned_on, planned_on)):
        if value is not None:
            query = query.where(column == value)
    if (after := page.after_key(datetime.fromisoformat, UUID)) is not None:
        query = query.where(tuple_(row.opened_at, row.stocktake_id) < after)
    return (await session.execute(query)).all()


async def refuse_unseen_stocktake(session: AsyncSession, scope: Scope, stocktake_id: UUID) -> None:
    """Answer for a stocktake outside the scope as if it were not there. Raises StocktakeNotFound."""
    row = StocktakeRow
    query = select(row.stocktake_id).where(row.stocktake_id == stocktake_id, concerned(scope, row.stocktake_id))
    if (await session.execute(query)).first() is None:
        raise StocktakeNotFound()


async def refuse_unseen_mismatch(session: AsyncSession, scope: Scope, mismatch_id: UUID) -> None:
    """Answer for a mismatch of a stocktake outside the scope as if it were not there. Raises MismatchNotFound."""
    row = MismatchRow
    query = select(row.mismatch_id).where(row.mismatch_id == mismatch_id, concerned(scope, row.stocktake_id))
    if (await session.execute(query)).first() is None:
        raise MismatchNotFound()


async def counts_in(session: AsyncSession, stocktake_id: UUID, employee_no: str | None) -> bool:
    """Tell whether a stocktake is to be counted by somebody: by its keeper, and by whom it names."""
    row = StocktakePersonRow
    query = select(row.stocktake_id).where(
        row.stocktake_id == stocktake_id, row.employee_no == (employee_no or ""), row.role.in_(("keeper", "named"))
    )
    return (await session.execute(query)).first() is not None


async def stocktake_read(session: AsyncSession, stocktake_id: UUID) -> dict[str, Any]:
    """Give one stocktake with how far its counting is."""
    row = (
        await session.execute(select(*StocktakeRow.__table__.c).where(StocktakeRow.stocktake_id == stocktake_id))
    ).one()
    progress = await (await raw(session)).fetchrow(PROGRESS, stocktake_id)
    assert progress is not None
    said = dict(progress) | dict(row._mapping)
    said["counted"] = progress["counted"]
    return said


async def items_page(
    session: AsyncSession, stocktake_id: UUID, page: PageRequest, door: Door, *, blind: bool, own: str | None
) -> list[dict[str, Any]]:
    """List what is to be counted, with what was found; one more than asked for tells that there is a next page.

    While the stocktake is open a `blind` caller is told only what they counted themselves and where a count, or a
    second one by somebody who has not counted yet, is still wanted.
    """
    connection = await raw(session)
    after = page.after_key(str)
    rows = await connection.fetch(SKUS, stocktake_id, after[0] if after else None, page.limit + 1)
    skus = [row["sku"] for row in rows]
    stocktake = await stocktake_of(session, stocktake_id)
    if stocktake.state == "completed":
        results = {row["sku"]: row for row in await connection.fetch(RESULTS, stocktake_id, skus)}
        return [_settled(results[sku]) for sku in skus]
    tallies = await tallies_of(session, stocktake, door, skus=skus)
    if blind:
        mine = {row["sku"]: row["counted"] for row in await connection.fetch(OWN, stocktake_id, own, skus)}
        return [
            {
                "sku": sku,
                "to_count": sku not in tallies or (tallies[sku].again and sku not in mine),
                "own_count": mine.get(sku),
            }
            for sku in skus
        ]
    findings = await findings_of(session, stocktake_id)
    listed = []
    for sku in skus:
        tally, finding = tallies.get(sku), findings.get(sku)
        said: dict[str, Any] = {"sku": sku, "to_count": tally is None or tally.again}
        if tally is not None:
            count = tally.holds
            said |= _counted(count._asdict() | {"unit_cost": tally.unit_cost})
            if finding is not None and (finding.expected, finding.counted) == (count.expected, count.counted):
                said["finding"], said["outcome"] = finding.finding, finding.outcome
        listed.append(said)
    return listed


def _settled(row: Any) -> dict[str, Any]:
    return {"sku": row["sku"], "to_count": False, **_counted(dict(row))}


def _counted(row: dict[str, Any]) -> dict[str, Any]:
    difference: Decimal = row["counted"] - row["expected"]
    names = ("expected", "counted", "counted_at", "counted_by", "unit_cost")
    return {name: row[name] for name in names} | {"difference": difference}


async def mismatches_page(
    session: AsyncSession,
    scope: Scope,
    page: PageRequest,
    *,
    stocktake_id: UUID | None = None,
    warehouse: str | None = None,
    sku: str | None = None,
    employee_no: str | None = None,
    unresolved: bool = False,
) -> Rows:
    """List mismatches that somebody within the scope answers for, the last recorded first."""
    row, share, end = MismatchRow, MismatchShareRow, ResolutionRow
    pair = func.json_build_object(
        "employee_no", share.employee_no, "weight", share.weight, "amount", share.amount.concat("")
    )
    shares = (
        select(func.json_agg(aggregate_order_by(pair, share.place)))
        .where(share.mismatch_id == row.mismatch_id)
        .scalar_subquery()
    )
    query = (
        select(
            *row.__table__.c, shares.label("shares"), end.reason.label("resolved_because"), end.at.label("resolved_at")
        )
        .outerjoin(end, end.mismatch_id == row.mismatch_id)
        .where(answered(scope, row.mismatch_id))
        .order_by(row.recorded_at.desc(), row.mismatch_id.desc())
        .limit(page.limit + 1)
    )
    for column, value in ((row.stocktake_id, stocktake_id), (row.warehouse, warehouse), (row.sku, sku)):
        if value is not None:
            query = query.where(column == value)
    if employee_no is not None:
        query = query.where(
            exists(select(1).where(share.mismatch_id == row.mismatch_id, share.employee_no == employee_no))
        )
    if unresolved:
        query = query.where(end.mismatch_id.is_(None))
    if (after := page.after_key(datetime.fromisoformat, UUID)) is not None:
        query = query.where(tuple_(row.recorded_at, row.mismatch_id) < after)
    return (await session.execute(query)).all()
