"""Terms of pay, loss cases and figures over HTTP."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends

from chassis.auth import Principal
from chassis.idempotency import Once
from chassis.pagination import Page, Paged, cut
from chassis.web import Reading, Session, allowed
from payroll.api.periods import read_period
from payroll.api.scopes import seen_by
from payroll.commands import decide
from payroll.commands.set_terms import Agreement
from payroll.commands.set_terms import set_terms as agree
from payroll.domain.period import Period
from payroll.queries import decisions, people
from payroll.queries.decisions import Wanted
from payroll.schemas.base import EmployeeNo, Recorded
from payroll.schemas.terms import Figure, FigureReported, Loss, LossDecided, TermsAgreed, TermsHistory, TermsVersion

router = APIRouter(tags=["terms and decisions"])


@router.put("/terms/{employee_no}", response_model=TermsVersion)
async def set_terms(
    session: Session, by: Annotated[Principal, allowed("terms.write")], employee_no: EmployeeNo, body: TermsAgreed
) -> Any:
    """Agree terms of pay from a day on; the same terms again change nothing. 409 for one's own."""
    agreed = await agree(session, Agreement(employee_no, **body.model_dump()))
    return asdict(agreed) | {"employee_no": employee_no}


@router.get("/terms/{employee_no}", response_model=TermsHistory)
async def read_terms(session: Reading, by: Annotated[Principal, allowed("terms.read")], employee_no: EmployeeNo) -> Any:
    """Read every agreement with somebody, newest first."""
    return {"items": await people.terms_history(session, seen_by(by), employee_no)}


@router.post("/losses", status_code=201, response_model=Recorded)
async def record_loss(
    session: Session, by: Annotated[Principal, allowed("losses.record")], once: Once, body: LossDecided
) -> Any:
    """Record a loss an employee caused; the law limits what is taken of it each month. 409 for one's own."""

    async def act() -> dict[str, Any]:
        return {"id": await decide.record_loss(session, **body.model_dump())}

    return await once(session, by, act)


@router.get("/losses", response_model=Paged[Loss])
async def list_losses(
    session: Reading, by: Annotated[Principal, allowed("losses.read")], page: Page, wanted: Annotated[Wanted, Depends()]
) -> Any:
    """List loss cases, newest first."""
    rows = await decisions.loss_page(session, seen_by(by), wanted, page)
    items, following = cut(rows, page, key=lambda row: (str(row["case_id"]),))
    return {"items": items, "next": following}


@router.post("/figures", status_code=201, response_model=Recorded)
async def record_figure(
    session: Session, by: Annotated[Principal, allowed("figures.record")], once: Once, body: FigureReported
) -> Any:
    """Record a month's count out of an outside report; a later one for the same month takes its place."""

    async def act() -> dict[str, Any]:
        said = body.model_dump() | {"period": read_period(body.period)}
        return {"id": await decide.record_figure(session, **said)}

    return await once(session, by, act)


@router.get("/figures", response_model=Paged[Figure])
async def list_figures(
    session: Reading,
    by: Annotated[Principal, allowed("figures.read")],
    page: Page,
    wanted: Annotated[Wanted, Depends()],
) -> Any:
    """List figures, newest first."""
    rows = await decisions.figure_page(session, seen_by(by), wanted, page)
    items, following = cut(rows, page, key=lambda row: (str(row["id"]),))
    return {"items": [dict(row) | {"period": str(Period.of(row["period"]))} for row in items], "next": following}
