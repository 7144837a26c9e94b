"""An employee objects to one deduction, and somebody who had no part in it decides."""

from datetime import date
from typing import Any

import pytest

from chassis import clock

from .conftest import SHANGHAI, Payroll
from .test_deductions import line_of, shop_of

MAY = date(2026, 5, 10)
WHY = {"reason": "不是我接待的"}


async def confirmed_review(payroll: Payroll) -> str:
    await shop_of(payroll, "A1", "B1")
    await payroll.reviewed(MAY, "A1")
    await payroll.assessed()
    [proposed] = await payroll.deductions()
    await payroll.post(f"/deductions/{proposed['id']}/confirm", "lead", employee_no="L1")
    return str(proposed["id"])


async def appealed(payroll: Payroll, deduction: str) -> str:
    filed = await payroll.post(f"/deductions/{deduction}/appeals", "employee", WHY, employee_no="A1")
    assert filed.status_code == 201, filed.text
    assert filed.json()["outcome"] is None
    return str(filed.json()["id"])


@pytest.mark.parametrize(
    ("judged", "state", "left"),
    [
        ({"outcome": "upheld"}, "waived", "0.00"),
        ({"outcome": "reduced", "remaining": "50.00"}, "reduced", "-50.00"),
        ({"outcome": "rejected"}, "confirmed", "-200.00"),
    ],
)
async def test_an_appeal_before_pay_changes_the_line(
    payroll: Payroll, judged: dict[str, Any], state: str, left: str
) -> None:
    deduction = await confirmed_review(payroll)
    appeal = await appealed(payroll, deduction)
    decided = await payroll.post(f"/appeals/{appeal}/decide", "hr", {"reason": "查聊天记录", **judged})
    assert decided.status_code == 200, decided.text
    assert (decided.json()["amount_before"], decided.json()["amount_after"]) == ("-200.00", left)
    assert line_of(await payroll.running("2026-05", "A1"), "T.review")["allowed"] == left
    trace = (await payroll.get(f"/deductions/{deduction}", "employee", "A1")).json()
    assert (trace["state"], trace["appeals"][0]["decided_by"]) == (state, "hr")
    assert trace["notices"][-1]["kind"] == "appeal.decided"
    [event] = [e for e in await payroll.announced() if e["type"] == "appeal.decided"]
    assert (event["appeal_id"], event["amount_after"]) == (appeal, left)
    again = await payroll.post(f"/appeals/{appeal}/decide", "boss", {"outcome": "upheld", "reason": "x"})
    assert (again.status_code, again.json()["code"]) == (409, "appeal-decided")


async def test_an_appeal_won_after_pay_gives_back_in_the_month_it_is_won(payroll: Payroll) -> None:
    deduction = await confirmed_review(payroll)
    await payroll.issue("2026-05")
    assert (await payroll.payslip("2026-05", "A1"))["net"] == "4500.00"
    appeal = await appealed(payroll, deduction)
    await payroll.post(f"/appeals/{appeal}/decide", "hr", {"outcome": "upheld", "reason": "查聊天记录"})
    assert (await payroll.post("/runs", "hr", {"period": "2026-05"})).json()["code"] == "nothing-differs"
    month = clock.now().astimezone(SHANGHAI).strftime("%Y-%m")
    back = line_of(await payroll.running(month, "A1"), "T.review")
    assert (back["kind"], back["allowed"]) == ("given_back", "200.00")
    assert back["deduction_id"] == deduction
    assert "hr" in back["explanation"]["zh"]


async def test_who_may_appeal_and_who_may_decide(payroll: Payroll) -> None:
    deduction = await confirmed_review(payroll)
    others = await payroll.post(f"/deductions/{deduction}/appeals", "employee", WHY, employee_no="B1")
    managers = await payroll.post(f"/deductions/{deduction}/appeals", "hr", WHY, employee_no="H1")
    assert [(a.status_code, a.json()["code"]) for a in (others, managers)] == [(404, "deduction-not-found")] * 2
    appeal = await appealed(payroll, deduction)
    twice = await payroll.post(f"/deductions/{deduction}/appeals", "employee", WHY, employee_no="A1")
    assert (twice.status_code, twice.json()["code"]) == (409, "appeal-open")
    path, body = f"/appeals/{appeal}/decide", {"outcome": "upheld", "reason": "x"}
    confirmer = await payroll.post(path, "lead", body, employee_no="L1")
    assert (confirmer.status_code, confirmer.json()["code"]) == (409, "decided-by-confirmer")
    own = await payroll.post(path, "hr", body, employee_no="A1")
    assert (own.status_code, own.json()["code"]) == (409, "own-pay")
    outside = await payroll.post(path, "lead", body, employee_no="L2")
    assert (outside.status_code, outside.json()["code"]) == (404, "appeal-not-found")
    assert (await payroll.post(path, "auditor", body)).status_code == 403
    for remaining in ("200.00", "200.01", None):
        much = {"outcome": "reduced", "reason": "x", "remaining": remaining}
        answer = await payroll.post(path, "hr", much)
        assert (answer.status_code, answer.json()["code"]) == (422, "reduction-impossible")
    assert (await payroll.get("/appeals?state=open", "employee", "B1")).json()["items"] == []
    [seen] = (await payroll.get("/appeals?state=open", "auditor")).json()["items"]
    assert (seen["id"], seen["reason"]) == (appeal, WHY["reason"])
    assert (await payroll.post(path, "hr", body)).status_code == 200
    pointless = await payroll.post(f"/deductions/{deduction}/appeals", "employee", WHY, employee_no="A1")
    assert (pointless.status_code, pointless.json()["code"]) == (409, "nothing-to-appeal")
