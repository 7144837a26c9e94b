"""What turns out otherwise: a bad review taken back, a late upload, a loss shared, an appeal won, one refund for two.

Every turn leaves a trace: from the line of the payslip to the events, and from those to who announced them.
"""

import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from .house import DEPARTMENT, Employee, House, arrived, employ, events, looked_up, once, pay, payslip, said, until

SHOP = "turns"


def hire(house: House, *numbers: str, months: tuple[str, str]) -> None:
    """Employ people under the department's regulations (004), from the first day to the last (none: to this day)."""
    first, last = months
    terms = {"base_salary": "6000.00", "performance_bonus": "1000.00", "scheme": DEPARTMENT}
    employ(house, [Employee(number, first, last, **terms) for number in numbers])


def account(house: House, login: str, *roles: str, employee_no: str | None = None) -> httpx.Client:
    """Make an account and sign in with it."""
    secret = secrets.token_urlsafe(16)
    body = {"login": login, "password": secret, "roles": list(roles), "employee_no": employee_no}
    said(house.boss.post("/auth/accounts", json={k: v for k, v in body.items() if v is not None}))
    return house.person(login, secret)


def running(house: House, employee_no: str, period: str) -> dict[str, Any]:
    """See how somebody's month looks so far."""
    found: dict[str, Any] = said(house.finance.get(f"/api/payroll/running/{employee_no}", params={"period": period}))
    return found


def lines(slip: dict[str, Any], clause: str) -> list[dict[str, Any]]:
    """Pick the lines of one clause."""
    return [line for line in slip["lines"] if line["clause_id"] == clause]


def taken(slip: dict[str, Any], clause: str) -> Decimal:
    """Add up what the lines of one clause come to."""
    return sum((Decimal(line["allowed"]) for line in lines(slip, clause)), Decimal(0))


def deductions(house: House, employee_no: str, period: str, state: str) -> list[dict[str, Any]]:
    """List somebody's deductions of a month in one state."""
    asked = {"employee_no": employee_no, "period": period, "state": state}
    items: list[dict[str, Any]] = said(house.finance.get("/api/payroll/deductions", params=asked))["items"]
    return items


def proposed(house: House, employee_no: str, period: str) -> dict[str, Any]:
    """Wait for the one deduction that is proposed to somebody."""
    (found,) = until("a proposal", lambda: deductions(house, employee_no, period, "proposed"))
    return dict(found)


def confirm(house: House, deduction: dict[str, Any]) -> None:
    """Have the boss confirm a deduction."""
    said(house.boss.post(f"/api/payroll/deductions/{deduction['id']}/confirm", headers=once()))


def announced_by(house: House, service: str, slip: dict[str, Any], clause: str) -> list[str]:
    """Follow a clause's entries to the events of the service that announced them: their types, in order."""
    ids = [entry["event_id"] for line in lines(slip, clause) for entry in line["entries"]]
    found = looked_up(
        house, service, "SELECT event_id::text AS id, type FROM outbox WHERE event_id = ANY ($1::uuid[])", ids
    )
    types = {row["id"]: row["type"] for row in found}
    assert set(ids) <= types.keys(), "an entry leads to no event"
    return [types[id] for id in ids]


def review(house: House, number: str, employee_no: str, score: int, written_at: str) -> str:
    """Record a buyer's review that somebody answers for; returns its address."""
    body = {
        "shop": SHOP,
        "review_no": number,
        "score": score,
        "written_at": written_at,
        "order_no": f"of-{number}",
        "order_unknown": True,
        "answered_at": written_at,
        "responsible": [{"employee_no": employee_no}],
        "cause": "发错颜色",
    }
    said(house.boss.post("/api/service-desk/reviews", json=body, headers=once()))
    return f"/api/service-desk/reviews/{SHOP}/{number}"


