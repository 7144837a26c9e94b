"""Sealing a period: nothing of it is in flight any more, and its position, chain and control totals are written down.

Whoever announces something holds a shared lock until its transaction ends (`outbox.write_outbox`). The seal takes the
lock alone: then everything announced before is committed, gets its position here, and all that follows comes after.
"""

import json
from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import asyncpg
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from chassis.door import door_of
from chassis.outbox import SEAL_LOCK, Outgoing, announce
from chassis.problems import Conflict, NotFound
from chassis.relay import AT_ONCE, chained, place
from contracts.base import EventData
from contracts.catalogue import event_class, every_class
from contracts.sealing import Total

Totals = dict[str, tuple[int, Decimal | None]]
"""By event type: how many, and the sum of the type's measure."""


class PeriodNotOver(Conflict):
    """This period ends on {last}; it can be sealed from the day after."""

    zh = "该期间至 {last} 才结束：次日起方可封存。"


class NotSealed(NotFound):
    """This period is not sealed here."""

    zh = "该期间尚未封存。"


TOTALS = """
SELECT o.type, count(*) AS count,
       sum((convert_from(o.body, 'UTF8')::jsonb -> 'data' ->> m.measure)::numeric) AS sum
FROM outbox o LEFT JOIN unnest($1::text[], $2::text[]) AS m (type, measure) ON m.type = o.type
WHERE o.business_date BETWEEN $3 AND $4 AND o.position > $5 AND o.position <= $6
GROUP BY o.type
"""
INSERT = """
INSERT INTO seals (period, position, epoch, chain, totals, event_id, sealed_at, sealed_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""


async def seal(session: AsyncSession, *, producer: str, period: date) -> dict[str, Any]:
    """Seal the month that begins on `period` and announce it; sealing again answers what was written the first time.

    Writers wait while the last moments before the seal are counted, which is little: what has a position already is
    counted before they have to. Raises PeriodNotOver (409).
    """
    door, connection = door_of(session), await raw(session)
    last = last_day(period)
    if door.business_date(door.now) <= last:
        raise PeriodNotOver(field="period", last=last.isoformat())
    if (known := await connection.fetchrow(FIND, period)) is not None:
        return said(known)
    counted = await connection.fetchval("SELECT position FROM relay_state")
    totals = await _totals(connection, producer, period, 0, counted)
    await connection.execute("SELECT pg_advisory_xact_lock($1)", SEAL_LOCK)
    if (known := await connection.fetchrow(FIND, period)) is not None:  # somebody else was quicker
        return said(known)
    while await place(connection) == AT_ONCE:
        pass
    state = await connection.fetchrow("SELECT position, epoch, chain FROM relay_state")
    assert state is not None
    totals = _added(totals, await _totals(connection, producer, period, counted, state["position"]))
    shown = [Total(type=t, count=n, measure=_measures(producer)[t], sum=s) for t, (n, s) in sorted(totals.items())]
    name = f"{period:%Y-%m}"
    sealed_class = event_class(f"{producer}.period_sealed", 1)
    assert sealed_class is not None
    event = sealed_class.model_validate(
        {"period": name, "position": state["position"], "chain": state["chain"].hex(), "totals": shown}
    )
    event_id = announce(session, Outgoing(data=event, about=name, time=door.now))
    content = json.dumps([total.model_dump(mode="json") for total in shown])
    row = (period, state["position"], state["epoch"], state["chain"], content, event_id, door.now, door.actor)
    await connection.execute(INSERT, *row)
    known = await connection.fetchrow(FIND, period)
    assert known is not None
    # its own event is written when this transaction ends, and gets the next position: nobody else may write before
    return said(known) | {"sealed_chain": chained(state["chain"], session.info["outbox"][-1].body).hex()}


FIND = """
SELECT s.period, s.position, s.epoch, s.chain, s.totals, s.event_id, s.sealed_at, s.sealed_by,
       sha256(s.chain || o.body) AS sealed_chain
FROM seals s LEFT JOIN outbox o USING (event_id) WHERE s.period = $1
"""


async def sealed(session: AsyncSession, period: date) -> dict[str, Any]:
    """Read the seal of the month that begins on `period`. Raises NotSealed (404)."""
    found = await (await raw(session)).fetchrow(FIND, period)
    if found is None:
        raise NotSealed(field="period")
    return said(found)


def said(row: asyncpg.Record) -> dict[str, Any]:
    """Give a seal as HTTP shows it."""
    own = row["sealed_chain"]
    shown = dict(row) | {"period": f"{row['period']:%Y-%m}", "chain": row["chain"].hex()}
    return shown | {"totals": json.loads(row["totals"]), "sealed_chain": own.hex() if own is not None else None}


def last_day(period: date) -> date:
    """Give the last day of the month that begins on `period`."""
    return (period.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _measures(producer: str) -> dict[str, str | None]:
    own: Iterable[type[EventData]] = (data for data in every_class().values() if data.producer == producer)
    return {data.type: data.measure for data in own}


async def _totals(connection: asyncpg.Connection, producer: str, period: date, after: int, to: int) -> Totals:
    named = {type: measure for type, measure in _measures(producer).items() if measure is not None}
    rows = await connection.fetch(TOTALS, list(named), list(named.values()), period, last_day(period), after, to)
    return {row["type"]: (row["count"], row["sum"]) for row in rows}


def _added(one: Totals, other: Totals) -> Totals:
    counts = Counter({type: count for type, (count, _) in one.items()})
    counts.update({type: count for type, (count, _) in other.items()})
    sums = {}
    for type in counts:
        parts = [side[type][1] for side in (one, other) if type in side]
        known = [part for part in parts if part is not None]
        sums[type] = sum(known, Decimal(0)) if known else None
    return {type: (count, sums[type]) for type, count in counts.items()}
