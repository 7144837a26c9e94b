"""Bodies about closing a period."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from payroll.schemas.base import Bilingual, Month


class Pending(Bilingual):
    """One matter that stands in the way of closing; of one producer, or of payroll itself."""

    code: str
    producer: str | None


class Closability(BaseModel):
    """Whether a period can be closed now; `pending` is empty when it can, and when it is closed."""

    period: Month
    closed_at: datetime | None
    closable: bool
    pending: list[Pending]


class Total(BaseModel):
    """How many events, and the sum of their measure where there is one."""

    count: int
    sum: Decimal | None


class TypeTotal(BaseModel):
    """A control total: as sealed, and as payroll's own facts come to."""

    type: str
    sealed: Total
    here: Annotated[Total | None, Field(description="none where payroll records nothing of it: the chain covers it")]


class ProducerEvidence(BaseModel):
    """What one producer sealed; `chain` is the hash of everything it said up to `position`."""

    producer: str
    position: int
    chain: str
    epoch: int
    consumed_to: int
    event_id: UUID
    sealed_by: str
    sealed_at: datetime
    totals: list[TypeTotal]


class RunIssued(BaseModel):
    """A run that was issued for the period."""

    id: UUID
    number: int
    sequence: int
    people: int
    net: Decimal
    prepared_by: str
    approved_by: str
    issued_by: str
    issued_at: datetime
    rulebook: list[str]


class CertificateContent(BaseModel):
    """Everything a close rested on."""

    period: Month
    producers: list[ProducerEvidence]
    runs: list[RunIssued]
    people: int
    net: Decimal
    deductions: Annotated[dict[str, int], Field(description="how many stand in which state")]
    closed_by: str
    closed_at: datetime


class Certificate(BaseModel):
    """Why a period could be closed; `fingerprint` is the SHA-256 of the content as it is stored and was announced."""

    period: Month
    fingerprint: str
    closed_by: str
    closed_at: datetime
    content: CertificateContent
