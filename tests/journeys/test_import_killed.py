"""An import whose worker is killed goes on where it stopped, and ends as one that nobody disturbed."""

import os
import signal
from datetime import date, timedelta
from typing import Any

from .house import OF_SHOP, Employee, House, announced, arrived, employ, looked_up, reached, said, send, table, until

SELLERS = ("killed-a", "killed-b", "killed-c")
ORDERS = 2500  # more than two chunks of a commit
COLUMNS = ("shop", "order_no", "placed_at", "paid_at", "completed_at", "sku", "quantity", "unit_price", "seller")
CONTENT = """
SELECT o.order_no, s.state, s.net_amount::text, s.untagged,
       (SELECT array_agg(l.sku || ' ' || l.net_amount ORDER BY l.line_no)
        FROM order_lines l WHERE l.order_id = o.order_id),
       (SELECT array_agg(p.employee_no || ' ' || p.amount ORDER BY p.place)
        FROM order_parties p WHERE p.order_id = o.order_id)
FROM orders o JOIN order_status s USING (order_id) WHERE o.shop = $1 ORDER BY 1
"""
EVENTS = f"""
WITH own AS MATERIALIZED (SELECT * FROM outbox WHERE {OF_SHOP})
SELECT about, type, business_date, (said - 'shop')::text
FROM own, LATERAL (SELECT convert_from(body, 'UTF8')::jsonb -> 'data' AS said) AS data
WHERE said ->> 'shop' = $1 ORDER BY 1, 2
"""
FACTS = """
SELECT about, type, employee_no, business_date, amount::text FROM facts WHERE shop = $1 ORDER BY 1, 2, 3
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


def test_a_killed_import_ends_as_an_undisturbed_one(house: House) -> None:
    employ(house, [Employee(number, "2024-03-01", "2024-06-30") for number in SELLERS])
    reached(house.finance, _sent(house, "undisturbed", commit=True), "committed")
    killed = [_killed(house, "validating"), _killed(house, "committing")]
    arrived(house, "orders", "payroll")
    expected = _came_of(house, "undisturbed")
    content, events, facts = expected
    assert len(content) == ORDERS
    assert len({event[:2] for event in events}) == len(events) > 2 * ORDERS
    assert len(facts) == len(events)  # one seller each, or nobody
    for shop in killed:
        assert _came_of(house, shop) == expected


def _sent(house: House, shop: str, *, commit: bool) -> str:
    files = {"orders.csv": _file(shop)}
    return send(house.finance, "orders", files, kind="orders", profile="generic", commit=commit)


def _killed(house: House, during: str) -> str:
    """Import into a shop with a kill in the middle; a busy test may come too late, so it has several tries."""
    for attempt in range(5):
        shop = f"killed-{during}-{attempt}"
        address = _sent(house, shop, commit=False)
        if during == "committing":
            reached(house.finance, address, "validated")
            said(house.finance.post(f"{address}/commit"))
        worker = house.stack.processes()["orders worker"]["pid"]
        hit = _hit(house, address, during, worker)
        if hit:
            until("another worker", lambda: house.stack.processes()["orders worker"]["pid"] not in (0, worker))  # noqa: B023
        if during == "validating":
            reached(house.finance, address, "validated")
            assert announced(house, shop) == []
            said(house.finance.post(f"{address}/commit"))
        counts = reached(house.finance, address, "committed")["counts"]
        assert (counts["new"], counts["same"], counts["refused"]) == (ORDERS, 0, 0)
        if hit:
            return shop
    raise AssertionError(f"{during} was over each time before it could be killed")


def _hit(house: House, address: str, during: str, worker: int) -> bool:
    """Stop the worker in the middle of its work on an import, make sure of that, and kill it."""

    def begun() -> dict[str, Any] | None:
        found: dict[str, Any] = said(house.finance.get(address))
        done = found["counts"]["read" if during == "validating" else "new"]
        return found if done and found["state"] != "received" else None

    until(f"{address} {during}", begun, pause=0.01)
    os.kill(worker, signal.SIGSTOP)
    found = said(house.finance.get(address))
    in_the_middle = bool(found["state"] == during)
    os.kill(worker, signal.SIGKILL if in_the_middle else signal.SIGCONT)
    if in_the_middle and during == "committing":
        assert 0 < found["counts"]["new"] < ORDERS
    return in_the_middle


def _came_of(house: House, shop: str) -> tuple[list[tuple[Any, ...]], ...]:
    """Tell what is there of a shop: orders, what was announced about them, what payroll recorded."""
    asked = (("orders", CONTENT), ("orders", EVENTS), ("payroll", FACTS))
    return tuple([tuple(row) for row in looked_up(house, service, query, shop)] for service, query in asked)
