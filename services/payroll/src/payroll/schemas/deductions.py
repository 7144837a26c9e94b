"""Bodies about deductions: proposed, decided, appealed, and what employees were told."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from payroll.schemas.base import Asked, Bilingual, Money, Month, Name, Number, Words

State = Literal["proposed", "automatic", "confirmed", "waived", "reduced", "revoked"]
Outcome = Literal["upheld", "reduced", "rejected"]
MOST = 1000


class Deduction(BaseModel):
    """Money that a clause proposes to take; amounts are signed as they change the net.

    `evidence` is the event it rests on, or the month of a clause that is judged once a month. `decided_amount` is what
    the last decision leaves of it.
    """

    id: UUID
    period: Month
    employee_no: str
    name: str | None
    clause_id: str
    version: str
    evidence: str
    amount: Decimal
    automatic: bool
    state: State
    about: str
    day: date
    title: Bilingual
    explanation: Bilingual
    assessed_at: datetime
    decided_amount: Decimal | None
    decided_by: str | None
    decided_at: datetime | None
    decided_reason: str | None


class FactSeen(BaseModel):
    """An event as it concerns the person: the ground of a deduction, or (`revokes`) what withdrew it."""

    event_id: UUID
    type: str
    business_date: date
    occurred_at: datetime
    about: str
    shop: str | None
    amount: Decimal | None
    fields: dict[str, Any] | None
    revokes: UUID | None


class Decided(BaseModel):
    """One decision about a deduction; `amount` is what is taken after it."""

    id: UUID
    outcome: Literal["confirmed", "waived", "reduced"]
    amount: Decimal
    reason: str
    appeal_id: UUID | None
    decided_by: str
    decided_at: datetime


class Revoked(BaseModel):
    """Why a deduction holds no longer; `because_of` is the event that said so."""

    because_of: UUID | None
    reason: Bilingual
    revoked_at: datetime


class Notice(BaseModel):
    """What an employee was told."""

    id: UUID
    kind: Literal["deduction.assessed", "deduction.revoked", "deduction.decided", "appeal.decided"]
    assessment_id: UUID | None
    text: Bilingual
    noticed_at: datetime


class Appeal(BaseModel):
    """An employee's objection to one deduction, and what became of it."""

    id: UUID
    assessment_id: UUID
    employee_no: str
    period: Month
    clause_id: str
    title: Bilingual
    amount: Decimal
    reason: str
    appealed_at: datetime
    outcome: Outcome | None
    amount_before: Decimal | None
    amount_after: Decimal | None
    decided_reason: str | None
    decided_by: str | None
    decided_at: datetime | None


class Taken(BaseModel):
    """A line of an issued payslip in which a deduction was taken, carried or given back."""

    period: Month
    sequence: int
    run_id: UUID
    key: str
    allowed: Decimal
    carried: Decimal


class DeductionTrace(Deduction):
    """A deduction with everything behind it: events, decisions, appeals, notices, payslip lines."""

    facts: list[FactSeen]
    decisions: list[Decided]
    appeals: list[Appeal]
    revoked: Revoked | None
    notices: list[Notice]
    taken: list[Taken]


class Waiver(Asked):
    """Why a deduction is not taken."""

    reason: Words


class BulkConfirmation(Asked):
    """Which deductions to confirm: these, or everything proposed that fits; nobody confirms their own."""

    ids: Annotated[list[UUID] | None, Field(min_length=1, max_length=MOST)] = None
    period: Month | None = None
    clause_id: Name | None = None
    employee_no: Number | None = None


class NotConfirmed(BaseModel):
    """A deduction that was not confirmed, and why."""

    id: UUID
    code: str
    detail: str
    detail_zh: str


class BulkConfirmed(BaseModel):
    """What became of a bulk confirmation; `confirmed` may be fewer than wait: ask again."""

    confirmed: list[UUID]
    refused: list[NotConfirmed]


class Objection(Asked):
    """Why the employee objects."""

    reason: Words


class AppealJudged(Asked):
    """How an appeal is decided: upheld (nothing is taken), reduced (`remaining` is still taken), rejected."""

    outcome: Outcome
    reason: Words
    remaining: Annotated[Money | None, Field(gt=0, description="CNY that are still taken, when reduced")] = None


class Limit(BaseModel):
    """Up to which amount leads and HR decide about one deduction; above it the boss does (A-004-8.1a, 8.4)."""

    amount: Decimal
    day: date


class LimitSet(Asked):
    """Another limit from a day on."""

    amount: Annotated[Money, Field(ge=0, examples=["300.00"])]
    valid_from: date
