"""A stocktake as its counting stands: what has to be counted, what was, and what the ledger expected then."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from chassis.door import Door
from inventory.domain.answering import Answerer, Outcome
from inventory.domain.counting import Count, Tally, tallies
from inventory.domain.errors import StocktakeEnded, StocktakeNotFound
from inventory.queries.catalogue import threshold, unit_costs

STOCKTAKE = """
SELECT stocktake_id, warehouse, keeper, planned_on, sampled, opened_at, state, ended_at
FROM stocktakes WHERE stocktake_id = $1
"""
# expected at count time: movements until that instant, whenever they were recorded, so that work may go on meanwhile
COUNTS = """
SELECT c.sku, c.counted, c.counted_at, c.counted_by,
       COALESCE((SELECT sum(m.change) FROM stock_moves m
                 WHERE m.warehouse = $2 AND m.sku = c.sku AND m.at <= c.counted_at), 0) AS expected
FROM stocktake_counts c WHERE c.stocktake_id = $1 AND ($3::text[] IS NULL OR c.sku = ANY ($3))
"""
UNCOUNTED = """
SELECT i.sku FROM stocktake_items i
WHERE i.stocktake_id = $1
  AND NOT EXISTS (SELECT FROM stocktake_counts c WHERE c.stocktake_id = i.stocktake_id AND c.sku = i.sku)
ORDER BY i.sku
"""
FINDINGS = """
SELECT DISTINCT ON (sku) sku, expected, counted, outcome, finding, parties, weights
FROM stocktake_findings WHERE stocktake_id = $1 ORDER BY sku, recorded_at DESC, finding_id DESC
"""


class Stocktake(NamedTuple):
    """What a stocktake is, and where it stands."""

    stocktake_id: UUID
    warehouse: str
    keeper: str
    planned_on: date | None
    sampled: bool
    opened_at: datetime
    state: str
    ended_at: datetime | None

    def refuse_ended(self) -> None:
        """Refuse to go on with a stocktake that is over. Raises StocktakeEnded."""
        if self.state != "open":
            raise StocktakeEnded(state=self.state)


class Finding(NamedTuple):
    """What was found out about a difference, as it was then: it holds while the difference stays that."""

    expected: Decimal
    counted: Decimal
    outcome: Outcome
    finding: str
    parties: tuple[Answerer, ...]


async def stocktake_of(session: AsyncSession, stocktake_id: UUID, *, hold: bool = False) -> Stocktake:
    """Give a stocktake; with `hold` nobody else changes it until the transaction ends. Raises StocktakeNotFound."""
    row = await (await raw(session)).fetchrow(STOCKTAKE + (" FOR UPDATE" if hold else ""), stocktake_id)
    if row is None:
        raise StocktakeNotFound()
    return Stocktake(*row)


async def tallies_of(
    session: AsyncSession, stocktake: Stocktake, door: Door, *, skus: Collection[str] | None = None
) -> dict[str, Tally]:
    """Say where the counting of each counted SKU stands."""
    wanted = None if skus is None else list(skus)
    rows = await (await raw(session)).fetch(COUNTS, stocktake.stocktake_id, stocktake.warehouse, wanted)
    counts = [Count(*row) for row in rows]
    days = {count.sku: door.business_date(count.counted_at) for count in counts}
    costs = await unit_costs(session, days)
    limit = await threshold(session, stocktake.warehouse, door.business_date(stocktake.opened_at))
    return tallies(counts, costs, limit)


async def uncounted(session: AsyncSession, stocktake_id: UUID) -> list[str]:
    """List what has to be counted and was not."""
    return [row["sku"] for row in await (await raw(session)).fetch(UNCOUNTED, stocktake_id)]


async def findings_of(session: AsyncSession, stocktake_id: UUID) -> dict[str, Finding]:
    """Give the last finding on each SKU."""
    rows = await (await raw(session)).fetch(FINDINGS, stocktake_id)
    return {row["sku"]: _finding(dict(row)) for row in rows}


def _finding(row: Mapping[str, Any]) -> Finding:
    pairs: Sequence[tuple[str, int]] = list(zip(row["parties"], row["weights"], strict=True))
    parties = tuple(Answerer(*pair) for pair in pairs)
    return Finding(row["expected"], row["counted"], row["outcome"], row["finding"], parties)