def until_running(
    house: House, who: str, period: str, what: str, holds: Callable[[dict[str, Any]], bool]
) -> dict[str, Any]:
    """Look at the running payslip until something holds; there may be none before the first event arrives."""

    def look() -> dict[str, Any] | None:
        answer = house.finance.get(f"/api/payroll/running/{who}", params={"period": period})
        slip: dict[str, Any] | None = None if answer.status_code == 404 else said(answer)
        return slip if slip is not None and holds(slip) else None

    found: dict[str, Any] = until(what, look)
    return found


NEGATIVE, ABSENCE, SHARED_LOSS = "A-004-1.20c", "A-004-3.2a-absence", "A-004-1.22c"


def test_a_review_turned_positive_takes_its_deduction_back(house: House) -> None:
    hire(house, "turn-rv", months=("2023-03-01", "2023-03-31"))
    address = review(house, "rv-1", "turn-rv", 1, "2023-03-10T10:00:00+08:00")
    confirm(house, proposed(house, "turn-rv", "2023-03"))
    slip = running(house, "turn-rv", "2023-03")
    assert taken(slip, NEGATIVE) == Decimal("-200.00")
    assert Decimal(slip["net"]) == Decimal("6800.00")
    revised = {"score": 5, "revised_at": "2023-03-12T09:00:00+08:00"}
    said(house.boss.post(f"{address}/revisions", json=revised, headers=once()))
    slip = until_running(house, "turn-rv", "2023-03", "the deduction is back", lambda s: taken(s, NEGATIVE) == 0)
    assert Decimal(slip["net"]) == Decimal("7000.00")
    assert announced_by(house, "service_desk", slip, NEGATIVE) == ["review.negative", "review.revised"]
    until("revoked", lambda: deductions(house, "turn-rv", "2023-03", "revoked"))
    pay(house, "2023-03")
    assert Decimal(payslip(house, "2023-03", "turn-rv")["net"]) == Decimal("7000.00")


def test_a_review_turned_positive_after_pay_is_given_back_by_the_month_that_learns_of_it(house: House) -> None:
    hire(house, "turn-late", months=("2023-05-01", "2023-05-31"))
    address = review(house, "rv-2", "turn-late", 2, "2023-05-10T10:00:00+08:00")
    confirm(house, proposed(house, "turn-late", "2023-05"))
    pay(house, "2023-05")
    assert Decimal(payslip(house, "2023-05", "turn-late")["net"]) == Decimal("6800.00")
    revised = {"score": 4, "revised_at": "2023-06-02T09:00:00+08:00"}
    said(house.boss.post(f"{address}/revisions", json=revised, headers=once()))
    now = f"{datetime.now(ZoneInfo('Asia/Shanghai')):%Y-%m}"  # a reversal is dated the day it is made (payroll.md)
    slip = until_running(house, "turn-late", now, "given back", lambda s: taken(s, NEGATIVE) == Decimal("200.00"))
    assert announced_by(house, "service_desk", slip, NEGATIVE) == ["review.revised"]
    assert Decimal(slip["net"]) == Decimal("200.00")


def test_a_late_upload_turns_an_absence_into_a_lateness(house: House) -> None:
    hire(house, "turn-pu", months=("2023-08-01", "2023-08-31"))
    template = {"code": "turn-day", "name": "白班", "segments": [{"starts": "09:00", "ends": "18:00"}]}
    said(house.boss.post("/api/attendance/shift-templates", json=template, headers=once()))
    entry = {"employee_no": "turn-pu", "day": "2023-08-02", "shift": "turn-day"}
    said(house.boss.post("/api/attendance/roster", json={"entries": [entry]}, headers=once()))
    whole = {"first_day": "2023-08-01", "last_day": "2023-08-31", "employee_nos": ["turn-pu"]}
    said(house.boss.post("/api/attendance/roster/publish", json=whole, headers=once()))
    slip = until_running(house, "turn-pu", "2023-08", "absent", lambda s: taken(s, ABSENCE) < 0)
    assert taken(slip, ABSENCE) == Decimal("-275.86")  # 6000 / 21.75 is 275.862
    punches = [{"employee_no": "turn-pu", "at": f"2023-08-02T{at}+08:00"} for at in ("10:30:20", "18:01:00")]
    said(house.boss.post("/api/attendance/punches", json={"punches": punches}, headers=once()))
    slip = until_running(house, "turn-pu", "2023-08", "no longer absent", lambda s: taken(s, ABSENCE) == 0)
    assert announced_by(house, "attendance", slip, ABSENCE) == ["attendance.absent", "attendance.absent_revoked"]
    assert Decimal(slip["net"]) == Decimal("7000.00")
    asked = {"from": "2023-08-02", "to": "2023-08-02", "employee_no": "turn-pu"}
    (day,) = said(house.hr.get("/api/attendance/days", params=asked))["items"]
    assert (day["status"], day["late_minutes"]) == ("present", 90)
    (late,) = looked_up(
        house, "payroll", "SELECT fields FROM facts WHERE employee_no = 'turn-pu' AND type = 'attendance.late'"
    )
    assert '"90"' in late["fields"] or ": 90" in late["fields"]


