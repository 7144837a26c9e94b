"""Pay runs over HTTP."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request

from chassis.auth import Principal
from chassis.idempotency import Once
from chassis.pagination import Page, Paged, cut
from chassis.web import Reading, Session, allowed, database_of
from payroll.api.explained import explained
from payroll.api.periods import read_period
from payroll.api.scopes import seen_by, whole_company
from payroll.commands.issue_run import approve_run, issue_run
from payroll.commands.prepare_run import prepare_run
from payroll.domain.period import Period
from payroll.queries import runs
from payroll.queries.checks import run_report
from payroll.schemas.base import EmployeeNo
from payroll.schemas.payslips import Payslip
from payroll.schemas.runs import Run, RunChecks, RunPayslip, RunWanted

router = APIRouter(prefix="/runs", tags=["pay runs"])

Reader = Annotated[Principal, allowed("runs.read")]


@router.post("", status_code=201, response_model=Run)
async def prepare(
    session: Session, by: Annotated[Principal, allowed("runs.prepare")], once: Once, body: RunWanted, request: Request
) -> Any:
    """Calculate a period for everybody; run it again as often as needed. Once issued, only differences come out."""
    whole_company(by)

    async def act() -> dict[str, Any]:
        return await _shown(session, by, await prepare_run(session, database_of(request), read_period(body.period)))

    return await once(session, by, act)


@router.get("", response_model=Paged[Run])
async def list_runs(session: Reading, by: Reader, page: Page) -> Any:
    """List runs, newest first."""
    rows = [_run(row) for row in await runs.run_page(session, seen_by(by), page)]
    items, following = cut(rows, page, key=lambda row: (str(row["id"]),))
    return {"items": items, "next": following}


@router.get("/{id}", response_model=Run)
async def read_run(session: Reading, by: Reader, id: UUID) -> Any:
    """Read a run's totals, what it saw, and how far it came."""
    return await _shown(session, by, id)


@router.get("/{id}/payslips", response_model=Paged[RunPayslip])
async def list_run_payslips(session: Reading, by: Reader, page: Page, id: UUID) -> Any:
    """List the payslips of a run in short, issued or not."""
    rows = await runs.run_payslip_page(session, seen_by(by), id, page)
    items, following = cut(rows, page, key=lambda row: (row["employee_no"],))
    return {"items": items, "next": following}


@router.get("/{id}/payslips/{employee_no}", response_model=Payslip)
async def read_run_payslip(session: Reading, by: Reader, id: UUID, employee_no: EmployeeNo) -> Any:
    """Read one payslip of a run, every line explained, before or after it is issued."""
    return explained(await runs.run_payslip(session, seen_by(by), id, employee_no))


@router.get("/{id}/checks", response_model=RunChecks)
async def check_run(session: Reading, by: Reader, id: UUID) -> Any:
    """Add up what is stored, lines against payslips against the run, and tell what else an approver should know."""
    whole_company(by)
    return await run_report(session, id)


@router.post("/{id}/approve", response_model=Run)
async def approve(session: Session, by: Annotated[Principal, allowed("runs.approve")], once: Once, id: UUID) -> Any:
    """Approve a run; 409 for who prepared it, while it has problems, or when it is out of date."""
    whole_company(by)

    async def act() -> dict[str, Any]:
        await approve_run(session, id)
        return await _shown(session, by, id)

    return await once(session, by, act)


@router.post("/{id}/issue", response_model=Run)
async def issue(session: Session, by: Annotated[Principal, allowed("runs.issue")], once: Once, id: UUID) -> Any:
    """Issue an approved run: its payslips are the period's from now on, and are announced."""
    whole_company(by)

    async def act() -> dict[str, Any]:
        await issue_run(session, id)
        return await _shown(session, by, id)

    return await once(session, by, act)


async def _shown(session: Session, by: Principal, id: UUID) -> dict[str, Any]:
    return _run(await runs.run_seen(session, seen_by(by), id))


def _run(row: Mapping[Any, Any]) -> dict[str, Any]:
    state = "issued" if row["issued_at"] else "approved" if row["approved_at"] else "computed"
    return dict(row) | {"period": str(Period.of(row["period"])), "state": state}
