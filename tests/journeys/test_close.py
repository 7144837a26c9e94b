"""A month is closed through the gateway: sealed by everybody, proved, and refused ever after."""

import asyncio
from decimal import Decimal
from typing import Any

import asyncpg
import pytest

from .house import House, arrived, locked, once, pay, payslip, said, until
from .test_walk import sell, staff

MARCH, APRIL = "2019-03", "2019-04"
SERVICES = {"attendance": "attendance", "orders": "orders", "service_desk": "service-desk", "inventory": "inventory"}


def test_a_month_is_closed_and_what_comes_late_names_it(house: House) -> None:
    staff(house, "close-he", months=(MARCH, APRIL))
    sell(house, "march", {"close-he": 1}, "1000.00", f"{MARCH}-15T10:00:00+08:00")
    arrived(house, "orders", "payroll")
    codes = {one["code"] for one in _close(house)["pending"]}
    assert codes >= {"not-sealed", "run-not-issued"}
    refused = house.finance.post(f"/api/payroll/periods/{MARCH}/close", headers=once())
    assert (refused.status_code, refused.json()["code"]) == (409, "period-not-closable")
    assert {one["producer"] for one in refused.json()["pending"]} >= set(SERVICES)
    for producer, path in SERVICES.items():
        seal = said(house.finance.post(f"/api/{path}/seals/{MARCH}", headers=once()))
        assert seal == said(house.finance.get(f"/api/{path}/seals/{MARCH}"))
        arrived(house, producer, "payroll")
    spare = _approved(house)
    pay(house, MARCH)
    until("nothing pending", lambda: _close(house)["closable"])
    own = said(house.finance.post(f"/api/payroll/periods/{MARCH}/close", headers=once()))
    assert own == said(house.boss.get(f"/api/payroll/periods/{MARCH}/certificate"))
    (sales,) = [p for p in own["content"]["producers"] if p["producer"] == "orders"]
    completed = next(total for total in sales["totals"] if total["type"] == "order.completed")
    assert completed["sealed"] == completed["here"] == {"count": 1, "sum": "1000.00"}
    assert own["fingerprint"] in house.boss.get(f"/api/payroll/periods/{MARCH}/certificate.html").text
    again = house.boss.post(f"/api/payroll/periods/{MARCH}/close", headers=once())
    assert (again.status_code, again.json()["code"]) == (409, "period-closed")

    sell(house, "late", {"close-he": 1}, "200.00", f"{MARCH}-31T10:00:00+08:00")
    sell(house, "april", {"close-he": 1}, "3000.00", f"{APRIL}-02T10:00:00+08:00")
    arrived(house, "orders", "payroll")
    run = house.hr.post("/api/payroll/runs", json={"period": MARCH}, headers=once())
    assert (run.status_code, run.json()["code"]) == (409, "period-closed")
    pay(house, APRIL)
    lines = {line["belongs_to"]: line for line in payslip(house, APRIL, "close-he")["lines"]}
    assert {month: Decimal(line["allowed"]) for month, line in lines.items()} == {None: Decimal(30), MARCH: Decimal(2)}
    assert "late" in {entry["about"] for entry in lines[MARCH]["entries"]}
    assert Decimal(payslip(house, MARCH, "close-he")["total_net"]) == 10
    _refused_by_the_database(house, spare)


def _close(house: House) -> Any:
    return said(house.finance.get(f"/api/payroll/periods/{MARCH}/close"))


def _approved(house: House) -> str:
    """Prepare and approve a run that is never issued: another one takes its place."""
    with locked(house.folder, "pay"):
        run = said(house.hr.post("/api/payroll/runs", json={"period": MARCH}, headers=once()))
        said(house.boss.post(f"/api/payroll/runs/{run['id']}/approve", headers=once()))
    return str(run["id"])


def _refused_by_the_database(house: House, spare: str) -> None:
    """The role that payroll works as cannot issue another run of the closed month, whatever the code would do."""
    secret = (house.stack.home / "secrets" / "passwords" / "payroll_app.password").read_text().strip()
    url = f"postgresql://payroll_app:{secret}@127.0.0.1:{house.stack.processes()['postgres']['port']}/payroll"

    async def insert() -> None:
        connection = await asyncpg.connect(url)
        try:
            await connection.execute("INSERT INTO run_issues VALUES ($1, '2019-03-01', 2, 'nobody', now())", spare)
        finally:
            await connection.close()

    with pytest.raises(asyncpg.CheckViolationError, match="2019-03 is closed"):
        asyncio.run(insert())
