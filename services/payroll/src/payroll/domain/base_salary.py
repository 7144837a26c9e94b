"""Base salary of a month from dated terms.

No law fixes the pay of a part month (law/statutory.md, section 5). The rule here is calendar days: base salary x days
under these terms / days of the month. It needs no roster, never exceeds the agreed salary, and two agreements in one
month add up to one month; the other usual rule (days worked x base / 21.75) does neither.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from payroll.domain.clause import Source, Step
from payroll.domain.line import Kind, Line
from payroll.domain.money import CONTEXT, ZERO, cents
from payroll.domain.period import Period
from payroll.domain.terms import Person, Terms
from payroll.domain.text import Text

POOL = "base_salary"
CLAUSE_ID = "terms.base-salary"
TITLE = Text("基本工资", "Base salary")


@dataclass(frozen=True, slots=True)
class Stretch:
    """Consecutive days of a month on the same base salary."""

    first: date
    last: date
    terms: Terms

    @property
    def days(self) -> int:
        """Count its calendar days."""
        return (self.last - self.first).days + 1


def stretches(period: Period, person: Person) -> list[Stretch]:
    """Cut the employed days of a month where the base salary changes."""
    employed = person.employed_days(period)
    if employed is None:
        return []
    first, last = employed
    starts = sorted({first, *(t.valid_from for t in person.terms if first < t.valid_from <= last)})
    found: list[Stretch] = []
    for start, end in zip(starts, [*(s - timedelta(days=1) for s in starts[1:]), last], strict=True):
        terms = person.terms_on(start)
        if terms is None:
            continue
        if found and found[-1].terms.base_salary == terms.base_salary and found[-1].last + timedelta(1) == start:
            found[-1] = Stretch(found[-1].first, end, terms)
        else:
            found.append(Stretch(start, end, terms))
    return found


def base_salary(period: Period, person: Person) -> Line | None:
    """Write the base salary line of a month; None for commission only, or without terms."""
    paid = [s for s in stretches(period, person) if s.terms.base_salary]
    if not paid:
        return None
    parts = [_part(period, s) for s in paid]
    total = sum((amount for amount, _ in parts), ZERO)
    return Line(
        key=CLAUSE_ID,
        kind=Kind.SALARY,
        clause_id=CLAUSE_ID,
        version=str(paid[-1].terms.version),
        title=TITLE,
        source=Source(Text("工资约定", "Terms of pay"), f"{paid[-1].terms.valid_from}"),
        pool=POOL,
        wanted=total,
        allowed=total,
        since=period.first,
        steps=tuple(step for _, step in parts),
    )


def _part(period: Period, stretch: Stretch) -> tuple[Decimal, Step]:
    base, days = stretch.terms.base_salary, stretch.days
    if days == period.days:
        return base, Step(Text(f"整月 {base}", f"the whole month: {base}"), str(base))
    amount = cents(CONTEXT.divide(base * days, Decimal(period.days)))
    zh = f"{stretch.first} 至 {stretch.last}：{base} × {days} 天 ÷ {period.days} 天 = {amount}"
    en = f"{stretch.first} to {stretch.last}: {base} × {days} days ÷ {period.days} days = {amount}"
    return amount, Step(Text(zh, en), str(amount))
