"""Bodies of shift templates and rosters."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from attendance.domain.shifts import Punched
from attendance.schemas.directory import Asked, Number

Code = Annotated[str, Field(min_length=1, max_length=64, description="code of the shift template", examples=["晚班"])]
Clock = Annotated[str, Field(max_length=5, description="wall time; 24:00 is midnight", examples=["17:30"])]
State = Literal["draft", "published", "revoked"]


class Hours(BaseModel):
    """A stretch of wall time; an end that is not after the start lies on the next day."""

    starts: Clock
    ends: Clock


class TemplateAsked(Asked):
    """A shift as rosters will name it."""

    code: Code
    name: Annotated[str, Field(min_length=1, max_length=100)]
    segments: Annotated[list[Hours], Field(min_length=1, max_length=8)]
    punches: Annotated[Punched, Field(description="expected once a shift, or once a segment")] = "shift"
    grace_minutes: Annotated[int, Field(ge=0, le=240)] = 0
    meal_minutes: Annotated[
        int | None, Field(ge=0, le=1440, description="from so many worked minutes on the day earns a meal")
    ] = None


class TemplateSaid(BaseModel):
    """The newest version of a shift template."""

    code: str
    version: int
    name: str
    segments: list[Hours]
    punches: Punched
    grace_minutes: int
    meal_minutes: int | None
    recorded_at: datetime
    recorded_by: str


class SeatBody(Asked):
    """A shop account that must be staffed during the shift (A-004-1.9c)."""

    shop: Annotated[str, Field(min_length=1, max_length=64)]
    account: Annotated[str | None, Field(min_length=1, max_length=64)] = None


class EntryAsked(Asked):
    """Somebody on a shift on one business date."""

    employee_no: Number
    day: date
    shift: Code
    seats: Annotated[tuple[SeatBody, ...], Field(max_length=50)] = ()


class RosterAsked(Asked):
    """Entries of the roster; all are entered, or none."""

    entries: Annotated[list[EntryAsked], Field(min_length=1, max_length=1000)]


class ResultSaid(BaseModel):
    """What became of each of several things, in their order."""

    results: list[Literal["new", "same", "amended"]]


class PublishAsked(Asked):
    """Which drafts to publish: those of a period, of everybody or of some people."""

    first_day: date
    last_day: date
    employee_nos: Annotated[list[Number] | None, Field(max_length=1000)] = None


class RunSaid(BaseModel):
    """Somebody without a rest day for longer than is meant (B-01.1b: six on, one off)."""

    employee_no: str
    days: int


class PublishedSaid(BaseModel):
    """How many entries were published; `warnings` do not keep anything from being published."""

    published: int
    warnings: list[RunSaid]


class TakingOff(Asked):
    """Why an entry is taken off."""

    reason: Annotated[str, Field(min_length=1, max_length=300)]


class SegmentSaid(BaseModel):
    """A stretch of a shift."""

    starts_at: datetime
    ends_at: datetime


class DutySaid(BaseModel):
    """An entry of the roster."""

    duty_id: UUID
    employee_no: str
    day: date
    shift: str
    segments: list[SegmentSaid]
    seats: list[SeatBody]
    state: State


def duty_said(row: Any) -> dict[str, Any]:
    """Shape a row of the roster."""
    return {
        "duty_id": row["duty_id"],
        "employee_no": row["employee_no"],
        "day": row["business_date"],
        "shift": row["shift"],
        "segments": [
            {"starts_at": starts, "ends_at": ends} for starts, ends in zip(row["starts"], row["ends"], strict=True)
        ],
        "seats": [
            {"shop": shop, "account": account} for shop, account in zip(row["shops"], row["accounts"], strict=True)
        ],
        "state": row["state"],
    }
