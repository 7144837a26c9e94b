"""Leave over HTTP."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request

from attendance.commands import ask_leave as commands
from attendance.domain.errors import LeaveMixesDaysAndHours
from attendance.domain.leave import State
from attendance.domain.wall import instant_of
from attendance.queries import leaves as queries
from attendance.schemas.directory import Number
from attendance.schemas.leaves import Certifying, LeaveAsked, LeaveDetail, LeaveSaid, Withdrawing, leave_detail
from attendance.schemas.punches import Deciding
from chassis.auth import Principal
from chassis.idempotency import Once
from chassis.pagination import Page, Paged, cut
from chassis.web import Reading, Session, allowed, settings_of

router = APIRouter(prefix="/leaves", tags=["leaves"])

Reader = Annotated[Principal, allowed("leaves.read")]
Asker = Annotated[Principal, allowed("leaves.write")]
Decider = Annotated[Principal, allowed("leaves.decide")]


def _asked(body: LeaveAsked, zone: ZoneInfo) -> commands.Asked:
    first, last = body.first_day, body.last_day
    starts: datetime | None = None
    ends: datetime | None = None
    if body.starts_at is not None and body.ends_at is not None and first is None and last is None:
        starts = instant_of(body.starts_at, zone, "starts_at", named=False)
        ends = instant_of(body.ends_at, zone, "ends_at", named=False)
        first, last = starts.astimezone(zone).date(), ends.astimezone(zone).date()
    if first is None or last is None or (starts is None) != (body.starts_at is None) or (body.ends_at and not ends):
        raise LeaveMixesDaysAndHours(field="first_day")
    return commands.Asked(
        employee_no=body.employee_no,
        leave_type=body.leave_type,
        first_day=first,
        last_day=last,
        starts_at=starts,
        ends_at=ends,
        emergency=body.emergency,
        certificate=body.certificate,
        reason=body.reason,
    )


@router.post("", status_code=201, response_model=LeaveSaid)
async def ask(request: Request, session: Session, by: Asker, once: Once, body: LeaveAsked) -> Any:
    """Ask for personal or sick leave; it takes effect only when approved. `short_notice` tells that it is late."""
    asked = _asked(body, settings_of(request).timezone)

    async def act() -> Any:
        return {**await commands.ask_leave(session, by, asked)}

    return await once(session, by, act)


@router.get("", response_model=Paged[LeaveSaid])
async def list_leaves(
    *,
    session: Reading,
    by: Reader,
    page: Page,
    employee_no: Annotated[Number | None, Query()] = None,
    state: Annotated[State | None, Query()] = None,
    first: Annotated[date | None, Query(alias="from")] = None,
    last: Annotated[date | None, Query(alias="to")] = None,
) -> Any:
    """List leaves, the latest asked for first; those that touch the period where one is given."""
    rows = await queries.leave_page(session, by, page, employee_no=employee_no, state=state, first=first, last=last)
    items, following = cut(rows, page, key=lambda row: (str(row["leave_id"]),))
    return {"items": items, "next": following}


@router.get("/{leave_id}", response_model=LeaveDetail)
async def read_leave(session: Reading, by: Reader, leave_id: UUID) -> Any:
    """Read one leave with what became of it."""
    row = await queries.leave(session, by, leave_id)
    return leave_detail(row, await queries.leave_history(session, leave_id))


@router.post("/{leave_id}/certificate", response_model=LeaveSaid)
async def certify(session: Session, by: Asker, leave_id: UUID, body: Certifying) -> Any:
    """Record the reference of a hospital certificate."""
    return await commands.certify_leave(session, by, leave_id, body.certificate)


@router.post("/{leave_id}/approve", response_model=LeaveSaid)
async def approve(session: Session, by: Decider, leave_id: UUID, body: Deciding) -> Any:
    """Approve a leave: the direct supervisor a short one, whoever stands above every one, the boss always."""
    return await commands.decide_leave(session, by, leave_id, "approved", body.note)


@router.post("/{leave_id}/refuse", response_model=LeaveSaid)
async def refuse(session: Session, by: Decider, leave_id: UUID, body: Deciding) -> Any:
    """Refuse a leave."""
    return await commands.decide_leave(session, by, leave_id, "refused", body.note)


@router.post("/{leave_id}/withdraw", response_model=LeaveSaid)
async def withdraw(session: Session, by: Asker, leave_id: UUID, body: Withdrawing) -> Any:
    """Withdraw a leave; the days of one that was approved are evaluated anew."""
    return await commands.withdraw_leave(session, by, leave_id, body.note)
