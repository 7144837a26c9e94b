"""Bodies of punches and their corrections."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, WithJsonSchema

from attendance.schemas.directory import Asked, Number

At = Annotated[
    datetime,
    Field(
        description="what the clock showed; without an offset a wall time of `zone`", examples=["2026-11-02T08:29:10"]
    ),
]
Zone = Annotated[
    str | None, Field(max_length=64, description="IANA name; the company's unless given", examples=["Asia/Shanghai"])
]
Reason = Annotated[str, Field(min_length=1, max_length=300)]
Note = Annotated[str | None, Field(max_length=300)]


class PunchAsked(Asked):
    """A punch; who punches for themselves leaves the time out: it is now."""

    employee_no: Number
    at: At | None = None
    zone: Zone = None
    device: Annotated[str | None, Field(max_length=100)] = None


class PunchesAsked(Asked):
    """Punches; all are taken, or none."""

    punches: Annotated[list[PunchAsked], Field(min_length=1, max_length=1000)]


class PunchSaid(BaseModel):
    """A punch as it was recorded; `invalid` when an approved correction declared it so."""

    employee_no: str
    at: datetime
    zone: str
    wall_time: Annotated[datetime, WithJsonSchema({"type": "string", "description": "as clocks there showed, no zone"})]
    device: str | None
    source: Literal["api", "import", "correction"]
    received_at: datetime
    recorded_by: str
    invalid: bool


class CorrectionAsked(Asked):
    """A punch that should be added, or one that should not count."""

    employee_no: Number
    what: Literal["add", "invalidate"]
    at: At
    zone: Zone = None
    reason: Reason


class Deciding(Asked):
    """What whoever decides has to say."""

    note: Note = None


class CorrectionSaid(BaseModel):
    """A correction as it stands."""

    correction_id: UUID
    employee_no: str
    what: Literal["add", "invalidate"]
    at: datetime
    zone: str
    reason: str
    state: Literal["requested", "approved", "refused"]
    asked_at: datetime
    asked_by: str
    note: str | None
    decided_at: datetime | None
    decided_by: str | None
