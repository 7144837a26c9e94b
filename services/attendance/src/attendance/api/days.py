"""Evaluated days over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from attendance.api.periods import Period
from attendance.queries.days import day_page
from attendance.schemas.days import DaySaid, Status
from attendance.schemas.directory import Number
from chassis.auth import Principal
from chassis.pagination import Page, Paged, cut
from chassis.web import Reading, allowed

router = APIRouter(prefix="/days", tags=["days"])

Reader = Annotated[Principal, allowed("days.read")]


@router.get("", response_model=Paged[DaySaid])
async def list_days(
    *,
    session: Reading,
    by: Reader,
    page: Page,
    period: Period,
    employee_no: Annotated[Number | None, Query()] = None,
    status: Annotated[Status | None, Query()] = None,
) -> Any:
    """List evaluated days of a period by person and day; a day is there when its shifts are over."""
    rows = await day_page(
        session, by, page, first=period.first, last=period.last, employee_no=employee_no, status=status
    )
    items, following = cut(rows, page, key=lambda row: (row["employee_no"], str(row["business_date"])))
    return {"items": [{**row, "day": row["business_date"]} for row in items], "next": following}
