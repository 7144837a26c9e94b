"""What orders want of the stock: reserved when paid, out when shipped, free again when cancelled; in bulk."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from chassis.door import door_of
from inventory.commands.moving import Rows, Work, hold_shelves, move, release, reserve, write
from inventory.domain.shelf import NONE, Move
from inventory.queries.catalogue import known_names, shipping_warehouses

Order = tuple[str, str]
"""Shop and order number."""

GOODS = """
SELECT g.shop, g.order_no, g.sku, g.warehouse, g.wanted, g.reserved, g.issued, g.state
FROM unnest($1::text[], $2::text[]) AS k (shop, order_no) JOIN order_goods g USING (shop, order_no)
"""
STORE = """
INSERT INTO order_goods (shop, order_no, sku, warehouse, wanted, reserved, issued, state, since)
SELECT shop, order_no, sku, warehouse, wanted::numeric, reserved::numeric, issued::numeric, state, since
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
            $9::timestamptz[]) AS t (shop, order_no, sku, warehouse, wanted, reserved, issued, state, since)
ON CONFLICT (shop, order_no, sku) DO UPDATE SET wanted = excluded.wanted, reserved = excluded.reserved,
    issued = excluded.issued, state = excluded.state
"""
UNKNOWN = """
INSERT INTO unknown_skus (sku, orders, first_seen, last_seen, last_shop, last_order)
SELECT sku, orders, $5, $5, shop, order_no
FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[]) AS t (sku, orders, shop, order_no)
ON CONFLICT (sku) DO """
COUNTED = """UPDATE SET orders = unknown_skus.orders + excluded.orders, last_seen = excluded.last_seen,
    last_shop = excluded.last_shop, last_order = excluded.last_order"""
LISTED = "NOTHING"


class Goods(NamedTuple):
    """How much of one thing an order wants, and since when."""

    shop: str
    order_no: str
    sku: str
    quantity: Decimal
    at: datetime

    @property
    def order(self) -> Order:
        """Name the order."""
        return self.shop, self.order_no


class Held(NamedTuple):
    """What an order has of one thing by now."""

    shop: str
    order_no: str
    sku: str
    warehouse: str
    wanted: Decimal
    reserved: Decimal
    issued: Decimal
    state: str


async def reserve_goods(session: AsyncSession, goods: Sequence[Goods]) -> None:
    """Reserve what paid orders want, as far as it is there; the rest waits for what comes in, the oldest first.

    SKUs that are not recorded as things are passed by and listed.
    """
    kept = await _kept(session, goods, COUNTED)
    before = await _held(session, {one.order for one in kept})
    fresh = [one for one in kept if (*one.order, one.sku) not in before]
    warehouses = await _warehouses(session, fresh)
    fresh = [one for one in fresh if warehouses[one.shop] is not None]
    work = await hold_shelves(session, [(str(warehouses[one.shop]), one.sku) for one in fresh])
    rows: Rows = []
    for one in fresh:
        warehouse = str(warehouses[one.shop])
        promised = reserve(work, (warehouse, one.sku), one.quantity, one.at)
        rows.append((*one.order, one.sku, warehouse, str(one.quantity), str(promised), "0", "reserved", one.at))
    await _store(session, rows)
    await write(work)


async def issue_goods(session: AsyncSession, goods: Sequence[Goods]) -> None:
    """Take out what orders that were shipped took along, and free what was reserved for them and not taken.

    The ledger is never below 0: what it did not have is listed as issued short, for a stocktake to clear up. So is what
    left before a completed count and is told only now: the count has found it gone already. An order that nobody saw
    paid is taken out all the same; one that was taken out stays so.
    """
    kept = await _kept(session, goods, LISTED)  # an order is counted when it is paid, not at each of its steps
    orders = {one.order: one.at for one in goods}
    warehouses = await _warehouses(session, kept)
    seen = await _held(session, orders)
    shelves = {(held.warehouse, held.sku) for held in seen.values()}
    shelves |= {(str(warehouses[one.shop]), one.sku) for one in kept if warehouses[one.shop] is not None}
    work = await hold_shelves(session, shelves)
    held_now = await _held(session, orders)  # again, for what came in meanwhile may have been promised to them
    rows: Rows = []
    for one in kept:
        held = held_now.pop((*one.order, one.sku), None)
        warehouse = held.warehouse if held is not None else warehouses[one.shop]
        if warehouse is None or (held is not None and held.state == "shipped"):
            continue
        issued = _take_out(work, one, warehouse, held.reserved if held is not None else NONE)
        rows.append((*one.order, one.sku, warehouse, str(one.quantity), "0", str(issued), "shipped", one.at))
    rows += _freed(work, held_now.values(), orders)
    await _store(session, rows)
    await write(work)


async def release_goods(session: AsyncSession, orders: Iterable[tuple[Order, datetime]]) -> None:
    """Free what was reserved for orders that were cancelled; what went out comes back as a return."""
    ended = dict(orders)
    seen = await _held(session, ended)
    work = await hold_shelves(session, {(held.warehouse, held.sku) for held in seen.values()})
    await _store(session, _freed(work, (await _held(session, ended)).values(), ended))
    await write(work)


def _take_out(work: Work, one: Goods, warehouse: str, reserved: Decimal) -> Decimal:
    shelf = work.shelves[warehouse, one.sku]
    issued = NONE if shelf.settled(one.at) else min(one.quantity, shelf.on_hand)
    if not issued:
        release(work, (warehouse, one.sku), reserved, one.at)
        return NONE
    document = f"{one.shop}/{one.order_no}"
    move(work, Move(warehouse, one.sku, -issued, "issued", "order", document, one.at), release=reserved)
    return issued


def _freed(work: Work, held: Iterable[Held], orders: dict[Order, datetime]) -> Rows:
    rows: Rows = []
    for one in held:
        if one.state == "reserved":
            at = orders[one.shop, one.order_no]
            release(work, (one.warehouse, one.sku), one.reserved, at)
            rows.append((*one[:4], str(one.wanted), "0", str(one.issued), "cancelled", at))
    return rows


async def _kept(session: AsyncSession, goods: Sequence[Goods], note: str) -> list[Goods]:
    """Pass on what is recorded as a thing, each once an order; note the rest, as COUNTED or only LISTED."""
    known, _ = await known_names(session, skus={one.sku for one in goods})
    summed: dict[tuple[str, str, str], Goods] = {}
    unknown: dict[str, set[Order]] = defaultdict(set)
    for one in goods:
        if one.sku not in known:
            unknown[one.sku].add(one.order)
        elif (earlier := summed.get((*one.order, one.sku))) is not None:
            summed[*one.order, one.sku] = one._replace(quantity=one.quantity + earlier.quantity)
        else:
            summed[*one.order, one.sku] = one
    if unknown:
        rows = [(sku, len(orders), *max(orders)) for sku, orders in sorted(unknown.items())]
        await (await raw(session)).execute(UNKNOWN + note, *zip(*rows, strict=True), door_of(session).now)
    return list(summed.values())


async def _warehouses(session: AsyncSession, goods: Iterable[Goods]) -> dict[str, str | None]:
    day = door_of(session).business_date
    return await shipping_warehouses(session, {one.shop: day(one.at) for one in goods})


async def _held(session: AsyncSession, orders: Collection[Order]) -> dict[tuple[str, str, str], Held]:
    rows = await (await raw(session)).fetch(GOODS, [shop for shop, _ in orders], [number for _, number in orders])
    return {(row["shop"], row["order_no"], row["sku"]): Held(*row) for row in rows}


async def _store(session: AsyncSession, rows: Sequence[tuple[Any, ...]]) -> None:
    if rows:
        await (await raw(session)).execute(STORE, *zip(*rows, strict=True))
