"""A real shop's year: all 541,909 invoice lines, two months of pay of the country desks, every payslip to the cent."""

import csv
import gzip
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

from . import oracle_retail as oracle
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
    send,
)

SHOP = "retail"
MONTHS = ((2011, 10), (2011, 11))
PROFILE = (Path(__file__).parent / "profiles" / "retail.yaml").read_text("utf-8")


def test_two_months_of_the_shop_are_paid_to_the_cent(house: House, retail: Path, tmp_path: Path) -> None:
    books = oracle.read(retail)
    employ(house, [Employee(desk, "2010-11-01", "2011-12-31", str(base)) for desk, base in books.desks.items()])
    file = {"invoices.csv.gz": (retail / "invoices.csv.gz").read_bytes()}
    records = {"orders": len(books.orders), "refunds": len(books.refunds)}

    taken = _take_in(house, file)
    _compare_counts(taken, books, {name: {"new": count} for name, count in records.items()})
    events = announced(house, SHOP)
    assert Counter(type for _, type in events) == {
        "order.created": len(books.orders),
        "order.paid": len(books.orders),
        "order.completed": len(books.orders),
        "refund.executed": len(books.refunds),
    }
    assert len(set(events)) == len(events)
    _compare_refunds(house, books)
    arrived(house, "orders", "payroll")
    for year, month in MONTHS:
        _compare(house, pay(house, f"{year}-{month:02}"), oracle.payslips(books, year, month))

    last = _last_invoices(retail, tmp_path)
    known = oracle.read(last)
    again = _take_in(house, {"invoices.csv.gz": (last / "invoices.csv.gz").read_bytes()})
    _compare_counts(again, known, {"orders": {"same": len(known.orders)}, "refunds": {"same": len(known.refunds)}})
    assert announced(house, SHOP) == events
    arrived(house, "orders", "payroll")
    for year, month in MONTHS:
        unchanged = house.hr.post("/api/payroll/runs", json={"period": f"{year}-{month:02}"}, headers=once())
        assert (unchanged.status_code, unchanged.json()["code"]) == (409, "nothing-differs")


def _last_invoices(retail: Path, folder: Path) -> Path:
    """Write the invoices that begin in the last tenth of the file: once more is enough for those (olist: for all)."""
    with gzip.open(retail / "invoices.csv.gz", "rt", encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    start = len(rows) * 9 // 10
    before = {row[0] for row in rows[:start]}
    with gzip.open(folder / "invoices.csv.gz", "wt", encoding="utf-8", newline="", compresslevel=1) as file:
        csv.writer(file).writerows([head, *(row for row in rows[start:] if row[0] not in before)])
    return folder


def _take_in(house: House, file: dict[str, bytes]) -> dict[str, Any]:
    return reached(
        house.finance, send(house.finance, "orders", file, kind="", profile=PROFILE, commit=True), "committed"
    )


def _compare_counts(taken: dict[str, Any], books: oracle.Books, expected: dict[str, dict[str, int]]) -> None:
    counts = taken["counts"]
    assert (counts["read"], counts["skipped"]) == (books.lines, books.skipped.total())
    assert counts["refused"] == 0  # every line is a sale, a return, or none of the two by a rule of the profile
    verdicts = ("new", "same", "amended", "refused")
    told = {kind: {v: found[v] for v in verdicts if found[v]} for kind, found in taken["kinds"].items()}
    assert told == expected


def _compare_refunds(house: House, books: oracle.Books) -> None:
    """Hold every return against the file: a desk's, historical, and behind no order."""
    found = pages(house.finance, "/api/orders/refunds", shop=SHOP)
    assert {r["refund_no"]: Decimal(r["amount"]) for r in found} == books.refunds
    assert {(r["basis"], r["order_no"]) for r in found} == {("historical", None)}
    assert all(share["employee_no"] in books.desks for r in found for share in r["shares"])


def _compare(house: House, run: dict[str, Any], expected: dict[str, oracle.Payslip]) -> None:
    period = run["period"]
    issued = pages(house.finance, "/api/payroll/payslips", period=period)
    assert {slip["employee_no"]: Decimal(slip["net"]) for slip in issued} == {
        desk: slip.net for desk, slip in expected.items()
    }
    assert Decimal(run["net"]) == sum(slip.net for slip in expected.values())
    assert sum(len(slip.orders) for slip in expected.values()) > 1000  # the months have much in them
    for desk, slip in expected.items():
        _compare_lines(payslip(house, period, desk), slip)


def _compare_lines(found: dict[str, Any], expected: oracle.Payslip) -> None:
    lines = {line["clause_id"]: line for line in found["lines"]}
    assert lines.keys() == {BASE_SALARY} | ({COMMISSION} if expected.orders else set())
    assert Decimal(lines[BASE_SALARY]["allowed"]) == expected.base
    entries = lines[COMMISSION]["entries"] if expected.orders else []
    assert sorted((e["about"], e["day"], Decimal(e["amount"]), Decimal(e["result"])) for e in entries) == sorted(
        (number, str(day), net, earned) for number, day, net, earned in expected.orders
    )
    if expected.orders:
        assert Decimal(lines[COMMISSION]["allowed"]) == expected.commission
