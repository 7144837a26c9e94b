"""Bodies of requests and answers of the staff directory."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from attendance.domain.text import LONGEST, LONGEST_NUMBER

Number = Annotated[str, Field(max_length=LONGEST_NUMBER, description="工号", examples=["A001"])]
Words = Annotated[str, Field(max_length=LONGEST)]
WorkPlace = Annotated[str, Field(max_length=LONGEST, description="the place whose wage rules apply", examples=["广州"])]
ValidFrom = Annotated[
    date | None, Field(description="day it takes effect; today unless given, never before the last recorded change")
]


class Asked(BaseModel):
    """A request body; a field it does not know is refused, since it would be silently lost."""

    model_config = ConfigDict(extra="forbid")


class Hiring(Asked):
    """Somebody joins."""

    employee_no: Number
    name: Annotated[Words, Field(examples=["林小满"])]
    department: Annotated[Words, Field(examples=["电商一部"])]
    post: Annotated[Words, Field(examples=["客服"])]
    hire_date: date
    manager_no: Number | None = None
    work_place: WorkPlace | None = None


class Changing(Asked):
    """What is different now; fields that are not sent stay as they are, null clears manager or work place."""

    name: Words | None = None
    department: Words | None = None
    post: Words | None = None
    hire_date: date | None = None
    manager_no: Number | None = None
    work_place: WorkPlace | None = None
    valid_from: ValidFrom = None


class Leaving(Asked):
    """Somebody leaves."""

    leave_date: Annotated[date, Field(description="the last day of employment")]


class Employee(BaseModel):
    """An entry of the staff directory as it stands."""

    employee_no: str
    name: str
    department: str
    post: str
    hire_date: date
    manager_no: str | None
    work_place: str | None
    leave_date: date | None
    valid_from: date


class EmployeeRecord(Employee):
    """What was recorded once about an employee; records are only ever added."""

    what: Literal["hired", "changed", "left"]
    recorded_at: datetime
    recorded_by: str
    event_id: UUID
