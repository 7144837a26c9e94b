"""Bodies about pay runs."""

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel

from payroll.schemas.base import Asked, Bilingual, Month


class RunWanted(Asked):
    """Calculate a period for everybody."""

    period: Month


class Run(BaseModel):
    """A calculation of a period: `differences` only, once its pay is issued. Totals are by kind or legal class."""

    id: UUID
    period: Month
    number: int
    differences: bool
    state: Literal["computed", "approved", "issued"]
    people: int
    problems: int
    gross: Decimal
    net: Decimal
    totals: dict[str, Decimal]
    evidence: dict[str, Any]
    prepared_by: str
    prepared_at: datetime
    approved_by: str | None
    approved_at: datetime | None
    issued_by: str | None
    issued_at: datetime | None


class Check(BaseModel):
    """Two sums out of what is stored that have to agree."""

    name: Literal["lines-equal-payslips", "payslips-equal-run", "people"]
    left: Decimal
    right: Decimal
    holds: bool


class Warned(Bilingual):
    """Something an approver should know."""

    name: Literal["sales-of-nobody", "quarantine", "period-before-open", "deductions-pending"]


class RunChecks(BaseModel):
    """Whether a run adds up, and what an approver should know beside it."""

    checks: list[Check]
    warnings: list[Warned]


class RunPayslip(BaseModel):
    """One payslip of a run, in short."""

    employee_no: str
    name: str | None
    gross: Decimal
    net: Decimal
    problems: int
