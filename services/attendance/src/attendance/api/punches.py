"""Punches over HTTP."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from attendance.api.periods import Period
from attendance.api.several import all_or_none
from attendance.commands.take_punches import Told, take_punches
from attendance.domain.errors import OnlyForYourself, PunchTimeIsNow
from attendance.domain.permissions import punches_for_others
from attendance.queries.punches import punch_page
from attendance.schemas.directory import Number
from attendance.schemas.punches import PunchAsked, PunchesAsked, PunchSaid
from attendance.schemas.roster import ResultSaid
from chassis.auth import Principal
from chassis.idempotency import Once
from chassis.pagination import Page, Paged, cut
from chassis.web import Now, Reading, Session, allowed, settings_of

router = APIRouter(prefix="/punches", tags=["punches"])

Reader = Annotated[Principal, allowed("punches.read")]
Puncher = Annotated[Principal, allowed("punches.write")]


def _told(asked: PunchAsked, by: Principal, now: datetime) -> Told:
    if not punches_for_others(by.roles):
        if asked.employee_no != by.employee_no:
            raise OnlyForYourself()
        if asked.at is not None:
            raise PunchTimeIsNow(field="at")
    return Told(asked.employee_no, asked.at or now.replace(microsecond=0), asked.zone, asked.device)


@router.post("", status_code=201, response_model=ResultSaid)
async def take(session: Session, by: Puncher, once: Once, now: Now, body: PunchesAsked) -> Any:
    """Take punches in, all or none; one that is there already is `same`.

    hr, boss and devices hand them in as they were; anybody else punches for themselves, now (without `at`).
    """
    told = [_told(asked, by, now) for asked in body.punches]

    async def act() -> Any:
        return {"results": all_or_none("punches", await take_punches(session, by, told, "api"))}

    return await once(session, by, act)


@router.get("", response_model=Paged[PunchSaid])
async def list_punches(
    *,
    request: Request,
    session: Reading,
    by: Reader,
    page: Page,
    period: Period,
    employee_no: Annotated[Number | None, Query()] = None,
) -> Any:
    """List punches of a period by person and time."""
    zone = settings_of(request).timezone
    rows = await punch_page(session, by, page, first=period.first, last=period.last, zone=zone, employee_no=employee_no)
    items, following = cut(rows, page, key=lambda row: (row["employee_no"], row["at"].isoformat()))
    return {"items": items, "next": following}
