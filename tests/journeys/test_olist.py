"""A real marketplace: every order and review of the Olist files, two months of pay, what bad reviews cost whom."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from . import oracle_olist as oracle
from .house import (
    BASE_SALARY,
    COMMISSION,
    DEPARTMENT,
    PACK,
    RULES_FROM,
    Employee,
    House,
    announced,
    arrived,
    employ,
    events,
    locked,
    looked_up,
    once,
    pages,
    pay,
    payslip,
    reached,
    said,
    send,
    table,
    take_in,
    until,
)

SHOP = "olist"
MONTHS = ((2017, 10), (2017, 11))
PROFILES = Path(__file__).parent / "profiles"
PROFILE = (PROFILES / "olist.yaml").read_text("utf-8")
REVIEWS = (PROFILES / "olist_reviews.yaml").read_text("utf-8")
LATENESS = {"order.payment_chase_missed", "order.dispatch_overdue"}  # said by the worker's clocks, not by the import
EVENTS = {
    "created": ["order.created"],
    "paid": ["order.created", "order.paid"],
    "completed": ["order.completed", "order.created", "order.paid"],
}


@dataclass(frozen=True)
class Market:
    """The marketplace as the product knows it: its sellers employed, every order taken in."""

    files: dict[str, bytes]
    books: oracle.Books


@pytest.fixture
def market(house: House, olist: Path) -> Market:
    """The marketplace; whichever test process needs it first takes it in for all."""
    books = oracle.read(olist)
    files = {name: (olist / name).read_bytes() for name in ("orders.csv", "order_items.csv")}
    with locked(house.folder, SHOP):
        if house.hr.get(f"/api/attendance/employees/{books.staff[0].employee_no}").status_code == 404:
            _hire(house, books)
            _import_everything(house, files, books)
            _announced_once(house, books)
    return Market(files, books)


def _hire(house: House, books: oracle.Books) -> None:
    """Employ the sellers, under the department's regulations (004) but for the months that are paid by sales."""
    turns = ((RULES_FROM, DEPARTMENT), (oracle.SALES_FROM, PACK), (oracle.SALES_UNTIL, DEPARTMENT))
    people = [
        Employee(
            p.employee_no,
            str(p.hire_date),
            "2018-12-31",
            str(p.base_salary),
            scheme=DEPARTMENT if p.hire_date < oracle.SALES_FROM else PACK,
        )
        for p in books.staff
    ]
    employ(house, people)
    agreed = [(p.employee_no, day, p.base_salary, scheme) for p in books.staff for day, scheme in turns]
    terms = table(("employee_no", "valid_from", "base_salary", "scheme"), agreed)
    counts = take_in(house.hr, "payroll", {"terms.csv": terms})["counts"]
    assert (counts["amended"], counts["refused"]) == (len(books.staff), 0)


def test_two_months_of_the_marketplace_are_paid_to_the_cent(house: House, market: Market) -> None:
    books = market.books
    arrived(house, "orders", "payroll")
    for year, month in MONTHS:
        run = pay(house, f"{year}-{month:02}")
        _compare(house, run, oracle.payslips(books, year, month))
    _again_changes_nothing(house, market.files, books)


def test_reviews_of_the_marketplace_cost_whom_they_should(house: House, market: Market, olist: Path) -> None:
    found, refused = oracle.reviews(market.books, olist)
    arrived(house, "orders", "service_desk")  # else reviews would be announced of nobody, and once more of the sellers
    file = {"order_reviews.csv": (olist / "order_reviews.csv").read_bytes()}
    for verdict in ("new", "same"):
        taken = take_in(house.boss, "service-desk", file, profile=REVIEWS)
        assert (taken["counts"][verdict], taken["counts"]["refused"]) == (len(found), len(refused))
        named = pages(house.boss, f"/api/service-desk/imports/{taken['id']}/refusals")
        assert {refusal["key"].split(" / ")[-1] for refusal in named} == refused
    due = "SELECT FROM review_status JOIN reviews USING (review_id) WHERE shop = $1 AND due_at <= now() LIMIT 1"
    until("every review settled", lambda: not looked_up(house, "service_desk", due, SHOP))
    _compare_announced(house, found)
    _compare_deductions(house, market.books, oracle.deductions(found))


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


def _compare_announced(house: House, found: dict[str, oracle.Review]) -> None:
    """Hold what was announced of the reviews against the files: every bad one once, with its sellers."""
    bad = [event["data"] for event in events(house, "service_desk", "review.negative", "review.neutral")]
    own = [
        (data["review_no"], data["score"], data["order_no"], [(p["employee_no"], p["weight"]) for p in data["parties"]])
        for data in bad
        if data["shop"] == SHOP
    ]
    assert sorted(own) == sorted(
        (number, review.score, review.order_no, [(seller, 1) for seller in review.sellers])
        for number, review in found.items()
        if review.grade is not None
    )
    late = Counter(
        (event["data"]["review_no"], event["data"]["employee_no"], datetime.fromisoformat(event["time"]))
        for event in events(house, "service_desk", "review.reply_overdue")
        if event["data"]["shop"] == SHOP
    )
    assert late == Counter(
        (number, review.sellers[0], review.unanswered_at)
        for number, review in found.items()
        if review.unanswered_at is not None and review.sellers
    )
    taken_back = events(house, "service_desk", "review.revised", "review.reply_overdue_revoked")
    assert [event for event in taken_back if event["data"].get("shop") == SHOP] == []


def _compare_deductions(house: House, books: oracle.Books, expected: dict[tuple[str, str, str], list[Decimal]]) -> None:
    """Hold what is proposed to be taken, by seller, month and clause, against the calculation, review by review."""
    numbers = [person.employee_no for person in books.staff]
    arrived(house, "service_desk", "payroll")
    waiting = "SELECT FROM stirred WHERE employee_no = ANY ($1::text[]) LIMIT 1"
    until("every deduction assessed", lambda: not looked_up(house, "payroll", waiting, numbers))
    sellers = frozenset(numbers)
    found: dict[tuple[str, str, str], list[Decimal]] = defaultdict(list)
    for clause in oracle.CHARGES:
        for item in pages(house.finance, "/api/payroll/deductions", clause_id=clause):
            if item["employee_no"] in sellers:
                assert item["state"] == "proposed"
                found[item["employee_no"], item["period"], clause].append(Decimal(item["amount"]))
    assert {key: sorted(amounts) for key, amounts in found.items()} == expected
    assert {clause for *_, clause in expected} == oracle.CHARGES.keys()
    assert any(amount not in {-100, -200, -50} for amounts in expected.values() for amount in amounts)  # some shared
