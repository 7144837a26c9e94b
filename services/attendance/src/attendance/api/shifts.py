"""Shift templates over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Response

from attendance.commands.define_shifts import define_templates
from attendance.domain.shifts import Template, read_segments, written
from attendance.queries import shifts as queries
from attendance.schemas.roster import TemplateAsked, TemplateSaid
from chassis.auth import Principal
from chassis.pagination import Page, Paged, cut
from chassis.web import Reading, Session, allowed

router = APIRouter(prefix="/shift-templates", tags=["shifts"])

Reader = Annotated[Principal, allowed("shifts.read")]
Writer = Annotated[Principal, allowed("shifts.write")]


def _said(row: Any) -> dict[str, Any]:
    segments = written(queries.template_of(row).segments)
    return {**row, "segments": [{"starts": starts, "ends": ends} for starts, ends in segments]}


@router.post("", status_code=201, response_model=TemplateSaid)
async def define_shift(session: Session, by: Writer, body: TemplateAsked, response: Response) -> Any:
    """Define a shift; one that says something else than before is a new version, for what is rostered from now on.

    200 when it says what is there already.
    """
    template = Template(
        code=body.code,
        name=body.name,
        segments=read_segments([(hours.starts, hours.ends) for hours in body.segments], "segments"),
        punches=body.punches,
        grace_minutes=body.grace_minutes,
        meal_minutes=body.meal_minutes,
    )
    [taken] = await define_templates(session, [template])
    response.status_code = 200 if taken == "same" else 201
    return _said(await queries.template(session, body.code))


@router.get("", response_model=Paged[TemplateSaid])
async def list_shifts(session: Reading, by: Reader, page: Page) -> Any:
    """List shift templates by code."""
    rows = await queries.template_page(session, page)
    items, following = cut(rows, page, key=lambda row: (row["code"],))
    return {"items": [_said(row) for row in items], "next": following}


@router.get("/{code}", response_model=TemplateSaid)
async def read_shift(session: Reading, by: Reader, code: str) -> Any:
    """Read one shift template."""
    return _said(await queries.template(session, code))
