"""Bodies about terms of pay, loss cases and figures."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from payroll.schemas.base import Asked, Money, Month, Name, Number, Words

Bonus = Annotated[Money | None, Field(ge=0, examples=["800.00"])]


class TermsAgreed(Asked):
    """What was agreed with somebody from a day on; a base salary of 0 is commission only."""

    valid_from: date
    base_salary: Annotated[Money, Field(ge=0, examples=["3500.00"])]
    performance_bonus: Annotated[Bonus, Field(description="monthly pool that clauses may find not earned")] = None
    attendance_bonus: Annotated[Bonus, Field(description="monthly pool for full attendance")] = None
    scheme: Annotated[Name | None, Field(description="pack that prices this person; none: the only one adopted")] = None
    work_place: Annotated[Name | None, Field(description="whose wage rules apply; none: the directory's")] = None


class TermsVersion(BaseModel):
    """One agreement about pay."""

    employee_no: str
    version: int
    valid_from: date
    base_salary: Decimal
    performance_bonus: Decimal | None
    attendance_bonus: Decimal | None
    scheme: str | None
    work_place: str | None


class TermsHistory(BaseModel):
    """Every agreement with somebody, newest first."""

    items: list[TermsVersion]


class LossDecided(Asked):
    """A decision that an employee caused a loss: found, proved, and told to the employee before."""

    employee_no: Number
    clause_id: Annotated[Name, Field(description="the clause that was broken", examples=["B-05.D1.1"])]
    amount: Annotated[Money, Field(gt=0)]
    finding: Words
    proof: Words
    noticed_on: Annotated[date, Field(description="day on which the employee was told in writing of reason and amount")]
    decided_on: date


class FigureReported(Asked):
    """A month's count out of an outside report, until the service that counts it reports every single one."""

    employee_no: Number
    period: Month
    type: Annotated[Literal["inquiry.counted", "inquiry.won"], Field(description="what was counted")]
    occurrences: Annotated[int, Field(ge=0, le=1_000_000)]
    source: Annotated[Words, Field(description="which report, so that it can be found again")]


class Loss(BaseModel):
    """A decision that an employee caused a loss."""

    case_id: UUID
    employee_no: str
    clause_id: str
    amount: Decimal
    finding: str
    proof: str
    noticed_on: date
    decided_on: date
    decided_at: datetime
    decided_by: str


class Figure(BaseModel):
    """A month's count out of an outside report; of several for one person, month and type the newest holds."""

    id: UUID
    employee_no: str
    period: Month
    type: str
    occurrences: int
    source: str
    entered_at: datetime
    entered_by: str
