"""From an event to a deduction: proposed, told, confirmed within authority, withdrawn when its ground is gone."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from chassis import clock
from chassis.door import Door
from contracts.attendance import EmployeeLeft, Late
from contracts.orders import RefundBlocked
from payroll.commands.assess import assess_stirred
from payroll.domain.period import Period

from .conftest import SHANGHAI, Payroll

MAY, JUNE = date(2026, 5, 10), date(2026, 6, 10)


async def shop_of(payroll: Payroll, *numbers: str) -> None:
    await payroll.adopt_small_shop()
    for number in numbers:
        await payroll.hired(number, manager_no="L1")
        await payroll.agree(number, "3500", performance_bonus="1000", attendance_bonus="200")


def late(number: str, day: date) -> Late:
    noon = clock.now().replace(year=day.year, month=day.month, day=day.day)
    return Late(employee_no=number, minutes=5, shift="day", due_at=noon, came_at=noon + timedelta(minutes=5))


def blocked(number: str) -> RefundBlocked:
    return RefundBlocked(employee_no=number, shop="店", order_no="1", refund_no="1", reason="goods_not_back")


def line_of(payslip: dict[str, Any], clause: str) -> dict[str, Any]:
    [found] = [line for line in payslip["lines"] if line["clause_id"] == clause]
    return dict(found)


async def test_a_bad_review_is_proposed_told_confirmed_and_taken(payroll: Payroll) -> None:
    await shop_of(payroll, "A1", "B1")
    review = await payroll.reviewed(MAY, "A1", "B1")
    await payroll.assessed()
    proposed = await payroll.deductions(period="2026-05", state="proposed")
    assert {(d["employee_no"], d["amount"], d["evidence"]) for d in proposed} == {
        ("A1", "-100.00", str(review)),
        ("B1", "-100.00", str(review)),
    }
    [notice] = (await payroll.get("/me/notices", "employee", "A1")).json()["items"]
    assert notice["kind"] == "deduction.assessed"
    assert "100.00" in notice["text"]["zh"] and "appeal" in notice["text"]["en"]
    said = [e for e in await payroll.announced() if e["type"] == "deduction.assessed"]
    assert {(e["employee_no"], e["amount"], e["caused_by"]) for e in said} == {
        ("A1", "-100.00", str(review)),
        ("B1", "-100.00", str(review)),
    }
    running = await payroll.running("2026-05", "A1")
    line = line_of(running, "T.review")
    assert (line["state"], line["allowed"], running["net"]) == ("proposed", "0.00", "4700.00")
    [mine] = await payroll.deductions("employee", "A1")
    assert line["deduction_id"] == mine["id"]
    confirmed = await payroll.post(f"/deductions/{mine['id']}/confirm", "hr")
    assert (confirmed.status_code, confirmed.json()["state"]) == (200, "confirmed"), confirmed.text
    assert (await payroll.running("2026-05", "A1"))["net"] == "4600.00"
    twice = await payroll.post(f"/deductions/{mine['id']}/confirm", "hr")
    assert (twice.status_code, twice.json()["code"]) == (409, "deduction-decided")
    await payroll.issue("2026-05")
    issued = await payroll.payslip("2026-05", "A1")
    assert (line_of(issued, "T.review")["allowed"], issued["net"]) == ("-100.00", "4600.00")
    assert (await payroll.payslip("2026-05", "B1"))["net"] == "4700.00", "nobody confirmed it"
    trace = (await payroll.get(f"/deductions/{mine['id']}", "employee", "A1")).json()
    assert [(f["type"], f["event_id"]) for f in trace["facts"]] == [("review.negative", str(review))]
    assert [(d["outcome"], d["decided_by"]) for d in trace["decisions"]] == [("confirmed", "hr")]
    assert [(t["period"], t["allowed"]) for t in trace["taken"]] == [("2026-05", "-100.00")]
    assert len(trace["notices"]) == 2


async def test_assessing_again_says_nothing_again(payroll: Payroll) -> None:
    await shop_of(payroll, "A1")
    await payroll.reviewed(MAY, "A1")
    door = Door(clock.now(), "test", "test", SHANGHAI)

    async def killed() -> None:
        async with payroll.db.opened.transaction(door) as session:
            assert await assess_stirred(session) is not None
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        await killed()
    assert await payroll.deductions() == [], "nothing is half done"
    await payroll.assessed()
    before = await payroll.rows("SELECT (SELECT count(*) FROM assessments) a, (SELECT count(*) FROM notices) n")
    await payroll.agree("A1", "3600", "2026-02-01")
    await payroll.assessed()
    after = await payroll.rows("SELECT (SELECT count(*) FROM assessments) a, (SELECT count(*) FROM notices) n")
    assert before == after == [{"a": 1, "n": 1}]


async def test_a_review_turned_positive_takes_the_proposal_back(payroll: Payroll) -> None:
    await shop_of(payroll, "A1")
    review = await payroll.reviewed(MAY, "A1")
    await payroll.assessed()
    [proposed] = await payroll.deductions()
    await payroll.post(f"/deductions/{proposed['id']}/confirm", "hr")
    assert (await payroll.running("2026-05", "A1"))["net"] == "4500.00"
    revised = await payroll.revised(MAY + timedelta(days=2), review, MAY, "A1")
    assert (await payroll.running("2026-05", "A1"))["net"] == "4700.00"
    await payroll.assessed()
    trace = (await payroll.get(f"/deductions/{proposed['id']}", "hr")).json()
    assert (trace["state"], trace["revoked"]["because_of"]) == ("revoked", str(revised))
    assert [f["event_id"] for f in trace["facts"]] == [str(review), str(revised)]
    assert [n["kind"] for n in trace["notices"]] == ["deduction.assessed", "deduction.decided", "deduction.revoked"]
    assert [e["type"] for e in await payroll.announced()][-1] == "deduction.revoked"
    late_confirm = await payroll.post(f"/deductions/{proposed['id']}/confirm", "hr")
    assert late_confirm.json()["code"] == "deduction-decided"


@pytest.mark.parametrize("assessed_before_june", [True, False])
async def test_what_was_taken_in_a_paid_month_comes_back_in_the_next(
    payroll: Payroll, assessed_before_june: bool
) -> None:
    await shop_of(payroll, "A1")
    review = await payroll.reviewed(MAY, "A1")
    await payroll.assessed()
    [proposed] = await payroll.deductions()
    await payroll.post(f"/deductions/{proposed['id']}/confirm", "hr")
    await payroll.issue("2026-05")
    revised = await payroll.revised(JUNE, review, MAY, "A1")
    if assessed_before_june:
        await payroll.assessed()
    june = await payroll.running("2026-06", "A1")
    back = line_of(june, "T.review")
    assert (back["kind"], back["allowed"], june["net"]) == ("given_back", "200.00", "4900.00")
    assert [e["event_id"] for e in back["entries"]] == [str(revised)]
    assert (await payroll.post("/runs", "hr", {"period": "2026-05"})).json()["code"] == "nothing-differs"
    await payroll.assessed()
    await payroll.issue("2026-06")
    trace = (await payroll.get(f"/deductions/{proposed['id']}", "hr")).json()
    assert [(t["period"], t["allowed"]) for t in trace["taken"]] == [("2026-05", "-200.00"), ("2026-06", "200.00")]
    assert "2026-06" in trace["revoked"]["reason"]["zh"]
    assert len(await payroll.deductions()) == 1, "it is not proposed anew"


async def test_who_has_left_is_given_back_in_the_month_in_which_the_revision_was_recorded(payroll: Payroll) -> None:
    """A revocation is dated the day it is recorded, whenever the buyer changed the review."""
    await shop_of(payroll, "A1")
    review = await payroll.reviewed(MAY, "A1")
    await payroll.assessed()
    [proposed] = await payroll.deductions()
    await payroll.post(f"/deductions/{proposed['id']}/confirm", "hr")
    await payroll.issue("2026-05")
    await payroll.happened(EmployeeLeft(employee_no="A1", leave_date=JUNE), JUNE)
    today = clock.now().astimezone(SHANGHAI).date()
    revised = await payroll.revised(today, review, MAY, "A1")
    assert [line["clause_id"] for line in (await payroll.running("2026-06", "A1"))["lines"]].count("T.review") == 0
    now = str(Period.of(today))
    slip = await payroll.running(now, "A1")
    assert [(x["kind"], x["allowed"], [e["event_id"] for e in x["entries"]]) for x in slip["lines"]] == [
        ("given_back", "200.00", [str(revised)])
    ]
    assert (slip["net"], slip["lines"][0]["deduction_id"]) == ("200.00", proposed["id"])
    assert (await payroll.issue(now))["net"] == "200.00"
    assert (await payroll.post("/runs", "hr", {"period": now})).json()["code"] == "nothing-differs"


async def test_what_was_only_proposed_and_revoked_is_not_on_the_payslip(payroll: Payroll) -> None:
    await shop_of(payroll, "A1")
    review = await payroll.reviewed(MAY, "A1")
    await payroll.assessed()
    await payroll.revised(MAY, review, MAY, "A1")
    await payroll.assessed()
    assert "T.review" not in {line["clause_id"] for line in (await payroll.running("2026-05", "A1"))["lines"]}
    await payroll.issue("2026-05")
    assert "T.review" not in {line["clause_id"] for line in (await payroll.payslip("2026-05", "A1"))["lines"]}
    [revoked] = await payroll.deductions(state="revoked")
    trace = (await payroll.get(f"/deductions/{revoked['id']}", "hr")).json()
    assert [f["type"] for f in trace["facts"]] == ["review.negative", "review.revised"]


async def test_what_is_known_not_to_hold_is_not_taken_in_a_month_paid_late(payroll: Payroll) -> None:
    await shop_of(payroll, "A1")
    review = await payroll.reviewed(MAY, "A1")
    await payroll.assessed()
    [proposed] = await payroll.deductions()
    await payroll.post(f"/deductions/{proposed['id']}/confirm", "hr")
    await payroll.revised(JUNE, review, MAY, "A1")
    await payroll.assessed()
    await payroll.issue("2026-05")
    assert (await payroll.payslip("2026-05", "A1"))["net"] == "4700.00"
    assert (await payroll.post("/runs", "hr", {"period": "2026-05"})).json()["code"] == "nothing-differs"
    assert (await payroll.running("2026-06", "A1"))["net"] == "4700.00", "nothing was taken, nothing comes back"


async def test_authority_ends_at_300_and_never_reaches_oneself(payroll: Payroll) -> None:
    await shop_of(payroll, "A1", "L1")
    await payroll.happened(blocked("A1"), MAY)
    await payroll.reviewed(MAY, "A1")
    await payroll.reviewed(MAY, "L1", review_no="R2")
    await payroll.assessed()
    ids = {(d["employee_no"], d["clause_id"]): d["id"] for d in await payroll.deductions()}
    large, small, own = ids["A1", "T.blocked"], ids["A1", "T.review"], ids["L1", "T.review"]
    answer = await payroll.post(f"/deductions/{large}/confirm", "lead", employee_no="L1")
    assert (answer.status_code, answer.json()["code"]) == (403, "beyond-authority")
    answer = await payroll.post(f"/deductions/{own}/confirm", "lead", employee_no="L1")
    assert (answer.status_code, answer.json()["code"]) == (409, "own-pay")
    foreign = await payroll.post(f"/deductions/{small}/confirm", "lead", employee_no="L2")
    absent = await payroll.post("/deductions/00000000-0000-7000-8000-000000000000/confirm", "lead", employee_no="L2")
    assert foreign.status_code == absent.status_code == 404
    assert {**foreign.json(), "correlation_id": ""} == {**absent.json(), "correlation_id": ""}
    bulk = await payroll.post("/deductions/confirm", "lead", {"period": "2026-05"}, employee_no="L1")
    assert bulk.status_code == 200, bulk.text
    assert (bulk.json()["confirmed"], [(r["id"], r["code"]) for r in bulk.json()["refused"]]) == (
        [small],
        [(large, "beyond-authority")],
    )
    named = await payroll.post("/deductions/confirm", "boss", {"ids": [large, small, own]})
    assert set(named.json()["confirmed"]) == {large, own}
    assert [(r["id"], r["code"]) for r in named.json()["refused"]] == [(small, "deduction-decided")]
    assert (await payroll.running("2026-05", "A1"))["net"] == "4199.99"
    for role in ("employee", "finance", "auditor", "keeper"):
        assert (await payroll.post(f"/deductions/{small}/waive", role, {"reason": "x"})).status_code == 403
    waived = await payroll.post(f"/deductions/{small}/waive", "hr", {"reason": "初犯"})
    assert (waived.json()["state"], waived.json()["decided_amount"]) == ("waived", "0.00")
    assert (await payroll.running("2026-05", "A1"))["net"] == "4399.99"


async def test_the_limit_is_a_dated_setting_of_the_boss(payroll: Payroll) -> None:
    await shop_of(payroll, "A1")
    assert (await payroll.get("/authority", "employee", "A1")).json()["amount"] == "300.00"
    body = {"amount": "500.00", "valid_from": "2026-01-01"}
    assert (await payroll.http.put("/authority", json=body, headers=payroll.by("hr"))).status_code == 403
    assert (await payroll.http.put("/authority", json=body, headers=payroll.by("boss"))).status_code == 200
    assert (await payroll.get("/authority", "hr")).json()["amount"] == "500.00"
    await payroll.happened(blocked("A1"), MAY)
    await payroll.assessed()
    [one] = await payroll.deductions()
    assert (await payroll.post(f"/deductions/{one['id']}/confirm", "hr")).status_code == 200


async def test_clauses_of_a_month_are_proposed_when_it_is_over(payroll: Payroll) -> None:
    await shop_of(payroll, "A1")
    today = clock.now().astimezone(SHANGHAI).date()
    for day in (date(2026, 5, 4), date(2026, 5, 5), today, today):
        await payroll.happened(late("A1", day), day)
    await payroll.assessed()
    found = {(d["period"], d["clause_id"], d["state"], d["amount"]) for d in await payroll.deductions()}
    this = str(Period.of(today))
    assert found == {
        ("2026-05", "T.late", "automatic", "-10.00"),
        ("2026-05", "T.month", "proposed", "-50.00"),
        (this, "T.late", "automatic", "-10.00"),
    }
    [monthly] = await payroll.deductions(clause_id="T.month")
    assert monthly["evidence"] == "2026-05"
    await payroll.post(f"/deductions/{monthly['id']}/confirm", "hr")
    payslip = await payroll.running("2026-05", "A1")
    assert (line_of(payslip, "T.month")["allowed"], payslip["net"]) == ("-50.00", "4630.00")
    assert [Decimal(e["amount"]) for e in await payroll.announced() if e["type"] == "deduction.assessed"] == [
        Decimal(-10), Decimal(-10), Decimal(-50), Decimal(-10), Decimal(-10),
    ]  # fmt: skip
