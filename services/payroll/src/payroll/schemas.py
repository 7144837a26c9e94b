"""Bodies of requests and answers of payroll."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Number = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=64, pattern=r"^[^\x00-\x20\x7f]+$"),
    Field(description="工号", examples=["A001"]),
]
EmployeeNo = Annotated[str, Path(max_length=64, pattern=r"^[^\x00]+$", description="工号")]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=r"^[^\x00]+$")]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00]+$")]
Month = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$", description="year and month", examples=["2026-05"])]
Money = Annotated[Decimal, Field(max_digits=12, decimal_places=2, description="CNY")]


class Asked(BaseModel):
    """A request body; a field it does not know is refused, since it would be silently lost."""

    model_config = ConfigDict(extra="forbid")


class Bilingual(BaseModel):
    """One wording in both languages."""

    zh: str
    en: str


class TermsAgreed(Asked):
    """What was agreed with somebody from a day on; a base salary of 0 is commission only."""

    valid_from: date
    base_salary: Annotated[Money, Field(ge=0, examples=["3500.00"])]
    scheme: Annotated[Name | None, Field(description="pack that prices this person; none: the only one adopted")] = None
    work_place: Annotated[Name | None, Field(description="whose wage rules apply; none: the directory's")] = None


class TermsVersion(BaseModel):
    """One agreement about pay."""

    employee_no: str
    version: int
    valid_from: date
    base_salary: Decimal
    scheme: str | None
    work_place: str | None


class TermsHistory(BaseModel):
    """Every agreement with somebody, newest first."""

    items: list[TermsVersion]


class VersionDraft(Asked):
    """A version of the rulebook: a shipped pack (or the company's own text of it), with changed parameters."""

    pack: Annotated[Name, Field(examples=["night-shop-5"])]
    pack_version: Annotated[int, Field(ge=1)]
    in_force_from: date
    parameters: Annotated[
        dict[Name, dict[Name, Name | dict[Name, Name] | None]],
        Field(
            description="clause id -> parameter -> value as written in a pack",
            examples=[{"B-05.R2.1": {"rate": "1 %"}}],
        ),
    ] = {}
    content: Annotated[str | None, Field(max_length=500_000, description="a pack; none: the shipped text")] = None


class RulebookVersion(BaseModel):
    """A version of the rulebook: a draft is linted, since it is saved only without faults; signed, it prices."""

    id: UUID
    state: Literal["linted", "signed"]
    pack: str
    number: int
    pack_version: int
    in_force_from: date
    changes: dict[str, Any]
    warnings: list[Bilingual]
    author: str
    drafted_at: datetime
    signed_by: str | None
    signed_at: datetime | None


class RulebookText(RulebookVersion):
    """A version with the whole text it was made of."""

    content: str


class RulebookVersions(BaseModel):
    """Every version of the rulebook."""

    items: list[RulebookVersion]


class Pack(BaseModel):
    """A pack that the product ships."""

    pack: str
    title: Bilingual
    versions: list[int]
    content: str


class Packs(BaseModel):
    """The packs that the product ships."""

    items: list[Pack]


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


class Recorded(BaseModel):
    """Something was recorded under this id."""

    id: UUID


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

    name: Literal["sales-of-nobody", "quarantine", "period-before-open"]


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
    kind: Literal["salary", "earning", "reversal", "deduction"]
    clause_id: str
    version: str
    title: Bilingual
    source: Source
    legal_class: str | None
    pool: str
    wanted: Decimal
    allowed: Decimal
    carried: Decimal
    explanation: Bilingual
    inputs: dict[str, str]
    steps: list[Step]
    limits: list[Limit]
    entries: list[Entry]


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


class PayslipWithDifferences(Payslip):
    """An issued payslip and the differences issued since; `total_net` is all of it."""

    differences: list[Payslip]
    total_net: Decimal
