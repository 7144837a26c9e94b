"""A line of a payslip: what a clause wanted, what the law allowed, what is carried, and everything it rests on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple, TypeAlias
from uuid import UUID

from payroll.domain.clause import LegalClass, Source, Step
from payroll.domain.money import ZERO
from payroll.domain.text import Text

# what a deduction was judged for: an event, or a window such as "2026-11"
Evidence: TypeAlias = UUID | str


class Kind(StrEnum):
    """What a line is."""

    SALARY = "salary"
    EARNING = "earning"
    REVERSAL = "reversal"
    DEDUCTION = "deduction"
    GIVEN_BACK = "given_back"


class State(StrEnum):
    """What became of a deduction that a clause proposes; automatic ones need nobody's decision."""

    AUTOMATIC = "automatic"
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REDUCED = "reduced"
    WAIVED = "waived"
    REVOKED = "revoked"


class Entry(NamedTuple):
    """One fact inside a line: the person's money in it, the exact result and the result to the cent.

    `sale` is the event whose result this entry takes or gives back; the sale itself for the entry of a sale.
    """

    event_id: UUID
    about: str
    day: date
    amount: Decimal
    exact: Decimal
    result: Decimal
    sale: UUID | None
    text: Text | None = None


def event_of(evidence: Evidence) -> UUID:
    """Name an event by its id; a month is named by a made-up one such as 00000000-…-000000202611 (in decimal)."""
    return evidence if isinstance(evidence, UUID) else UUID(evidence.replace("-", "").zfill(32))


class Limit(NamedTuple):
    """A limit that was held against a line; `amount` is what it left, None where it could not be established."""

    title: Text
    amount: Decimal | None
    reference: Text | None
    confidence: str | None


@dataclass(frozen=True, slots=True)
class Line:
    """One line. Amounts are signed as they change the net: earnings positive, what is taken negative.

    `wanted` = `allowed` + `carried` + what lapses (a bonus that was not there to lose, a proposal that nobody
    confirmed). `key` is the same in every run of a period, so that runs can be compared line by line. A deduction
    has a `state`, and either the `event_id` of the fact that it was judged for or a `window` such as `2026-11`.
    `noticed_on` is the day on which the employee was told of it, `decided_on` the day by which that had to be: a
    person's decision; None for what nobody decides, or was decided in an earlier month. `belongs_to` names the closed
    period whose late difference the line is.
    """

    key: str
    kind: Kind
    clause_id: str
    version: str
    title: Text
    source: Source
    pool: str
    wanted: Decimal
    since: date
    allowed: Decimal = ZERO
    carried: Decimal = ZERO
    legal_class: LegalClass | None = None
    inputs: Mapping[str, str] | None = None
    steps: tuple[Step, ...] = ()
    pattern: Text | None = None
    entries: tuple[Entry, ...] = ()
    limits: tuple[Limit, ...] = ()
    noticed_on: date | None = None
    decided_on: date | None = None
    balance_id: str | None = None
    state: State | None = None
    event_id: UUID | None = None
    window: str | None = None
    belongs_to: str | None = None

    @property
    def told(self) -> bool:
        """Tell whether the employee was told before it was decided, also of a month that was over by then."""
        noticed, decided = self.noticed_on, self.decided_on
        return noticed is not None and (decided is None or noticed <= decided)


@dataclass(frozen=True, slots=True)
class Balance:
    """An amount that could not be taken yet (`outstanding` > 0) and all that its line will need when it is."""

    id: str
    employee_no: str
    kind: Kind
    clause_id: str
    version: str
    title: Text
    source: Source
    pool: str
    legal_class: LegalClass
    outstanding: Decimal
    since: date
    noticed_on: date | None = None
    event_id: UUID | None = None
    window: str | None = None


def balance_of(line: Line, employee_no: str) -> Balance | None:
    """Keep what a line carries to later months; None when it carries nothing."""
    if not line.carried:
        return None
    assert line.legal_class is not None
    return Balance(
        id=line.balance_id or line.key,
        employee_no=employee_no,
        kind=line.kind,
        clause_id=line.clause_id,
        version=line.version,
        title=line.title,
        source=line.source,
        pool=line.pool,
        legal_class=line.legal_class,
        outstanding=-line.carried,
        since=line.since,
        noticed_on=line.noticed_on,
        event_id=line.event_id,
        window=line.window,
    )


def carried_line(balance: Balance, period: str) -> Line:
    """Ask for a balance again in a later month; its pool, class and notice are those of the beginning."""
    zh, en = (
        f"以前月份结转未扣 {balance.outstanding}",
        f"carried from earlier months: {balance.outstanding} outstanding",
    )
    return Line(
        key=f"{balance.id}>{period}",
        kind=balance.kind,
        clause_id=balance.clause_id,
        version=balance.version,
        title=balance.title,
        source=balance.source,
        pool=balance.pool,
        wanted=-balance.outstanding,
        since=balance.since,
        legal_class=balance.legal_class,
        inputs={"outstanding": str(balance.outstanding)},
        steps=(Step(Text(zh, en), str(-balance.outstanding)),),
        noticed_on=balance.noticed_on,
        balance_id=balance.id,
        event_id=balance.event_id,
        window=balance.window,
    )