def test_a_mismatch_is_shared_by_two(house: House) -> None:
    hire(house, "turn-kp", "turn-wa", "turn-wb", months=("2023-09-01", "2023-10-31"))
    boss = house.boss

    def act(path: str, body: dict[str, Any]) -> Any:
        return said(boss.post(f"/api/inventory/{path}", json=body, headers=once()))

    act("warehouses", {"warehouse": "turn-w", "title": "转角仓", "keeper": "turn-kp", "keeper_from": "2023-09-01"})
    act("skus", {"sku": "turn-cup", "title": "保温杯", "unit_cost": "40.01", "valid_from": "2023-09-01"})
    received = {"warehouse": "turn-w", "document_no": "R1", "lines": [{"sku": "turn-cup", "quantity": "20"}]}
    act("receipts", received | {"at": "2023-09-04T09:00:00+08:00"})
    opened = {"warehouse": "turn-w", "planned_on": "2023-09-08", "opened_at": "2023-09-08T17:00:00+08:00"}
    counters = {"counters": ["turn-kp", "turn-wb"]}
    stocktake = f"stocktakes/{act('stocktakes', opened | counters)['stocktake_id']}"
    for who, minute in (("turn-kp", "10"), ("turn-wb", "40")):  # three missing: somebody else counts again
        count = {"sku": "turn-cup", "counted": "17", "counted_at": f"2023-09-08T17:{minute}:00+08:00"}
        act(f"{stocktake}/counts", {"counts": [count], "counted_by": who})
    parties = [{"employee_no": "turn-wa", "weight": 2}, {"employee_no": "turn-wb", "weight": 1}]
    finding = {"sku": "turn-cup", "outcome": "people", "finding": "交接时漏记出库", "parties": parties}
    act(f"{stocktake}/findings", finding)
    act(f"{stocktake}/completed", {"completed_at": "2023-09-08T19:00:00+08:00"})
    # 3 x 40.01 = 120.03, by 2 : 1
    for who, share in (("turn-wa", "-80.02"), ("turn-wb", "-40.01")):
        confirm(house, proposed(house, who, "2023-09"))
        slip = running(house, who, "2023-09")
        assert taken(slip, SHARED_LOSS) == Decimal(share)
        assert announced_by(house, "inventory", slip, SHARED_LOSS) == ["stock.mismatch"]
        (line,) = lines(slip, SHARED_LOSS)
        assert "20" in " ".join(limit["title"]["zh"] for limit in line["limits"]) or line["limits"] == []


