"""The roster over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from attendance.api.periods import Period, checked
from attendance.api.several import all_or_none
from attendance.commands.plan_roster import Entry, plan_roster, take_off
from attendance.commands.publish_roster import publish_roster
from attendance.queries.roster import roster_page
from attendance.schemas.directory import Number
from attendance.schemas.roster import (
    DutySaid,
    PublishAsked,
    PublishedSaid,
    ResultSaid,
    RosterAsked,
    State,
    TakingOff,
    duty_said,
)
from chassis.auth import Principal
from chassis.idempotency import Once
from chassis.pagination import Page, Paged, cut
from chassis.web import Reading, Session, allowed

router = APIRouter(prefix="/roster", tags=["roster"])

Reader = Annotated[Principal, allowed("roster.read")]
Planner = Annotated[Principal, allowed("roster.write")]


@router.get("", response_model=Paged[DutySaid])
async def list_roster(
    *,
    session: Reading,
    by: Reader,
    page: Page,
    period: Period,
    employee_no: Annotated[Number | None, Query()] = None,
    state: Annotated[State | None, Query()] = None,
) -> Any:
    """List the roster of a period by day and person."""
    rows = await roster_page(
        session, by, page, first=period.first, last=period.last, employee_no=employee_no, state=state
    )
    key = ("business_date", "employee_no", "duty_id")
    items, following = cut(rows, page, key=lambda row: [str(row[name]) for name in key])
    return {"items": [duty_said(row) for row in items], "next": following}


@router.post("", status_code=201, response_model=ResultSaid)
async def plan(session: Session, by: Planner, once: Once, body: RosterAsked) -> Any:
    """Put people on shifts, as drafts; all entries or none. 409 names both shifts where two overlap."""
    entries = [
        Entry(one.employee_no, one.day, one.shift, tuple((seat.shop, seat.account) for seat in one.seats))
        for one in body.entries
    ]

    async def act() -> Any:
        return {"results": all_or_none("entries", await plan_roster(session, by, entries))}

    return await once(session, by, act)


@router.post("/publish", response_model=PublishedSaid)
async def publish(session: Session, by: Planner, once: Once, body: PublishAsked) -> Any:
    """Publish the drafts of a period; who is on duty for longer than six days in a row is named in `warnings`."""
    period = checked(body.first_day, body.last_day, "last_day")

    async def act() -> Any:
        return await publish_roster(session, by, period.first, period.last, body.employee_nos)

    return await once(session, by, act)


@router.post("/{duty_id}/revoke", response_model=DutySaid)
async def revoke(session: Session, by: Planner, duty_id: UUID, body: TakingOff) -> Any:
    """Take an entry off the roster; a published one is revoked, and its day evaluated anew."""
    return duty_said(await take_off(session, by, duty_id, body.reason))
