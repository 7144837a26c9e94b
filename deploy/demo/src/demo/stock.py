"""Stock: what was delivered, what left and came back, and what the four Friday counts found."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from demo.goods import BY_SKU, GOODS, WAREHOUSE
from demo.month import Month, at, wall
from demo.people import COUNTER, KEEPER
from demo.plan import DIFFERENCES, Difference
from demo.returns import Return
from demo.sales import Order

DELIVERIES = ((0, 12), (7, 19), (14, 26), (21, 34))
"""Days after the first on which goods are delivered, and up to which day's parcels they must last."""
SPARE = 8


@dataclass(frozen=True, slots=True)
class Move:
    """Pieces of a SKU that came (more than 0) or went; `document_no` is of deliveries."""

    at: datetime
    sku: str
    pieces: int
    document_no: str = ""


@dataclass(frozen=True, slots=True)
class Counted:
    """What somebody counted of a SKU without knowing what was expected."""

    day: date
    sku: str
    counted_by: str
    pieces: int
    counted_at: datetime


@dataclass(frozen=True, slots=True)
class Stock:
    """The month of the warehouse; `counts` in the order of time, a second person's
    after the keeper's."""

    moves: tuple[Move, ...]
    counts: tuple[Counted, ...]
    at_the_end: dict[str, int]
    """Pieces on hand after everything, by SKU."""

    @property
    def deliveries(self) -> list[Move]:
        return [move for move in self.moves if move.document_no]


def stock_of(month: Month, orders: Iterable[Order], returns: Iterable[Return]) -> Stock:
    """Work out deliveries that never let the shops run dry, and what each count must have found."""
    parcels = [
        Move(order.shipped_at, line.goods.sku, -line.quantity)
        for order in orders
        if order.shipped_at
        for line in order.lines
    ]
    back = [
        Move(one.received_at, one.line.goods.sku, one.line.quantity)
        for one in returns
        if one.received_at and one.disposition == "stock"
    ]
    moves = tuple(sorted([*_deliveries(month, parcels), *parcels, *back], key=lambda move: move.at))
    found: dict[str, int] = {}
    counts: list[Counted] = []
    for place, day in enumerate(month.counts):
        off = {one.sku: one for one in DIFFERENCES if one.count == place}
        counts += _count(day, on_hand(moves, found, at(day, 14 * 60)), off)
        for one in off.values():
            found[one.sku] = found.get(one.sku, 0) + one.pieces
    return Stock(moves, tuple(counts), on_hand(moves, found, moves[-1].at + timedelta(seconds=1)))


def on_hand(moves: Iterable[Move], found: dict[str, int], moment: datetime) -> dict[str, int]:
    """Add up what is there at a moment, with what earlier counts corrected."""
    pieces = Counter({goods.sku: 0 for goods in GOODS})
    for move in moves:
        if move.at < moment:
            pieces[move.sku] += move.pieces
    return {sku: count + found.get(sku, 0) for sku, count in pieces.items()}


def _deliveries(month: Month, parcels: Sequence[Move]) -> Iterator[Move]:
    """Deliver in cartons of six what will be sent off until the next delivery is surely there."""
    since = month.first
    for number, (day, until) in enumerate(DELIVERIES, start=1):
        last = month.first + timedelta(days=until)
        sold = Counter[str]()
        for parcel in parcels:
            if since <= parcel.at.date() < last:
                sold[parcel.sku] -= parcel.pieces
        for goods in GOODS:
            wanted = sold[goods.sku] + (SPARE if number == 1 else 0)
            if wanted:
                moment = at(month.first + timedelta(days=day), 9 * 60 + 10 + number)
                yield Move(moment, goods.sku, -(-wanted // 6) * 6, f"RK{month.first:%y%m}{number:02d}")
        since = last


def _count(day: date, there: dict[str, int], off: dict[str, Difference]) -> Iterator[Counted]:
    """Count everything in the quiet hour after two; what differs is counted again by somebody else."""
    again: list[Counted] = []
    for place, goods in enumerate(GOODS):
        pieces = there[goods.sku] + (off[goods.sku].pieces if goods.sku in off else 0)
        yield Counted(day, goods.sku, KEEPER, pieces, at(day, 14 * 60 + 1 + place))
        if goods.sku in off:
            again.append(Counted(day, goods.sku, COUNTER, pieces, at(day, 14 * 60 + 50 + len(again))))
    yield from again


def delivery_rows(deliveries: Iterable[Move]) -> list[dict[str, str]]:
    """The delivery notes as the warehouse program exports them."""
    return [
        {
            "单据号": move.document_no,
            "类型": "入库",
            "仓库": WAREHOUSE,
            "商品编码": move.sku,
            "商品名称": BY_SKU[move.sku].title,
            "数量": str(move.pieces),
            "时间": wall(move.at),
        }
        for move in deliveries
    ]


def count_rows(counts: Iterable[Counted]) -> list[dict[str, str]]:
    """What was counted, as it is noted on the sheet."""
    return [
        {
            "仓库": WAREHOUSE,
            "盘点日期": str(one.day),
            "商品编码": one.sku,
            "实盘数量": str(one.pieces),
            "盘点人工号": one.counted_by,
            "盘点时间": wall(one.counted_at),
        }
        for one in counts
    ]
