"""Goods that came back: into stock, or set aside for the supplier (A-004-1.24c)."""

from datetime import datetime
from decimal import Decimal
from typing import Literal, NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from chassis.door import door_of, new_id
from chassis.outbox import announce
from inventory.commands.moving import hold_shelves, move, write
from inventory.domain.errors import GradeNotForStock, QuantityNotPositive, ReturnDiffers, SkuUnknown, WarehouseUnknown
from inventory.domain.shelf import Move
from inventory.domain.times import not_in_future
from inventory.outgoing import return_received
from inventory.queries.catalogue import known_names, shipping_warehouses

RECORD = """
INSERT INTO goods_returned (shop, return_no, order_no, line_no, sku, quantity, grade, disposition, warehouse, at,
                            order_known, event_id, recorded_at, recorded_by)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10,
       EXISTS (SELECT FROM order_goods WHERE shop = $1 AND order_no = $3 AND sku = $5), $11, $12, $13
ON CONFLICT DO NOTHING RETURNING order_known
"""
RECORDED = """
SELECT order_no, line_no, sku, quantity, grade, disposition, warehouse, order_known
FROM goods_returned WHERE shop = $1 AND return_no = $2
"""


class Returned(NamedTuple):
    """Goods of one order that came back under one return number; `warehouse` None: where the shop ships from."""

    shop: str
    return_no: str
    order_no: str
    line_no: int | None
    sku: str
    quantity: Decimal
    grade: Literal["sellable", "damaged", "unsellable"]
    disposition: Literal["stock", "purchase_return_zone"]
    warehouse: str | None
    at: datetime


class Received(NamedTuple):
    """What became of a return: whether it was new, and whether we knew the order it belongs to."""

    new: bool
    order_known: bool


async def receive_return(session: AsyncSession, goods: Returned) -> Received:
    """Book goods that came back and announce it, which opens the way to the refund (A-004-1.24a).

    Goods of an order that we do not know are accepted and flagged: it may be from before. The same again changes
    nothing. Raises ReturnDiffers, SkuUnknown, WarehouseUnknown, QuantityNotPositive, GradeNotForStock, TimeInFuture,
    MovementBeforeCount, StockTooLarge.
    """
    connection, door = await raw(session), door_of(session)
    not_in_future(goods.at, field="at", now=door.now)
    if goods.quantity <= 0:
        raise QuantityNotPositive(field="quantity", sku=goods.sku)
    if goods.disposition == "stock" and goods.grade != "sellable":
        raise GradeNotForStock(field="disposition", grade=goods.grade)
    if (known := await connection.fetchrow(RECORDED, goods.shop, goods.return_no)) is not None:
        return _same(goods, known)
    ships = await shipping_warehouses(session, {goods.shop: door.business_date(goods.at)})
    warehouse = goods.warehouse or ships[goods.shop] or ""
    skus, warehouses = await known_names(session, skus=[goods.sku], warehouses=[warehouse])
    if not skus:
        raise SkuUnknown(field="sku", sku=goods.sku)
    if not warehouses:
        raise WarehouseUnknown(field="warehouse", warehouse=warehouse)
    event_id = new_id()
    arguments = (*goods._replace(warehouse=warehouse), event_id, door.now, door.actor)
    order_known = await connection.fetchval(RECORD, *arguments)
    if order_known is None:  # somebody else recorded it a moment ago
        known = await connection.fetchrow(RECORDED, goods.shop, goods.return_no)
        assert known is not None
        return _same(goods, known)
    if goods.disposition == "stock":
        work = await hold_shelves(session, [(warehouse, goods.sku)])
        document = f"{goods.shop}/{goods.return_no}"
        moved = Move(warehouse, goods.sku, goods.quantity, "returned", "return", document, goods.at)
        work.shelves[moved.key].refuse_before_count(moved)
        move(work, moved)
        await write(work)
    said = {name: value for name, value in goods._asdict().items() if name not in ("warehouse", "at")}
    announce(session, return_received(said, goods.at, event_id))
    return Received(True, order_known)


def _same(goods: Returned, known: object) -> Received:
    for name in ("order_no", "line_no", "sku", "quantity", "grade", "disposition"):
        if known[name] != getattr(goods, name):  # type: ignore[index]
            raise ReturnDiffers(field=name, return_no=goods.return_no)
    return Received(False, known["order_known"])  # type: ignore[index]
