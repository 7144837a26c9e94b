"""Short walks through the house: one order, one person, one month. Every walk has months of its own."""

import secrets
from calendar import monthrange
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from .house import BY_CONVERSION, COMMISSION, PACK, Employee, House, adopt, arrived, employ, once, pay, payslip, said

SHOP = "walk"


def staff(house: House, *numbers: str, months: tuple[str, str], base_salary: str = "0.00") -> None:
    """Employ people from the first month to the last one, so that no other walk's pay is theirs."""
    first, last = months
    year, month = map(int, last.split("-"))
    leave_date = f"{last}-{monthrange(year, month)[1]}"
    employ(house, [Employee(number, f"{first}-01", leave_date, base_salary) for number in numbers])


def sell(house: House, number: str, sellers: dict[str, int], price: str, at: str) -> str:
    """Record an order of one piece that was placed, paid and completed at once; returns its address."""
    order = {
        "shop": SHOP,
        "order_no": number,
        "placed_at": at,
        "completed_at": at,
        "sellers": [{"employee_no": who, "weight": weight} for who, weight in sellers.items()],
        "lines": [{"sku": "lamp", "unit_price": price}],
    }
    said(house.finance.post("/api/orders/orders", json=order, headers=once()))
    return f"/api/orders/orders/{SHOP}/{number}"


def refund(house: House, order: str, number: str, amount: str, at: str) -> httpx.Response:
    """Ask for money to be recorded as paid back."""
    shop, order_no = order.split("/")[-2:]
    body = {"shop": shop, "order_no": order_no, "refund_no": number, "amount": amount, "executed_at": at}
    return house.finance.post("/api/orders/refunds/executed", json=body, headers=once())


