"""Bodies of leave."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from attendance.domain.leave import LeaveType, State
from attendance.schemas.directory import Asked, Number
from attendance.schemas.punches import Note, Reason

Certificate = Annotated[str, Field(min_length=1, max_length=200, description="reference of the hospital certificate")]


class LeaveAsked(Asked):
    """Leave: first_day and last_day for whole business dates, or starts_at and ends_at for hours.

    Times without an offset are wall times of the company.
    """

    employee_no: Number
    leave_type: LeaveType
    first_day: date | None = None
    last_day: date | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    emergency: Annotated[bool, Field(description="sudden illness or incident: no notice is due (A-004-3.2.4)")] = False
    certificate: Certificate | None = None
    reason: Reason


class Certifying(Asked):
    """A hospital certificate (A-000-1.2.4.2a)."""

    certificate: Certificate


class LeaveSaid(BaseModel):
    """A leave as it stands; `short_notice`: asked for later than the notice that is due."""

    leave_id: UUID
    employee_no: str
    leave_type: LeaveType
    first_day: date
    last_day: date
    starts_at: datetime | None
    ends_at: datetime | None
    emergency: bool
    short_notice: bool
    certificate: str | None
    reason: str
    state: State
    asked_at: datetime
    asked_by: str


class LeaveStep(BaseModel):
    """What became of a leave once."""

    what: Literal["certified", "approved", "refused", "withdrawn"]
    note: str | None
    recorded_at: datetime
    recorded_by: str


class LeaveDetail(LeaveSaid):
    """A leave with what became of it, in order."""

    steps: list[LeaveStep]


class Withdrawing(Asked):
    """Why a leave is withdrawn."""

    note: Note = None


def leave_detail(row: Any, steps: Any) -> dict[str, Any]:
    """Shape a leave with its steps."""
    return {**row, "steps": steps}
