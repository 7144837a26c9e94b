"""Moving stock: shelves are held, changed by what the domain allows, and written with their ledger in few statements.

The level of a shelf and the movements that lead to it become true together; whoever changes a shelf holds its row, and
rows are held in the order of their keys, so that two who want the same wait for each other instead of locking up.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from chassis.door import door_of
from chassis.outbox import announce
from inventory.domain.shelf import NONE, Key, Move, Shelf
from inventory.outgoing import stock_changed, stock_depleted

Rows = list[tuple[Any, ...]]

MAKE = """
INSERT INTO stock_levels (warehouse, sku, on_hand, reserved)
SELECT warehouse, sku, 0, 0 FROM unnest($1::text[], $2::text[]) AS k (warehouse, sku)
ON CONFLICT DO NOTHING
"""
SHELVES = """
SELECT l.warehouse, l.sku, l.on_hand, l.reserved, l.counted_until
FROM unnest($1::text[], $2::text[]) AS k (warehouse, sku) JOIN stock_levels l USING (warehouse, sku)
ORDER BY l.warehouse, l.sku
"""
# decimals travel as text: the driver takes four times as long to encode them in its binary form
MOVES = """
INSERT INTO stock_moves (event_id, warehouse, sku, change, on_hand, reason, source, document_no, note, at,
                         recorded_at, recorded_by)
SELECT event_id, warehouse, sku, change::numeric, on_hand::numeric, reason, source, document_no, note, at, $11, $12
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
            $10::timestamptz[])
    AS t (event_id, warehouse, sku, change, on_hand, reason, source, document_no, note, at)
"""
LEVELS = """
UPDATE stock_levels l SET on_hand = t.on_hand::numeric, reserved = t.reserved::numeric, counted_until = t.counted_until
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[])
    AS t (warehouse, sku, on_hand, reserved, counted_until)
WHERE l.warehouse = t.warehouse AND l.sku = t.sku
"""
SHORT = """
SELECT o.shop, o.order_no, o.warehouse, o.sku, o.wanted - o.reserved AS missing
FROM unnest($1::text[], $2::text[]) AS k (warehouse, sku) JOIN order_goods o USING (warehouse, sku)
WHERE o.state = 'reserved' AND o.reserved < o.wanted
ORDER BY o.since, o.shop, o.order_no
"""
PROMISE = """
UPDATE order_goods o SET reserved = o.reserved + t.more::numeric
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS t (shop, order_no, sku, more)
WHERE o.shop = t.shop AND o.order_no = t.order_no AND o.sku = t.sku
"""


@dataclass(slots=True)
class Work:
    """Shelves that are held, and what has been done to them since."""

    session: AsyncSession
    shelves: dict[Key, Shelf]
    before: dict[Key, Decimal]
    touched: dict[Key, datetime] = field(default_factory=dict)
    moves: Rows = field(default_factory=list)


async def shelves_of(session: AsyncSession, keys: Iterable[Key]) -> dict[Key, Shelf]:
    """Give shelves as they are, holding nothing; one that nothing ever lay on is empty."""
    wanted = sorted(set(keys))
    rows = await (await raw(session)).fetch(SHELVES, *_columns(wanted, 2))
    return {key: Shelf() for key in wanted} | {(row[0], row[1]): Shelf(*row[2:]) for row in rows}


async def hold_shelves(session: AsyncSession, keys: Iterable[Key]) -> Work:
    """Hold shelves until the transaction ends; those that were not there are made."""
    wanted = sorted(set(keys))
    connection = await raw(session)
    await connection.execute(MAKE, *_columns(wanted, 2))
    rows = await connection.fetch(f"{SHELVES} FOR UPDATE OF l", *_columns(wanted, 2))
    shelves = {(row[0], row[1]): Shelf(*row[2:]) for row in rows}
    return Work(session, shelves, {key: shelf.available for key, shelf in shelves.items()})


def move(work: Work, moved: Move, *, release: Decimal = NONE) -> None:
    """Book a movement and announce it; `release` of what was reserved goes with it.

    Raises NotEnoughStock, StockTooLarge; the shelf is then as it was.
    """
    shelf = work.shelves[moved.key]
    shelf.apply(moved)
    shelf.release(release)
    work.touched[moved.key] = moved.at
    event_id = announce(work.session, stock_changed(moved, shelf))
    warehouse, sku, change, reason, source, document_no, at, note = moved
    work.moves.append(
        (event_id, warehouse, sku, str(change), str(shelf.on_hand), reason, source, document_no, note, at)
    )


def reserve(work: Work, key: Key, wanted: Decimal, at: datetime) -> Decimal:
    """Reserve as much as is there, and say how much that was."""
    promised = work.shelves[key].reserve(wanted)
    work.touched[key] = at
    return promised


def release(work: Work, key: Key, promised: Decimal, at: datetime) -> None:
    """Free what was reserved."""
    work.shelves[key].release(promised)
    work.touched[key] = at


async def write(work: Work) -> None:
    """Write what was done: orders that wait for what came in get it first, the oldest before the others.

    A shelf on which something was left to sell before and nothing is now is announced as depleted, once.
    """
    connection = await raw(work.session)
    if gained := sorted(key for key in work.touched if work.shelves[key].available > max(work.before[key], NONE)):
        await _serve_waiting(work, gained)
    if work.moves:
        door = door_of(work.session)
        await connection.execute(MOVES, *_columns(work.moves, 10), door.now, door.actor)
    if work.touched:
        levels: Rows = []
        for key, at in work.touched.items():
            shelf = work.shelves[key]
            levels.append((*key, str(shelf.on_hand), str(shelf.reserved), shelf.counted_until))
            if work.before[key] > 0 >= shelf.available:
                announce(work.session, stock_depleted(key, shelf, at))
        await connection.execute(LEVELS, *_columns(levels, 5))


async def _serve_waiting(work: Work, gained: Sequence[Key]) -> None:
    connection = await raw(work.session)
    promised: Rows = []
    for row in await connection.fetch(SHORT, *_columns(gained, 2)):
        more = work.shelves[row["warehouse"], row["sku"]].reserve(row["missing"])
        if more > 0:
            promised.append((row["shop"], row["order_no"], row["sku"], str(more)))
    if promised:
        await connection.execute(PROMISE, *_columns(promised, 4))


def _columns(rows: Sequence[tuple[Any, ...]], width: int) -> list[Sequence[Any]]:
    return list(zip(*rows, strict=True)) if rows else [()] * width
