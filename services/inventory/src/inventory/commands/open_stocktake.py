"""Beginning a stocktake, and giving one up."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from chassis.door import door_of, new_id
from inventory.domain.counting import drawn
from inventory.domain.dated import planned_after
from inventory.domain.errors import (
    DayNotPlanned,
    SampleOrList,
    SkuUnknown,
    StocktakeOpen,
    StocktakePlannedTwice,
    WarehouseUnknown,
)
from inventory.domain.settings import SETTINGS
from inventory.domain.times import not_in_future
from inventory.queries.catalogue import directory_of, keeper_of, known_names, planned_weekdays
from inventory.queries.counting import stocktake_of

OPEN = """
INSERT INTO stocktakes (stocktake_id, warehouse, keeper, planned_on, sampled, opened_at, opened_by, state)
VALUES ($1, $2, $3, $4, $5, $6, $7, 'open')
"""
IN_THE_WAY = """
SELECT state = 'open' AS open FROM stocktakes
WHERE warehouse = $1 AND (state = 'open' OR (planned_on = $2 AND state <> 'abandoned')) ORDER BY state DESC LIMIT 1
"""
ITEMS = "INSERT INTO stocktake_items (stocktake_id, sku) SELECT $1, sku FROM unnest($2::text[]) AS t (sku)"
PEOPLE = """
INSERT INTO stocktake_people (stocktake_id, employee_no, role)
SELECT $1, employee_no, role FROM unnest($2::text[], $3::text[]) AS t (employee_no, role) ON CONFLICT DO NOTHING
"""


class Plan(NamedTuple):
    """What a stocktake is to be: everything in the warehouse, these SKUs, or a sample of `sample` SKUs.

    `planned_on` None: the planned day it is opened on, if that is one. `counters`: employees who may count.
    """

    warehouse: str
    opened_at: datetime
    planned_on: date | None = None
    counters: Sequence[str] = ()
    skus: Sequence[str] | None = None
    sample: int | None = None


async def open_stocktake(session: AsyncSession, plan: Plan) -> UUID:
    """Begin a stocktake; the warehouse works on, for what is expected is asked at the instant of each count.

    A sample or a list is a spot check (A-004-1.23b), never the planned count. Raises WarehouseUnknown, SkuUnknown,
    EmployeeUnknown, EmployeeGone, TimeInFuture, SampleOrList, DayNotPlanned, StocktakeOpen, StocktakePlannedTwice.
    """
    connection, door = await raw(session), door_of(session)
    not_in_future(plan.opened_at, field="opened_at", now=door.now)
    sampled = plan.skus is not None or plan.sample is not None
    if sampled and (plan.planned_on is not None or (plan.skus is not None and plan.sample is not None)):
        raise SampleOrList(field="sample")
    if not (await known_names(session, warehouses=[plan.warehouse]))[1]:
        raise WarehouseUnknown(field="warehouse", warehouse=plan.warehouse)
    await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('stocktake ' || $1, 0))", plan.warehouse)
    opened_on = door.business_date(plan.opened_at)
    planned_on = None if sampled else await _planned_on(session, plan, opened_on)
    blocking = await connection.fetchval(IN_THE_WAY, plan.warehouse, planned_on)
    if blocking:
        raise StocktakeOpen(warehouse=plan.warehouse)
    if blocking is not None:
        raise StocktakePlannedTwice(field="planned_on", warehouse=plan.warehouse, day=planned_on)
    directory = await directory_of(session, plan.counters)
    for counter in plan.counters:
        directory.check(counter, opened_on, field="counters")
    stocktake_id = new_id()
    skus = await _skus(session, plan, stocktake_id)
    keeper = await keeper_of(session, plan.warehouse, planned_on or opened_on)
    arguments = (stocktake_id, plan.warehouse, keeper, planned_on, sampled, plan.opened_at, door.actor)
    await connection.execute(OPEN, *arguments)
    await connection.execute(ITEMS, stocktake_id, skus)
    people = [keeper, *plan.counters], ["keeper", *["named"] * len(plan.counters)]
    await connection.execute(PEOPLE, stocktake_id, *people)
    return stocktake_id


async def _planned_on(session: AsyncSession, plan: Plan, opened_on: date) -> date | None:
    day = plan.planned_on or opened_on
    weekdays = await planned_weekdays(session, plan.warehouse)
    if planned_after(weekdays, SETTINGS["stocktake_weekday"].default, day - timedelta(days=1)) == day:
        return day
    if plan.planned_on is not None:
        raise DayNotPlanned(field="planned_on", warehouse=plan.warehouse, day=day)
    return None


async def _skus(session: AsyncSession, plan: Plan, stocktake_id: UUID) -> list[str]:
    if plan.skus is not None:
        known, _ = await known_names(session, skus=plan.skus)
        for sku in plan.skus:
            if sku not in known:
                raise SkuUnknown(field="skus", sku=sku)
        return sorted(set(plan.skus))
    rows = await (await raw(session)).fetch("SELECT sku FROM stock_levels WHERE warehouse = $1", plan.warehouse)
    everything = [row["sku"] for row in rows]
    # drawn by the stocktake's own id, so that anybody can draw the same again
    return everything if plan.sample is None else drawn(everything, plan.sample, stocktake_id.int)


async def abandon_stocktake(session: AsyncSession, stocktake_id: UUID, reason: str) -> None:
    """Give an open stocktake up; what was counted stays readable and changes nothing. Raises StocktakeEnded."""
    stocktake = await stocktake_of(session, stocktake_id, hold=True)
    stocktake.refuse_ended()
    door = door_of(session)
    await (await raw(session)).execute(
        "UPDATE stocktakes SET state = 'abandoned', reason = $2, ended_at = $3, ended_by = $4 WHERE stocktake_id = $1",
        stocktake_id,
        reason,
        door.now,
        door.actor,
    )
