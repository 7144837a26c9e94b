"""Payslips over HTTP: issued ones, and how the month looks so far."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Request

from chassis.auth import Principal
from chassis.pagination import Page, Paged, cut
from chassis.web import Reading, allowed, settings_of
from payroll.api.explained import explained
from payroll.api.periods import PeriodOrNow, read_period
from payroll.api.scopes import seen_by
from payroll.domain.errors import PayslipNotFound
from payroll.domain.period import Period
from payroll.queries import running, runs
from payroll.schemas.base import EmployeeNo
from payroll.schemas.payslips import Payslip, PayslipShort, PayslipWithDifferences

router = APIRouter(tags=["payslips"])

Reader = Annotated[Principal, allowed("payslips.read")]


@router.get("/payslips", response_model=Paged[PayslipShort])
async def list_payslips(session: Reading, by: Reader, page: Page, period: str) -> Any:
    """List the issued payslips of a period that the caller may see."""
    found = await runs.payslip_page(session, seen_by(by), read_period(period), page)
    rows = [dict(row) | {"period": period} for row in found]
    items, following = cut(rows, page, key=lambda row: (row["employee_no"], row["sequence"]))
    return {"items": items, "next": following}


@router.get("/payslips/{period}/{employee_no}", response_model=PayslipWithDifferences)
async def read_payslip(session: Reading, by: Reader, period: str, employee_no: EmployeeNo) -> Any:
    """Read an issued payslip, every line explained; somebody else's answers 404 to who may read only their own."""
    return _with_differences(await runs.payslips(session, seen_by(by), read_period(period), employee_no))


@router.get("/running/{employee_no}", response_model=Payslip)
async def read_running(
    session: Reading, by: Reader, request: Request, employee_no: EmployeeNo, period: PeriodOrNow
) -> Any:
    """See how somebody's month looks so far, from its first day; nothing of it is final."""
    zone = settings_of(request).timezone
    return _so_far(await running.running_payslip(session, seen_by(by), period, employee_no, zone))


@router.get("/me/payslips", response_model=Paged[PayslipShort])
async def list_my_payslips(session: Reading, by: Reader, page: Page) -> Any:
    """List one's own issued payslips and differences, the latest period first."""
    rows = await runs.own_payslip_page(session, _own_number(by), page)
    items, following = cut(rows, page, key=lambda row: (str(row["period"]), row["sequence"]))
    return {"items": [dict(row) | {"period": str(Period.of(row["period"]))} for row in items], "next": following}


@router.get("/me/payslips/{period}", response_model=PayslipWithDifferences)
async def read_my_payslip(session: Reading, by: Reader, period: str) -> Any:
    """Read one's own issued payslip."""
    return _with_differences(await runs.payslips(session, seen_by(by), read_period(period), _own_number(by)))


@router.get("/me/running", response_model=Payslip)
async def read_my_running(session: Reading, by: Reader, request: Request, period: PeriodOrNow) -> Any:
    """See how one's own month looks so far."""
    zone = settings_of(request).timezone
    return _so_far(await running.running_payslip(session, seen_by(by), period, _own_number(by), zone))


def _so_far(content: Mapping[str, Any]) -> dict[str, Any]:
    return explained({"content": content, "name": content["name"], "sequence": 0, "issued_at": None})


def _own_number(by: Principal) -> str:
    if by.employee_no is None:
        raise PayslipNotFound()
    return by.employee_no


def _with_differences(rows: Sequence[Mapping[Any, Any]]) -> dict[str, Any]:
    shown = [explained(row) for row in rows]
    total = sum((Decimal(payslip["net"]) for payslip in shown), Decimal("0.00"))
    return shown[0] | {"differences": shown[1:], "total_net": total}
