"""The warehouse, as its keeper enters it: deliveries, goods that came back, four Friday counts."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import httpx
from rich.progress import Progress

from demo.asking import checked, once, pages, until
from demo.cast import Cast
from demo.csv_files import as_csv
from demo.department import Department
from demo.files_in import File, hand_in
from demo.goods import WAREHOUSE, WAREHOUSE_TITLE
from demo.month import at, instant
from demo.people import COUNTER, KEEPER, MANAGER, SHOPS
from demo.plan import DIFFERENCES
from demo.returns import Return
from demo.stock import count_rows, on_hand

GOODS = File("商品资料.csv", "inventory", "skus", "generic-skus")
DELIVERIES = File("入库单.csv", "inventory", "receipts", "generic-movements")
COUNTS = File("盘点.csv", "inventory", "counts", "generic-counts")


def furnish(cast: Cast, made: Department, files: dict[str, bytes], progress: Progress) -> None:
    """Record the warehouse, the goods, and what was delivered."""
    first = str(made.month.first)
    warehouse = {"warehouse": WAREHOUSE, "title": WAREHOUSE_TITLE, "keeper": KEEPER, "keeper_from": first}

    def recorded() -> httpx.Response:
        return cast["hr"].post("/api/inventory/warehouses", json=warehouse)

    # the keeper is known as soon as the staff directory has come as events
    checked(until("the keeper known to inventory", recorded, lambda answer: answer.status_code != 422))
    for shop in SHOPS:
        body = {"name": "ships_from", "scope": shop, "value": WAREHOUSE, "valid_from": first}
        checked(cast["hr"].post("/api/inventory/settings", json=body))
    hand_in(cast[MANAGER], GOODS, files[GOODS.name], progress)
    hand_in(cast[KEEPER], DELIVERIES, files[DELIVERIES.name], progress)


def enter_returns(cast: Cast, made: Department, progress: Progress) -> None:
    """Let the keeper book what came back, in the order of time."""
    received = sorted((one.received_at, one.number, one) for one in made.returns if one.received_at)
    for received_at, number, one in progress.track(received, description="退货入库 / returns"):
        body = _booking(one, received_at)
        checked(cast[KEEPER].post("/api/inventory/returns", json=body, headers=once(f"return-{number}")))


def _booking(one: Return, received_at: datetime) -> dict[str, Any]:
    return {
        "shop": one.order.shop,
        "return_no": one.number,
        "order_no": one.order.order_no,
        "line_no": one.line_no,
        "sku": one.line.goods.sku,
        "quantity": one.line.quantity,
        "grade": one.grade,
        "disposition": one.disposition,
        "warehouse": WAREHOUSE,
        "at": instant(received_at),
    }


def await_parcels(cast: Cast, made: Department, progress: Progress) -> None:
    """Wait until the ledger shows every parcel and nothing else: it must be what we know to be there."""
    moves = [move for move in made.stock.moves if move.document_no or move.pieces < 0]
    expected = on_hand(moves, {}, made.month.exported_at)
    bar = progress.add_task("出库 / parcels booked out", total=len(expected))

    def right() -> int:
        levels = pages(cast["boss"], "/api/inventory/stock", warehouse=WAREHOUSE)
        count = sum(Decimal(level["on_hand"]) == expected[level["sku"]] for level in levels)
        progress.update(bar, completed=count)
        return count

    if not pages(cast["boss"], "/api/inventory/returns"):
        until("stock as it must be", right, lambda seen: seen == len(expected), pause=0.5)


def count_stock(cast: Cast, made: Department, progress: Progress) -> None:
    """Make the four counts: the keeper opens them, somebody else counts differences again, the manager settles them."""
    done = {one["planned_on"] for one in pages(cast["boss"], "/api/inventory/stocktakes", state="completed")}
    for place, day in enumerate(progress.track(made.month.counts, description="盘点 / stocktakes")):
        if str(day) not in done:
            _count(cast, made, place, day, progress)


def _count(cast: Cast, made: Department, place: int, day: date, progress: Progress) -> None:
    plan = {
        "warehouse": WAREHOUSE,
        "planned_on": str(day),
        "opened_at": instant(at(day, 14 * 60)),
        "counters": [COUNTER],
    }
    opened = checked(cast[KEEPER].post("/api/inventory/stocktakes", json=plan, headers=once(f"count-{day}")))
    path = f"/api/inventory/stocktakes/{opened['stocktake_id']}"
    first = [one for one in made.stock.counts if one.day == day and one.counted_by == KEEPER]
    again = [one for one in made.stock.counts if one.day == day and one.counted_by == COUNTER]
    hand_in(cast[KEEPER], COUNTS, as_csv(count_rows(first)), progress)
    sheet = [{"sku": one.sku, "counted": one.pieces, "counted_at": instant(one.counted_at)} for one in again]
    checked(cast[COUNTER].post(f"{path}/counts", json={"counts": sheet}, headers=once(f"sheet-{day}")))
    for one in DIFFERENCES:
        if one.count == place:
            finding: dict[str, Any] = {
                "sku": one.sku,
                "outcome": one.outcome,
                "finding": one.finding,
                "parties": [{"employee_no": who, "weight": weight} for who, weight in one.parties],
            }
            checked(cast[MANAGER].post(f"{path}/findings", json=finding, headers=once(f"finding-{day}-{one.sku}")))
    ended = {"completed_at": instant(at(day, 15 * 60 + 20))}
    checked(cast[KEEPER].post(f"{path}/completed", json=ended, headers=once(f"counted-{day}")))
