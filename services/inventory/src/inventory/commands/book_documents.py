"""Documents of the warehouse: goods received and issued, and corrections; any number of rows at once."""

from collections.abc import Mapping, Sequence
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from chassis.door import door_of
from chassis.problems import Refusal
from inventory.commands.moving import hold_shelves, move, shelves_of, write
from inventory.domain.errors import (
    CorrectsOwnWarehouse,
    DocumentDiffers,
    QuantityNotPositive,
    SkuListedTwice,
    SkuUnknown,
    WarehouseUnknown,
)
from inventory.domain.shelf import Key, Move, Shelf
from inventory.domain.times import not_in_future
from inventory.queries.catalogue import keeper_of, known_names

Taken = Literal["new", "same"] | Refusal

# by number rather than by shelf, for that is how the index is sorted
BOOKED = """
SELECT m.document_no, m.warehouse, m.sku, m.change, m.reason, m.at
FROM unnest($1::text[], $2::text[], $3::text[]) AS k (document_no, warehouse, sku)
JOIN stock_moves m ON m.source = 'document' AND m.document_no = k.document_no AND m.warehouse = k.warehouse
                  AND m.sku = k.sku
"""
Booked = Mapping[tuple[str, str, str], Move]


async def judge_moves(session: AsyncSession, moves: Sequence[Move]) -> list[Taken]:
    """Tell what `book_moves` would make of each as things stand, changing nothing.

    Whether there is enough is not asked: what the same file brings in comes first.
    """
    known = await known_names(session, skus={m.sku for m in moves}, warehouses={m.warehouse for m in moves})
    shelves = await shelves_of(session, [m.key for m in moves])
    booked = await _booked(session, moves)
    return [_checked(session, m, known=known, shelves=shelves, booked=booked) for m in moves]


async def book_moves(session: AsyncSession, moves: Sequence[Move]) -> list[Taken]:
    """Book rows of documents and announce them, in their order; a row that cannot be booked changes nothing.

    A row is known by document number, warehouse and SKU: the same again changes nothing.
    """
    known = await known_names(session, skus={m.sku for m in moves}, warehouses={m.warehouse for m in moves})
    work = await hold_shelves(session, [m.key for m in moves if m.sku in known[0] and m.warehouse in known[1]])
    booked = await _booked(session, moves)
    taken: list[Taken] = []
    for moved in moves:
        verdict = _checked(session, moved, known=known, shelves=work.shelves, booked=booked)
        if verdict == "new":
            try:
                move(work, moved)
            except Refusal as refusal:
                verdict = refusal
        taken.append(verdict)
    await write(work)
    return taken


async def book_document(session: AsyncSession, moves: Sequence[Move]) -> bool:
    """Book all rows of one document, or none; returns whether anything was new.

    Raises SkuListedTwice, QuantityNotPositive, SkuUnknown, WarehouseUnknown, TimeInFuture, MovementBeforeCount,
    NotEnoughStock, StockTooLarge, DocumentDiffers; for corrections CorrectsOwnWarehouse as well.
    """
    skus = [moved.sku for moved in moves]
    for sku in skus:
        if skus.count(sku) > 1:
            raise SkuListedTwice(field="lines", sku=sku)
    for verdict in (taken := await book_moves(session, moves)):
        if isinstance(verdict, Refusal):
            raise verdict
    if moves[0].reason == "corrected":
        await _refuse_own(session, moves[0].warehouse)
    return "new" in taken


async def _refuse_own(session: AsyncSession, warehouse: str) -> None:
    door = door_of(session)
    if await keeper_of(session, warehouse, door.business_date(door.now)) == door.actor:
        raise CorrectsOwnWarehouse(warehouse=warehouse)


def _checked(
    session: AsyncSession,
    moved: Move,
    *,
    known: tuple[set[str], set[str]],
    shelves: Mapping[Key, Shelf],
    booked: Booked,
) -> Taken:
    try:
        if moved.sku not in known[0]:
            raise SkuUnknown(field="sku", sku=moved.sku)
        if moved.warehouse not in known[1]:
            raise WarehouseUnknown(field="warehouse", warehouse=moved.warehouse)
        if not moved.change:
            raise QuantityNotPositive(field="quantity", sku=moved.sku)
        if (before := booked.get((moved.document_no, *moved.key))) is not None:
            if (before.change, before.reason) != (moved.change, moved.reason):
                raise DocumentDiffers(
                    field="document_no", document_no=moved.document_no, sku=moved.sku, warehouse=moved.warehouse
                )
            return "same"
        not_in_future(moved.at, field="at", now=door_of(session).now)
        shelves[moved.key].refuse_before_count(moved)
    except Refusal as refusal:
        return refusal
    return "new"


async def _booked(session: AsyncSession, moves: Sequence[Move]) -> Booked:
    columns = [m.document_no for m in moves], [m.warehouse for m in moves], [m.sku for m in moves]
    found = {}
    for number, warehouse, sku, change, reason, at in await (await raw(session)).fetch(BOOKED, *columns):
        found[number, warehouse, sku] = Move(warehouse, sku, change, reason, "document", number, at)
    return found
