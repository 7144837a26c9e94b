"""A real marketplace: every order of the Olist files, two months of pay, every payslip to the cent."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from . import oracle_olist as oracle
from .house import (
    BASE_SALARY,
    COMMISSION,
    Employee,
    House,
    announced,
    arrived,
    employ,
    once,
    pages,
    pay,
    payslip,
    reached,
    said,
    send,
)

SHOP = "olist"
MONTHS = ((2017, 10), (2017, 11))
PROFILE = (Path(__file__).parent / "profiles" / "olist.yaml").read_text("utf-8")
LATENESS = {"order.payment_chase_missed", "order.dispatch_overdue"}  # said by the worker's clocks, not by the import
EVENTS = {
    "created": ["order.created"],
    "paid": ["order.created", "order.paid"],
    "completed": ["order.completed", "order.created", "order.paid"],
}


def test_two_months_of_the_marketplace_are_paid_to_the_cent(house: House, olist: Path) -> None:
    books = oracle.read(olist)
    employ(
        house,
        [Employee(p.employee_no, str(p.hire_date), "2018-12-31", str(p.base_salary)) for p in books.staff],
    )
    files = {name: (olist / name).read_bytes() for name in ("orders.csv", "order_items.csv")}
    _import_everything(house, files, books)
    _announced_once(house, books)
    arrived(house, "orders", "payroll")
    for year, month in MONTHS:
        run = pay(house, f"{year}-{month:02}")
        _compare(house, run, oracle.payslips(books, year, month))
    _again_changes_nothing(house, files, books)


def _import_everything(house: House, files: dict[str, bytes], books: oracle.Books) -> None:
    sent = send(house.finance, "orders", files, kind="", profile=PROFILE)
    expected = {"new": len(books.orders), "same": 0, "amended": 0, "refused": len(books.refused)}
    for state in ("validated", "committed"):
        found = reached(house.finance, sent, state)
        counts = found["counts"]
        assert counts["read"] == books.lines_of_orders
        assert {name: counts[name] for name in expected} == expected
        refused = pages(house.finance, f"{sent}/refusals")
        assert {r["key"].split(" / ")[-1]: r["column"] for r in refused} == books.refused
        assert all(r["row"] > 1 and r["reason"]["zh"] and r["reason"]["en"] for r in refused)
        if state == "validated":
            assert _steps_announced(house) == []
            said(house.finance.post(f"{sent}/commit"))
    shown = found["preview"][0]
    assert shown["key"].split(" / ") in [[SHOP, number] for number in books.orders]


def _steps_announced(house: House) -> list[tuple[str, str]]:
    return [(about, type) for about, type in announced(house, SHOP) if type not in LATENESS]


def _announced_once(house: House, books: oracle.Books) -> None:
    events = _steps_announced(house)
    assert len(events) == len(set(events))
    types: dict[str, list[str]] = {}
    for about, type in events:
        types.setdefault(about, []).append(type)
    assert types.keys() == books.orders.keys()
    for number, order in books.orders.items():
        if order.state == "cancelled":  # some were paid before
            assert set(types[number]) - {"order.paid"} == {"order.created", "order.cancelled"}
        else:
            assert types[number] == EVENTS[order.state]


def _compare(house: House, run: dict[str, Any], expected: dict[str, oracle.Payslip]) -> None:
    period = run["period"]
    issued = pages(house.finance, "/api/payroll/payslips", period=period)
    assert {slip["employee_no"]: Decimal(slip["net"]) for slip in issued} == {
        employee_no: slip.net for employee_no, slip in expected.items()
    }
    assert run["people"] == len(expected)
    assert Decimal(run["net"]) == sum(slip.net for slip in expected.values())
    assert Decimal(run["totals"]["earning"]) == sum(slip.commission for slip in expected.values())
    assert Decimal(run["totals"]["salary"]) == sum(slip.base for slip in expected.values())
    selling = {employee_no: slip for employee_no, slip in expected.items() if slip.orders}
    assert len(selling) > 100  # the months were chosen for having much in them
    for employee_no, slip in selling.items():
        _compare_lines(payslip(house, period, employee_no), slip)


def _compare_lines(found: dict[str, Any], expected: oracle.Payslip) -> None:
    """Hold every line, and every order in the commission's line, against the calculation."""
    lines = {line["clause_id"]: line for line in found["lines"]}
    assert lines.keys() == {COMMISSION} | ({BASE_SALARY} if expected.base else set())
    if expected.base:
        assert Decimal(lines[BASE_SALARY]["allowed"]) == expected.base
    commission = lines[COMMISSION]
    assert Decimal(commission["allowed"]) == expected.commission
    assert sorted(
        (e["about"], e["day"], Decimal(e["amount"]), Decimal(e["result"])) for e in commission["entries"]
    ) == sorted((number, str(day), share, earned) for number, day, share, earned in expected.orders)


def _again_changes_nothing(house: House, files: dict[str, bytes], books: oracle.Books) -> None:
    before = _steps_announced(house)
    sent = send(house.finance, "orders", files, kind="", profile=PROFILE)
    for state in ("validated", "committed"):
        counts = reached(house.finance, sent, state)["counts"]
        assert counts["same"] == len(books.orders)
        assert counts["new"] == counts["amended"] == 0
        assert counts["refused"] == len(books.refused)
        if state == "validated":
            said(house.finance.post(f"{sent}/commit"))
    assert _steps_announced(house) == before
    arrived(house, "orders", "payroll")
    for year, month in MONTHS:
        again = house.hr.post("/api/payroll/runs", json={"period": f"{year}-{month:02}"}, headers=once())
        assert (again.status_code, again.json()["code"]) == (409, "nothing-differs")
