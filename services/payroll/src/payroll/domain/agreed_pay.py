"""What dated terms grant for a month: base salary, and bonuses that clauses may find not earned.

No law fixes the pay of a part month (law/statutory.md, section 5). The rule here is calendar days: the amount x days
under these terms / days of the month. It needs no roster, never exceeds the agreed salary, and two agreements in one
month add up to one month; the other usual rule (days worked x base / 21.75) does neither.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from payroll.domain.clause import Source, Step
from payroll.domain.line import Kind, Line
from payroll.domain.money import CONTEXT, ZERO, cents
from payroll.domain.period import Period
from payroll.domain.terms import Person, Terms
from payroll.domain.text import Text

DOCUMENT = Text("工资约定", "Terms of pay")


class Component(NamedTuple):
    """Something terms may grant every month; its lines and its pool carry its name."""

    pool: str
    clause_id: str
    title: Text
    amount: Callable[[Terms], Decimal]


COMPONENTS = (
    Component("base_salary", "terms.base-salary", Text("基本工资", "Base salary"), lambda terms: terms.base_salary),
    Component(
        "performance_bonus",
        "terms.performance-bonus",
        Text("绩效奖金", "Performance bonus"),
        lambda terms: terms.performance_bonus or ZERO,
    ),
    Component(
        "attendance_bonus",
        "terms.attendance-bonus",
        Text("全勤奖金", "Attendance bonus"),
        lambda terms: terms.attendance_bonus or ZERO,
    ),
)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Consecutive days of a month on the same amount."""

    first: date
    last: date
    terms: Terms

    @property
    def days(self) -> int:
        """Count its calendar days."""
        return (self.last - self.first).days + 1


def stretches(period: Period, person: Person, amount: Callable[[Terms], Decimal]) -> list[Stretch]:
    """Cut the employed days of a month where the amount changes."""
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
        if found and amount(found[-1].terms) == amount(terms) and found[-1].last + timedelta(1) == start:
            found[-1] = Stretch(found[-1].first, end, terms)
        else:
            found.append(Stretch(start, end, terms))
    return found


def agreed_lines(period: Period, person: Person) -> list[Line]:
    """Write the lines of a month's base salary and bonuses; none for what is not agreed, or is agreed to be 0."""
    if not person.terms:
        return []
    return [line for component in COMPONENTS if (line := _line(period, person, component))]


def _line(period: Period, person: Person, component: Component) -> Line | None:
    paid = [s for s in stretches(period, person, component.amount) if component.amount(s.terms)]
    if not paid:
        return None
    parts = [_part(period, s, component.amount(s.terms)) for s in paid]
    total = sum((amount for amount, _ in parts), ZERO)
    return Line(
        key=component.clause_id,
        kind=Kind.SALARY,
        clause_id=component.clause_id,
        version=str(paid[-1].terms.version),
        title=component.title,
        source=Source(DOCUMENT, f"{paid[-1].terms.valid_from}"),
        pool=component.pool,
        wanted=total,
        allowed=total,
        since=period.first,
        steps=tuple(step for _, step in parts),
    )


def _part(period: Period, stretch: Stretch, whole: Decimal) -> tuple[Decimal, Step]:
    days = stretch.days
    if days == period.days:
        return whole, Step(Text(f"整月 {whole}", f"the whole month: {whole}"), str(whole))
    amount = cents(CONTEXT.divide(whole * days, Decimal(period.days)))
    zh = f"{stretch.first} 至 {stretch.last}：{whole} × {days} 天 ÷ {period.days} 天 = {amount}"
    en = f"{stretch.first} to {stretch.last}: {whole} × {days} days ÷ {period.days} days = {amount}"
    return amount, Step(Text(zh, en), str(amount))