def lines(slip: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """Pick the lines of one kind."""
    return [line for line in slip["lines"] if line["kind"] == kind]


def amounts(entries: Iterable[dict[str, Any]], name: str = "result") -> list[Decimal]:
    """Read one amount of each."""
    return [Decimal(entry[name]) for entry in entries]


def without_trace(answer: httpx.Response) -> dict[str, Any]:
    """Leave out of a problem what differs from one request to the next."""
    body: dict[str, Any] = answer.json()
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert body.pop("correlation_id")
    return body | {"http": answer.status_code}


def test_one_order_becomes_one_line_that_leads_back_to_it(house: House) -> None:
    staff(house, "walk-lin", "walk-wu", months=("2025-01", "2025-01"))
    # 100.01 in the ratio 2:1 is 66.673 and 33.337: the cent goes to the larger remainder
    order = sell(house, "one", {"walk-lin": 2, "walk-wu": 1}, "100.01", "2025-01-31T23:59:59+08:00")
    arrived(house, "orders", "payroll")
    run = pay(house, "2025-01")
    steps = {step["state"]: step for step in said(house.finance.get(order))["steps"]}
    for employee_no, share, earned in (("walk-lin", "66.67", "0.67"), ("walk-wu", "33.34", "0.33")):
        slip = payslip(house, "2025-01", employee_no)
        assert (slip["sequence"], Decimal(slip["net"])) == (1, Decimal(earned))
        (line,) = slip["lines"]
        assert (line["clause_id"], line["kind"], line["version"]) == (COMMISSION, "earning", f"{PACK}/1")
        assert line["source"]["clause"]
        assert line["inputs"]
        (entry,) = line["entries"]
        assert entry["event_id"] == steps["completed"]["event_id"]
        assert (entry["about"], entry["day"]) == ("one", "2025-01-31")
        assert (Decimal(entry["amount"]), Decimal(entry["result"])) == (Decimal(share), Decimal(earned))
        assert share in entry["explanation"]["zh"]
        assert earned in entry["explanation"]["en"]
    deciders = {run[act] for act in ("prepared_by", "approved_by", "issued_by")}
    assert len(deciders) == 3


def test_nobody_approves_their_own_run(house: House) -> None:
    run = said(house.hr.post("/api/payroll/runs", json={"period": "2024-12"}, headers=once()))
    own = house.hr.post(f"/api/payroll/runs/{run['id']}/approve", headers=once())
    assert (own.status_code, own.json()["code"]) == (409, "approved-by-preparer")
    early = house.finance.post(f"/api/payroll/runs/{run['id']}/issue", headers=once())
    assert (early.status_code, early.json()["code"]) == (409, "not-approved")


def test_a_refund_takes_the_commission_back_next_month(house: House) -> None:
    staff(house, "walk-ma", months=("2025-02", "2025-03"))
    order = sell(house, "returned", {"walk-ma": 1}, "1234.50", "2025-02-10T10:00:00+08:00")
    sell(house, "kept", {"walk-ma": 1}, "5000.00", "2025-03-10T10:00:00+08:00")
    arrived(house, "orders", "payroll")
    pay(house, "2025-02")
    assert Decimal(payslip(house, "2025-02", "walk-ma")["net"]) == Decimal("12.35")  # 12.345 half up
    said(refund(house, order, "back", "1234.50", "2025-03-05T10:00:00+08:00"))
    arrived(house, "orders", "payroll")
    pay(house, "2025-03")
    slip = payslip(house, "2025-03", "walk-ma")
    (taken,) = lines(slip, "reversal")
    assert Decimal(taken["allowed"]) == Decimal("-12.35")
    assert taken["entries"][0]["about"] == "returned"
    assert "1 %" in taken["entries"][0]["explanation"]["zh"]
    assert Decimal(slip["net"]) == Decimal("50.00") - Decimal("12.35")
    assert Decimal(payslip(house, "2025-02", "walk-ma")["total_net"]) == Decimal("12.35")  # February stays


def test_partial_refunds_never_take_more_than_was_earned(house: House) -> None:
    staff(house, "walk-he", months=("2025-04", "2025-05"))
    order = sell(house, "thirds", {"walk-he": 1}, "99.99", "2025-04-02T10:00:00+08:00")  # earns 1.00
    sell(house, "other", {"walk-he": 1}, "500.00", "2025-05-02T10:00:00+08:00")
    said(refund(house, order, "first", "33.33", "2025-04-20T10:00:00+08:00"))
    arrived(house, "orders", "payroll")
    pay(house, "2025-04")
    for number in ("second", "third"):
        said(refund(house, order, number, "33.33", f"2025-05-{10 + len(number)}T10:00:00+08:00"))
    too_much = refund(house, order, "fourth", "0.01", "2025-05-20T10:00:00+08:00")
    assert (too_much.status_code, too_much.json()["code"]) == (409, "refund-too-large")
    arrived(house, "orders", "payroll")
    pay(house, "2025-05")
    taken = [
        amount
        for period in ("2025-04", "2025-05")
        for line in lines(payslip(house, period, "walk-he"), "reversal")
        for amount in amounts(line["entries"])
    ]
    assert taken == [Decimal("-0.33"), Decimal("-0.34"), Decimal("-0.33")]  # to the cent what one refund would


def test_a_later_assignment_moves_the_commission(house: House) -> None:
    now = datetime.now(UTC)
    employ(house, [Employee(number, "2025-06-01", "") for number in ("walk-zhao", "walk-qian")])
    order = sell(house, "whose", {"walk-zhao": 1}, "2000.00", "2025-06-15T10:00:00+08:00")
    sell(house, "today", {"walk-zhao": 1}, "3000.00", (now - timedelta(minutes=1)).isoformat())
    arrived(house, "orders", "payroll")
    pay(house, "2025-06")
    assert Decimal(payslip(house, "2025-06", "walk-zhao")["net"]) == Decimal("20.00")
    wanted = {"sellers": [{"employee_no": "walk-qian"}], "reason": "客户确认由她接待"}
    said(house.finance.post(f"{order}/assignments", json=wanted, headers=once()))
    arrived(house, "orders", "payroll")
    month = {"period": f"{now.astimezone(ZoneInfo('Asia/Shanghai')):%Y-%m}"}
    gave = said(house.finance.get("/api/payroll/running/walk-zhao", params=month))
    assert amounts(lines(gave, "reversal"), "allowed") == [Decimal("-20.00")]
    assert Decimal(gave["net"]) == Decimal("30.00") - Decimal("20.00")
    got = said(house.finance.get("/api/payroll/running/walk-qian", params=month))
    assert amounts(lines(got, "earning"), "allowed") == [Decimal("20.00")]
    assigned = said(house.finance.get(order))["assignments"][-1]
    assert {e["event_id"] for slip in (gave, got) for line in slip["lines"] for e in line["entries"]} >= {
        assigned["event_id"]
    }


def test_an_employee_reads_their_own_pay_and_nobody_elses(house: House) -> None:
    employ(house, [Employee(number, "2025-08-01", "") for number in ("walk-sun", "walk-li")])  # who left cannot sign in
    own = sell(house, "suns", {"walk-sun": 1}, "100.00", "2025-08-08T10:00:00+08:00")
    foreign = sell(house, "lis", {"walk-li": 1}, "200.00", "2025-08-08T10:00:00+08:00")
    arrived(house, "orders", "payroll")
    pay(house, "2025-08")
    password = secrets.token_urlsafe(16)
    account = {"login": "walk-sun", "password": password, "roles": ["employee"], "employee_no": "walk-sun"}
    said(house.hr.post("/auth/accounts", json=account))
    with house.person("walk-sun", password) as sun:
        slip = said(sun.get("/api/payroll/me/payslips/2025-08"))
        assert slip == said(sun.get("/api/payroll/payslips/2025-08/walk-sun"))
        assert slip["employee_no"] == "walk-sun"
        listed = said(sun.get("/api/payroll/payslips", params={"period": "2025-08"}))["items"]
        assert [one["employee_no"] for one in listed] == ["walk-sun"]
        assert said(sun.get(own))["order_no"] == "suns"
        for address, absent in (
            ("/api/payroll/payslips/2025-08/walk-li", "/api/payroll/payslips/2025-08/nobody"),
            ("/api/payroll/running/walk-li?period=2025-08", "/api/payroll/running/nobody?period=2025-08"),
            (foreign, f"/api/orders/orders/{SHOP}/no-such-order"),
            ("/api/attendance/employees/walk-li", "/api/attendance/employees/nobody"),
        ):
            refused = without_trace(sun.get(address))
            assert refused["http"] == 404
            assert refused == without_trace(sun.get(absent))
        for forbidden in ("/api/payroll/terms/walk-sun", "/api/payroll/runs", "/auth/accounts"):
            assert sun.get(forbidden).status_code == 403
    assert Decimal(payslip(house, "2025-08", "walk-li")["net"]) == Decimal("2.00")  # it was there to be hidden


def test_a_loss_is_taken_in_two_months_within_the_law(house: House) -> None:
    staff(house, "walk-zhou", months=("2025-09", "2025-10"), base_salary="3500.00")
    loss = {
        "employee_no": "walk-zhou",
        "clause_id": "B-05.D1.1",
        "amount": "1200.00",
        "finding": "改价失误",
        "proof": "改价记录",
        "noticed_on": "2025-09-10",
        "decided_on": "2025-09-20",
    }
    said(house.hr.post("/api/payroll/losses", json=loss, headers=once()))
    pay(house, "2025-09")
    pay(house, "2025-10")
    (now,) = lines(payslip(house, "2025-09", "walk-zhou"), "deduction")
    assert [Decimal(now[name]) for name in ("wanted", "allowed", "carried")] == [-1200, -700, -500]
    assert any(limit["amount"] == "700.00" and limit["reference"] for limit in now["limits"])
    (then,) = lines(payslip(house, "2025-10", "walk-zhou"), "deduction")
    assert [Decimal(then[name]) for name in ("wanted", "allowed", "carried")] == [-500, -500, 0]
    assert Decimal(payslip(house, "2025-09", "walk-zhou")["net"]) == Decimal("2800.00")
    assert Decimal(payslip(house, "2025-10", "walk-zhou")["net"]) == Decimal("3000.00")


def test_a_new_version_prices_from_its_day_and_refunds_keep_the_old_rate(house: House) -> None:
    staff(house, "walk-wang", months=("2025-11", "2025-12"))
    draft = {"pack": PACK, "pack_version": BY_CONVERSION, "in_force_from": "2025-12-01"}
    unsigned = said(house.boss.post("/api/payroll/rulebook/versions", json=draft, headers=once()))
    own = house.boss.post(f"/api/payroll/rulebook/versions/{unsigned['id']}/sign", headers=once())
    assert (own.status_code, own.json()["code"]) == (409, "signed-by-author")
    signed = adopt(house.hr, house.boss, BY_CONVERSION, "2025-12-01")
    assert signed["signed_by"] != signed["author"]

    november = sell(house, "november", {"walk-wang": 1}, "1000.00", "2025-11-30T23:59:59+08:00")
    sell(house, "december", {"walk-wang": 1}, "1000.00", "2025-12-01T00:00:00+08:00")
    said(refund(house, november, "in december", "500.00", "2025-12-20T10:00:00+08:00"))
    for counted, times in (("inquiry.counted", 100), ("inquiry.won", 72)):
        figure = {"employee_no": "walk-wang", "period": "2025-12", "type": counted, "occurrences": times}
        said(house.hr.post("/api/payroll/figures", json=figure | {"source": "客服报表"}, headers=once()))
    arrived(house, "orders", "payroll")
    pay(house, "2025-11")
    pay(house, "2025-12")
    (old,) = payslip(house, "2025-11", "walk-wang")["lines"]
    slip = payslip(house, "2025-12", "walk-wang")
    (new,), (back,) = lines(slip, "earning"), lines(slip, "reversal")
    assert (Decimal(old["allowed"]), old["version"]) == (Decimal("10.00"), f"{PACK}/1")
    assert (Decimal(new["allowed"]), new["version"]) == (Decimal("15.00"), f"{PACK}/{signed['number']}")
    assert (Decimal(back["allowed"]), back["version"]) == (Decimal("-5.00"), old["version"])
    assert Decimal(slip["net"]) == Decimal("10.00")
