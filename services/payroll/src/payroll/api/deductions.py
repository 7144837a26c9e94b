"""Deductions over HTTP: what is proposed, confirmed, waived and appealed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request

from chassis.auth import Principal
from chassis.idempotency import Once
from chassis.pagination import Page, Paged, cut
from chassis.web import Now, Reading, Session, allowed, settings_of
from payroll.api.periods import read_period
from payroll.api.scopes import seen_by
from payroll.commands import appeal, decide_deduction, set_limit
from payroll.domain.errors import PayslipNotFound
from payroll.domain.period import Period
from payroll.queries import deductions
from payroll.queries.deductions import Wanted
from payroll.schemas.deductions import (
    MOST,
    Appeal,
    AppealJudged,
    BulkConfirmation,
    BulkConfirmed,
    Deduction,
    DeductionTrace,
    Limit,
    LimitSet,
    Notice,
    Objection,
    State,
    Waiver,
)

router = APIRouter(tags=["deductions"])

Reader = Annotated[Principal, allowed("deductions.read")]
Decider = Annotated[Principal, allowed("deductions.decide")]
Text = Annotated[str | None, Query(max_length=100, pattern=r"^[^\x00]+$")]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which deductions are asked for; what is left out does not matter."""

    period: str | None = None
    state: State | None = None
    employee_no: Text = None
    clause_id: Text = None

    def wanted(self) -> Wanted:
        """Read it. Raises PeriodUnreadable."""
        period = read_period(self.period) if self.period is not None else None
        return Wanted(period, self.state, self.employee_no, self.clause_id)


@router.get("/deductions", response_model=Paged[Deduction])
async def list_deductions(
    session: Reading,
    by: Reader,
    page: Page,
    asked: Annotated[Asked, Depends()],
) -> Any:
    """List what is proposed to be taken, or was: one's own, one's team's, or everybody's; newest first."""
    rows = [_shaped(row) for row in await deductions.deduction_page(session, seen_by(by), asked.wanted(), page)]
    items, following = cut(rows, page, key=lambda row: (str(row["id"]),))
    return {"items": items, "next": following}


@router.get("/deductions/{id}", response_model=DeductionTrace)
async def read_deduction(session: Reading, by: Reader, id: UUID) -> Any:
    """Follow one deduction back to its events and forward to the payslips in which it was taken or given back."""
    return await _traced(session, by, id)


@router.post("/deductions/confirm", response_model=BulkConfirmed)
async def confirm_many(session: Session, by: Decider, once: Once, body: BulkConfirmation) -> Any:
    """Confirm many: those named, or everything proposed that fits. What may not be confirmed comes with its reason."""

    async def act() -> dict[str, Any]:
        period = read_period(body.period) if body.period is not None else None
        wanted = Wanted(period, "proposed", body.employee_no, body.clause_id)
        confirmed, refused = await decide_deduction.confirm_deductions(
            session, by, seen_by(by), ids=body.ids, wanted=wanted, most=MOST
        )
        said = [
            {"id": one.id, "code": one.refusal.code, "detail": one.refusal.detail, "detail_zh": one.refusal.detail_zh}
            for one in refused
        ]
        return {"confirmed": confirmed, "refused": said}

    return await once(session, by, act)


@router.post("/deductions/{id}/confirm", response_model=DeductionTrace)
async def confirm(session: Session, by: Decider, once: Once, id: UUID) -> Any:
    """Confirm one deduction: it is taken from now on. 403 above one's authority, 409 for one's own."""

    async def act() -> dict[str, Any]:
        await decide_deduction.confirm_deduction(session, by, seen_by(by), id)
        return await _traced(session, by, id)

    return await once(session, by, act)


@router.post("/deductions/{id}/waive", response_model=DeductionTrace)
async def waive(session: Session, by: Decider, once: Once, id: UUID, body: Waiver) -> Any:
    """Decide that one deduction is not taken, and say why. 403 above one's authority, 409 for one's own."""

    async def act() -> dict[str, Any]:
        await decide_deduction.waive_deduction(session, by, seen_by(by), id, body.reason)
        return await _traced(session, by, id)

    return await once(session, by, act)


@router.post("/deductions/{id}/appeals", status_code=201, response_model=Appeal)
async def file_appeal(
    session: Session, by: Annotated[Principal, allowed("deductions.appeal")], once: Once, id: UUID, body: Objection
) -> Any:
    """Object to one of one's own deductions; somebody who had no part in it will decide."""

    async def act() -> dict[str, Any]:
        scope = seen_by(by)
        filed = await appeal.file_appeal(session, by, scope, id, body.reason)
        return _shaped(await deductions.appeal(session, scope, filed))

    return await once(session, by, act)


@router.get("/appeals", response_model=Paged[Appeal])
async def list_appeals(
    session: Reading,
    by: Annotated[Principal, allowed("appeals.read")],
    page: Page,
    state: deductions.AppealState | None = None,
) -> Any:
    """List appeals: one's own, one's team's, or everybody's; newest first."""
    rows = [_shaped(row) for row in await deductions.appeal_page(session, seen_by(by), state, page)]
    items, following = cut(rows, page, key=lambda row: (str(row["id"]),))
    return {"items": items, "next": following}


@router.post("/appeals/{id}/decide", response_model=Appeal)
async def decide_appeal(
    session: Session, by: Annotated[Principal, allowed("appeals.decide")], once: Once, id: UUID, body: AppealJudged
) -> Any:
    """Decide an appeal. 409 for the employee concerned, and for who decided the deduction itself."""

    async def act() -> dict[str, Any]:
        scope = seen_by(by)
        await appeal.decide_appeal(session, by, scope, id, **body.model_dump())
        return _shaped(await deductions.appeal(session, scope, id))

    return await once(session, by, act)


@router.get("/me/notices", response_model=Paged[Notice])
async def list_my_notices(session: Reading, by: Annotated[Principal, allowed("notices.read")], page: Page) -> Any:
    """List what one was told about one's pay, newest first."""
    if by.employee_no is None:
        raise PayslipNotFound()
    rows = await deductions.notice_page(session, by.employee_no, page)
    items, following = cut(rows, page, key=lambda row: (str(row["id"]),))
    return {"items": items, "next": following}


@router.get("/authority", response_model=Limit)
async def read_authority(
    session: Reading, by: Annotated[Principal, allowed("authority.read")], request: Request, now: Now
) -> Any:
    """Tell up to which amount leads and HR decide about a deduction today."""
    today = now.astimezone(settings_of(request).timezone).date()
    return {"amount": await deductions.authority_limit(session, today), "day": today}


@router.put("/authority", response_model=Limit)
async def set_authority(session: Session, by: Annotated[Principal, allowed("authority.write")], body: LimitSet) -> Any:
    """Set another limit from a day on; decisions made before stay as they are."""
    await set_limit.set_limit(session, body.amount, body.valid_from)
    return {"amount": body.amount, "day": body.valid_from}


async def _traced(session: Any, by: Principal, id: UUID) -> dict[str, Any]:
    trace = await deductions.deduction_trace(session, seen_by(by), id)
    appeals = [_shaped(row) for row in trace["appeals"]]
    return _shaped(trace) | {"appeals": appeals, "taken": [_shaped(row) for row in trace["taken"]]}


def _shaped(row: Mapping[Any, Any]) -> dict[str, Any]:
    return dict(row) | {"period": str(Period.of(row["period"]))}
