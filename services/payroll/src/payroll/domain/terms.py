"""Terms of pay: what was agreed with a person, dated, and how long the person is employed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from payroll.domain.period import Period


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed, from a date on. `scheme` names the pack that prices this person's facts.

    A base salary of 0 is commission only. `version` counts the agreements with this person. The bonuses are monthly
    amounts that clauses may find not earned, in whole or in part; None where none is agreed.
    """

    valid_from: date
    version: int
    base_salary: Decimal
    scheme: str | None = None
    work_place: str | None = None
    performance_bonus: Decimal | None = None
    attendance_bonus: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Everything payroll knows of one person that is not a fact: directory and agreements.

    `violations_before` counts the distinct pairs of day and clause for which lines issued in earlier months of the
    calendar year took money (A-004-1.32, catalogue A C-21).
    """

    employee_no: str
    name: str | None = None
    department: str | None = None
    hire_date: date | None = None
    leave_date: date | None = None
    work_place: str | None = None
    terms: tuple[Terms, ...] = ()
    violations_before: int = 0

    def employed_days(self, period: Period) -> tuple[date, date] | None:
        """Tell the first and last day of employment inside a period; None when there is none."""
        first = max(period.first, self.hire_date or period.first)
        last = min(period.last, self.leave_date or period.last)
        return (first, last) if first <= last else None

    def terms_on(self, day: date) -> Terms | None:
        """Find the agreement in force on a day; of two from one day the later version."""
        return in_force(self.terms, day)

    def place_on(self, day: date) -> str | None:
        """Name the place whose wage rules apply: the agreed one, else the directory's."""
        agreed = self.terms_on(day)
        return (agreed.work_place if agreed else None) or self.work_place


def in_force(terms: Sequence[Terms], day: date) -> Terms | None:
    """Pick the newest agreement that had begun by `day`."""
    begun = [t for t in terms if t.valid_from <= day]
    return max(begun, key=lambda t: (t.valid_from, t.version), default=None)
