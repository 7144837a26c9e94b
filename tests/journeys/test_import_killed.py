"""An import whose worker is killed goes on where it stopped, and ends as one that nobody disturbed."""

import os
import signal
from datetime import date, timedelta

import pytest

from .house import Employee, House, announced, employ, looked_up, reached, said, send, table, until

SELLERS = ("killed-a", "killed-b", "killed-c")
ORDERS = 6000
COLUMNS = ("shop", "order_no", "placed_at", "paid_at", "completed_at", "sku", "quantity", "unit_price", "seller")
CONTENT = """
SELECT o.order_no, s.state, s.net_amount::text, s.untagged,
       (SELECT array_agg(l.sku || ' ' || l.net_amount ORDER BY l.line_no)
        FROM order_lines l WHERE l.order_id = o.order_id),
       (SELECT array_agg(p.employee_no || ' ' || p.amount ORDER BY p.place)
        FROM order_parties p WHERE p.order_id = o.order_id)
FROM orders o JOIN order_status s USING (order_id) WHERE o.shop = $1 ORDER BY 1
"""


def _file(shop: str) -> bytes:
    """Write orders of one to three lines; some are completed, some paid, and every seventh is nobody's."""
    rows = []
    for number in range(ORDERS):
        day = date(2024, 3, 1) + timedelta(days=number % 60)
        placed = f"{day} 10:{number % 60:02}:00"
        seller = "" if number % 7 == 0 else SELLERS[number % 3]
        completed = f"{day + timedelta(days=3)} 12:00:00" if number % 5 else ""
        for line in range(number % 3 + 1):
            price = f"{number % 90 + line}.{number % 100:02}"
            rows.append((shop, f"K{number:05}", placed, placed, completed, f"sku-{line}", "2", price, seller))
    return table(COLUMNS, rows)


def _kill_worker(house: House) -> None:
    os.kill(house.stack.processes()["orders worker"]["pid"], signal.SIGKILL)


def _restarted(house: House, pid: int) -> None:
    until("another worker", lambda: house.stack.processes()["orders worker"]["pid"] not in (0, pid))


@pytest.fixture(scope="module")
def undisturbed(house: House) -> tuple[list[tuple[object, ...]], list[tuple[str, str]]]:
    """Import the orders into a shop of their own, and tell what came of it: content and events."""
    known = [row["employee_no"] for row in looked_up(house, "orders", "SELECT employee_no FROM employees")]
    if SELLERS[0] not in known:
        employ(house, [Employee(number, "2024-03-01", "2024-06-30") for number in SELLERS])
    shop = "undisturbed"
    address = send(house.finance, "orders", {"o.csv": _file(shop)}, kind="orders", profile="generic", commit=True)
    reached(house.finance, address, "committed")
    return _came_of(house, shop)


def _came_of(house: House, shop: str) -> tuple[list[tuple[object, ...]], list[tuple[str, str]]]:
    return [tuple(row) for row in looked_up(house, "orders", CONTENT, shop)], announced(house, shop)


@pytest.mark.parametrize("during", ["validating", "committing"])
def test_goes_on_as_if_nothing_had_happened(
    house: House, undisturbed: tuple[list[tuple[object, ...]], list[tuple[str, str]]], during: str
) -> None:
    shop = f"killed-{during}"
    pid = house.stack.processes()["orders worker"]["pid"]
    address = send(house.finance, "orders", {"o.csv": _file(shop)}, kind="orders", profile="generic")
    if during == "committing":
        reached(house.finance, address, "validated")
        said(house.finance.post(f"{address}/commit"))

    def under_way() -> bool:
        found = said(house.finance.get(address))
        counts = found["counts"]
        assert found["state"] not in ("validated", "committed"), "it was over before it could be killed"
        done = counts["read"] if during == "validating" else 0 < counts["new"] < ORDERS
        return found["state"] == during and bool(done)

    until(f"{address} {during}", under_way, pause=0.01)
    _kill_worker(house)
    if during == "committing":
        part = looked_up(house, "orders", "SELECT count(*) FROM orders WHERE shop = $1", shop)[0]["count"]
        assert 0 < part < ORDERS
    _restarted(house, pid)
    if during == "validating":
        reached(house.finance, address, "validated")
        assert announced(house, shop) == []
        said(house.finance.post(f"{address}/commit"))
    counts = reached(house.finance, address, "committed")["counts"]
    assert (counts["new"], counts["same"], counts["refused"]) == (ORDERS, 0, 0)
    assert _came_of(house, shop) == undisturbed
    assert len(undisturbed[0]) == ORDERS