def test_an_appeal_won_takes_the_line_back(house: House) -> None:
    hire(house, "turn-ap", months=("2026-03-01", ""))  # who has left can no longer sign in
    review(house, "rv-3", "turn-ap", 1, "2026-03-10T10:00:00+08:00")
    deduction = proposed(house, "turn-ap", "2026-03")
    confirm(house, deduction)
    with account(house, "turn-ap", "employee", employee_no="turn-ap") as own:
        notices = said(own.get("/api/payroll/me/notices"))["items"]
        assert any(deduction["id"] == notice.get("assessment_id", notice.get("deduction_id")) for notice in notices)
        reason = {"reason": "买家承认是物流发错"}
        appeal = said(own.post(f"/api/payroll/deductions/{deduction['id']}/appeals", json=reason, headers=once()))
        ruling = {"outcome": "upheld", "reason": "物流责任，不由客服承担"}
        decide = f"/api/payroll/appeals/{appeal['id']}/decide"
        own_judge = own.post(decide, json=ruling, headers=once())
        assert own_judge.status_code in (403, 404, 409)
        by_decider = house.boss.post(decide, json=ruling, headers=once())
        assert by_decider.status_code == 409, "who confirmed it must not decide the appeal"
        said(house.hr.post(decide, json=ruling, headers=once()))
        slip = running(house, "turn-ap", "2026-03")
        assert taken(slip, NEGATIVE) == 0
        (line,) = lines(slip, NEGATIVE)
        assert "物流责任" in line["explanation"]["zh"]
        assert announced_by(house, "service_desk", slip, NEGATIVE) == ["review.negative"]
        trace = said(own.get(f"/api/payroll/deductions/{deduction['id']}"))
        assert [a["outcome"] for a in trace["appeals"]] == ["upheld"]
    (event,) = looked_up(
        house, "payroll", "SELECT type FROM outbox WHERE type = 'appeal.decided' AND about = $1", appeal["id"]
    )
    assert event["type"] == "appeal.decided"


def test_two_people_press_the_same_refund_at_once(house: House) -> None:
    hire(house, "turn-s1", "turn-s2", months=("2026-03-01", ""))
    at = "2026-03-02T10:00:00+08:00"
    order = {
        "shop": SHOP,
        "order_no": "twice",
        "placed_at": at,
        "paid_at": at,
        "lines": [{"sku": "x", "unit_price": "50.00"}],
    }
    said(house.finance.post("/api/orders/orders", json=order, headers=once()))
    said(house.boss.put(f"/api/orders/shops/{SHOP}/refund-seat", json={"employee_no": "turn-s1"}))
    wanted = {"shop": SHOP, "order_no": "twice", "refund_no": "RF", "amount": "50.00", "goods_come_back": True}
    said(house.finance.post("/api/orders/refunds", json=wanted, headers=once()))
    execute = f"/api/orders/refunds/{SHOP}/RF/execute"
    with (
        account(house, "turn-s1", "lead", employee_no="turn-s1") as holder,
        account(house, "turn-s2", "lead", employee_no="turn-s2") as other,
    ):
        early = holder.post(execute, headers=once())
        assert (early.status_code, early.json()["code"]) == (409, "refund-not-received")
        warehouse = {"warehouse": "turn-rw", "title": "退货仓", "keeper": "turn-s2"}
        said(house.boss.post("/api/inventory/warehouses", json=warehouse, headers=once()))
        said(house.boss.post("/api/inventory/skus", json={"sku": "x", "title": "杯"}, headers=once()))
        back = {"shop": SHOP, "return_no": "T1", "order_no": "twice", "sku": "x", "quantity": "1", "grade": "sellable"}
        returned = back | {"disposition": "stock", "warehouse": "turn-rw"}
        said(house.boss.post("/api/inventory/returns", json=returned, headers=once()))
        arrived(house, "inventory", "orders")
        with ThreadPoolExecutor(8) as hands:
            pressed = list(hands.map(lambda who: who.post(execute, headers=once()), [holder, other] * 4))
    assert {answer.status_code for answer in pressed if answer.is_success} <= {200, 201}
    assert sum(answer.is_success for answer in pressed) >= 1
    assert {a.json()["code"] for a in pressed if not a.is_success} <= {
        "not-the-refund-holder",
        "refund-already-executed",
    }
    (executed,) = [event for event in events(house, "orders", "refund.executed") if event["data"]["shop"] == SHOP]
    assert executed["actor"] == "turn-s1"
    refunds = said(house.finance.get("/api/orders/refunds", params={"shop": SHOP}))["items"]
    assert [(r["refund_no"], Decimal(r["amount"])) for r in refunds] == [("RF", Decimal("50.00"))]
