"""The plan of stocktakes (each Friday as shipped, A-004-1.22b): a day that passed without its count was missed.

A planned day is a row with the instant at which it is over. It is planned from the day on which the warehouse or the
plan was recorded, never backwards: nobody misses what nobody had planned. Whenever the job looks, what it announces
happened at the end of that day.
"""

from datetime import date, datetime, time, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import Database, raw
from chassis.door import Door, door_of, new_id
from chassis.outbox import announce
from inventory.domain.dated import planned_after
from inventory.domain.settings import SETTINGS
from inventory.outgoing import stocktake_missed, stocktake_missed_revoked
from inventory.queries.catalogue import keeper_of, planned_weekdays

WAITING = """
SELECT EXISTS (SELECT FROM stocktake_due WHERE state = 'waiting' AND due_at <= $1)
    OR EXISTS (SELECT FROM warehouses w
               WHERE NOT EXISTS (SELECT FROM stocktake_due d WHERE d.warehouse = w.warehouse AND d.state = 'waiting'))
"""
PASSED = """
SELECT warehouse, planned_on, due_at FROM stocktake_due WHERE state = 'waiting' AND due_at <= $1
ORDER BY warehouse, planned_on FOR UPDATE SKIP LOCKED
"""
UNPLANNED = """
SELECT w.warehouse, w.recorded_at,
       (SELECT max(d.planned_on) FROM stocktake_due d WHERE d.warehouse = w.warehouse) AS last
FROM warehouses w
WHERE NOT EXISTS (SELECT FROM stocktake_due d WHERE d.warehouse = w.warehouse AND d.state = 'waiting')
"""
# counted in time is made in time: finding out who answers may take longer (C-24: seven days)
MADE = """
SELECT EXISTS (
    SELECT FROM stocktakes s
    WHERE s.warehouse = $1 AND s.planned_on = $2 AND s.state <> 'abandoned' AND s.opened_at < $3
      AND NOT EXISTS (SELECT FROM stocktake_items i WHERE i.stocktake_id = s.stocktake_id AND NOT EXISTS (
          SELECT FROM stocktake_counts c
          WHERE c.stocktake_id = i.stocktake_id AND c.sku = i.sku AND c.counted_at < $3)))
"""
PLAN = """
INSERT INTO stocktake_due (warehouse, planned_on, due_at, state) VALUES ($1, $2, $3, 'waiting') ON CONFLICT DO NOTHING
"""
SETTLE = "UPDATE stocktake_due SET state = $3, event_id = $4 WHERE warehouse = $1 AND planned_on = $2"
MISSED = """
SELECT due_at, event_id FROM stocktake_due WHERE warehouse = $1 AND planned_on = $2 AND state = 'missed' FOR UPDATE
"""


async def days_passed(database: Database, now: datetime) -> bool:
    """Tell, cheaply, whether `pass_days` would have anything to do."""
    return bool(await database.glance(WAITING, now))


async def pass_days(session: AsyncSession) -> bool:
    """Settle the planned days that are over and plan the next ones; tells whether anything changed."""
    connection, door = await raw(session), door_of(session)
    passed = await connection.fetch(PASSED, door.now)
    for warehouse, planned_on, due_at in passed:
        made = await connection.fetchval(MADE, warehouse, planned_on, due_at)
        event_id = None
        if not made:
            keeper = await keeper_of(session, warehouse, planned_on)
            event_id = new_id()
            announce(session, stocktake_missed(warehouse, keeper, planned_on, at=due_at, event_id=event_id))
        await connection.execute(SETTLE, warehouse, planned_on, "made" if made else "missed", event_id)
        await _plan(session, warehouse, after=planned_on)
    planned = False
    for warehouse, recorded_at, last in await connection.fetch(UNPLANNED):
        # a plan that was changed begins today; one that never was begins with the warehouse
        yesterday = door.business_date(recorded_at if last is None else door.now) - timedelta(days=1)
        planned |= await _plan(session, warehouse, after=max(last or yesterday, yesterday))
    return bool(passed) or planned


async def _plan(session: AsyncSession, warehouse: str, *, after: date) -> bool:
    day = planned_after(await planned_weekdays(session, warehouse), SETTINGS["stocktake_weekday"].default, after)
    if day is None:
        return False
    await (await raw(session)).execute(PLAN, warehouse, day, _over(day, door_of(session)))
    return True


def _over(day: date, door: Door) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), door.timezone)


async def made_after_all(session: AsyncSession, warehouse: str, planned_on: date | None) -> None:
    """Take a missed day back when a stocktake shows, later, that it was counted in time."""
    connection, door = await raw(session), door_of(session)
    row = await connection.fetchrow(MISSED, warehouse, planned_on)
    if row is None or not await connection.fetchval(MADE, warehouse, planned_on, row["due_at"]):
        return
    assert planned_on is not None
    keeper = await keeper_of(session, warehouse, planned_on)
    announce(session, stocktake_missed_revoked(warehouse, keeper, planned_on, revokes=row["event_id"], at=door.now))
    await connection.execute(SETTLE, warehouse, planned_on, "made", None)
