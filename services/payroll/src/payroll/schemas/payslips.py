"""Bodies of payslips: every line with all that explains it."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from payroll.schemas.base import Bilingual, Month


class PayslipShort(BaseModel):
    """An issued payslip, in short; sequence 1 is the pay of the period, later ones are differences."""

    employee_no: str
    name: str | None
    period: Month
    sequence: int
    issued_at: datetime
    gross: Decimal
    net: Decimal
    run_id: UUID


class Step(Bilingual):
    """One step of the arithmetic, and its exact result."""

    value: str


class Entry(BaseModel):
    """One fact inside a line: the event, the person's money in it, and what came of it."""

    event_id: UUID
    about: str
    day: date
    amount: Decimal
    result: Decimal
    explanation: Bilingual


class Limit(BaseModel):
    """A limit held against a line, with the law it comes from; no amount where it could not be established."""

    title: Bilingual
    amount: Decimal | None
    reference: Bilingual | None
    confidence: str | None


class Source(BaseModel):
    """Where the clause stands."""

    document: Bilingual
    clause: str


class Line(BaseModel):
    """A line of a payslip with everything it rests on; amounts are signed as they change the net."""

    key: str
    kind: Literal["salary", "earning", "reversal", "deduction", "given_back"]
    clause_id: str
    version: str
    title: Bilingual
    source: Source
    legal_class: str | None
    pool: str
    state: Annotated[
        Literal["automatic", "proposed", "confirmed", "reduced", "waived", "revoked"] | None,
        Field(description="what became of a deduction; a proposed one takes nothing yet"),
    ]
    event_id: Annotated[UUID | None, Field(description="the event that a deduction was judged for")]
    window: Annotated[str | None, Field(description="the month that a deduction was judged for")]
    deduction_id: Annotated[
        UUID | None, Field(description="where it is confirmed, appealed and traced: /deductions/{id}")
    ]
    belongs_to: Annotated[
        str | None, Field(description="the closed period that this line is a late difference of, as 2026-05")
    ] = None
    wanted: Decimal
    allowed: Decimal
    carried: Decimal
    explanation: Bilingual
    inputs: dict[str, str]
    steps: list[Step]
    limits: list[Limit]
    entries: list[Entry]


class Recommendation(BaseModel):
    """Something a clause wants a person to decide, such as a transfer; it is never carried out by itself."""

    clause_id: str
    version: str
    title: Bilingual
    source: Source
    what: Bilingual
    about: str
    day: date
    event_id: UUID | None
    window: str | None


class Payslip(BaseModel):
    """A payslip: its lines add up to `net`. `sequence` 0 is not issued: how the month looks so far."""

    employee_no: str
    name: str | None
    period: Month
    sequence: int
    issued_at: datetime | None
    gross: Decimal
    net: Decimal
    lines: list[Line]
    remarks: list[Bilingual]
    problems: list[Bilingual]
    recommendations: list[Recommendation]


class PayslipWithDifferences(Payslip):
    """An issued payslip and the differences issued since; `total_net` is all of it."""

    differences: list[Payslip]
    total_net: Decimal
