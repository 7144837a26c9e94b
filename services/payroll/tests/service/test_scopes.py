"""Whose pay somebody sees: the same in lists, single reads and totals."""

from datetime import date
from typing import Any

import pytest

from .conftest import Payroll
from .test_deductions import shop_of

MAY = date(2026, 5, 10)


@pytest.fixture
async def company(payroll: Payroll) -> Payroll:
    """A1 under L1, B1 under A1, both in 电商一部; C1 in 仓储部 under nobody."""
    await shop_of(payroll, "A1")
    await payroll.hired("B1", manager_no="A1")
    await payroll.hired("C1", department="仓储部")
    for number in ("B1", "C1"):
        await payroll.agree(number, "3000", performance_bonus="1000")
    for place, number in enumerate(("A1", "B1", "C1")):
        await payroll.reviewed(MAY, number, review_no=f"R{place}")
    await payroll.assessed()
    await payroll.issue("2026-05")
    return payroll


@pytest.mark.parametrize(
    ("roles", "number", "scope", "seen"),
    [
        ("employee", "A1", {}, {"A1"}),
        ("keeper", "C1", {}, {"C1"}),
        ("employee", None, {}, set()),
        ("lead", "L1", {}, {"A1", "B1"}),
        ("lead", "L1", {"departments": ["仓储部"]}, {"A1", "B1", "C1"}),
        ("hr", "H1", {}, {"A1", "B1", "C1"}),
        ("hr", "H1", {"departments": ["仓储部"]}, {"C1"}),
        ("auditor", None, {}, {"A1", "B1", "C1"}),
    ],
)
async def test_rows_outside_the_scope_are_not_there(
    company: Payroll, roles: str, number: str | None, scope: dict[str, Any], seen: set[str]
) -> None:
    headers = company.http.auth_of(company.principal(roles, employee_no=number, **scope))

    async def get(path: str) -> Any:
        return await company.http.get(path, headers=headers)

    for path in ("/payslips?period=2026-05", "/deductions"):
        assert {row["employee_no"] for row in (await get(path)).json()["items"]} == seen, path
    for who in ("A1", "B1", "C1", "ZZ"):
        for path in (f"/payslips/2026-05/{who}", f"/running/{who}?period=2026-06"):
            assert (await get(path)).status_code == (200 if who in seen else 404), path
    runs = await get("/runs")
    if roles in ("hr", "auditor"):
        [run] = runs.json()["items"]
        assert run["people"] == len(seen)
        assert run["net"] == {1: "4000.00", 3: "12700.00"}[len(seen)]
        assert (await get(f"/runs/{run['id']}")).json()["totals"] == run["totals"]
        listed = (await get(f"/runs/{run['id']}/payslips")).json()["items"]
        assert {row["employee_no"] for row in listed} == seen
    else:
        assert runs.status_code == 403


async def test_an_account_limited_to_departments_does_not_pay_everybody(company: Payroll) -> None:
    answer = await company.post("/runs", "hr", {"period": "2026-06"}, employee_no="H1", departments=["仓储部"])
    assert (answer.status_code, answer.json()["code"]) == (403, "whole-company-only")


async def test_an_auditor_reads_everything_and_writes_nothing(company: Payroll) -> None:
    reads = ("/runs", "/losses", "/figures", "/terms/A1", "/appeals", "/quarantine", "/imports", "/rulebook/versions")
    for path in reads:
        assert (await company.get(path, "auditor")).status_code == 200, path
    writes = ("/runs", "/losses", "/figures", "/deductions/confirm", "/rulebook/versions", "/imports")
    for path in writes:
        assert (await company.post(path, "auditor", {})).status_code == 403, path
