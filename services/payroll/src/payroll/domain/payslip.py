"""A payslip: the lines of one person's month, and what follows from them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from payroll.domain.clause import LegalClass, Source, Step
from payroll.domain.line import Balance, Kind, Line
from payroll.domain.money import ZERO
from payroll.domain.period import Period
from payroll.domain.text import Text

EARNING = (Kind.SALARY, Kind.EARNING)
NOT_EARNED = (LegalClass.UNWORKED_TIME, LegalClass.BONUS_NOT_EARNED)


@dataclass(frozen=True, slots=True)
class Recommendation:
    """Something a clause wants a person to decide, such as a demerit or a transfer; it is never executed."""

    clause_id: str
    version: str
    title: Text
    source: Source
    what: Text
    about: str
    day: date
    event_id: UUID | None
    window: str | None
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Payslip:
    """One person's month. `gross` is the wage earned, before anything else is taken; `net` is the sum of the lines.

    `remarks` say what had no effect and why; while there are `problems` the payslip may not be issued.
    """

    employee_no: str
    period: Period
    lines: tuple[Line, ...]
    gross: Decimal
    net: Decimal
    remarks: tuple[Text, ...] = ()
    problems: tuple[Text, ...] = ()
    balances: tuple[Balance, ...] = ()
    recommendations: tuple[Recommendation, ...] = ()


def earned_by(lines: Iterable[Line]) -> Decimal:
    """Add up the wage earned: pay, less what was not worked or turned out not to be earned."""
    return sum((x.allowed for x in lines if x.kind in EARNING or x.legal_class in NOT_EARNED), ZERO)


def differences(issued: Sequence[Line], now: Sequence[Line]) -> list[Line]:
    """Tell what a re-run changes of an issued period: one line per key whose allowed amount differs.

    A line that is gone is taken back in full. `issued` may hold several lines of a key: the payslip and differences
    issued since.
    """
    before: dict[str, Line] = {}
    for old in issued:
        known = before.get(old.key)
        before[old.key] = old if known is None else replace(known, allowed=known.allowed + old.allowed)
    after, changed = {line.key: line for line in now}, []
    for key in sorted(before.keys() | after.keys()):
        was, line = before.get(key), after.get(key)
        change = (line.allowed if line else ZERO) - (was.allowed if was else ZERO)
        if not change:
            continue
        if line is None:
            assert was is not None
            line = replace(was, entries=(), steps=(), limits=())
        changed.append(replace(line, wanted=change, allowed=change, carried=ZERO))
    return changed
