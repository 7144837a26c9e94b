"""Which occurrence of its window a fact is to a clause: the third lateness of the month, the second of the year."""

from datetime import date

from payroll.domain.clause import Clause
from payroll.domain.facts import Fact, Value


class Occurrences:
    """Counts one person's facts as they happen, those of earlier months too where a window reaches back."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, tuple[Value | None, ...]], list[date]] = {}

    def count(self, clause: Clause, fact: Fact) -> int:
        """Tell which occurrence a fact is, from 1, and count it."""
        days = self._days(clause, fact)
        days.extend([fact.business_date] * fact.occurrences)
        return self._within(clause, days, fact)

    def would_be(self, clause: Clause, fact: Fact) -> int:
        """Tell which occurrence a fact that was revoked would have been; it is not counted."""
        return self._within(clause, self._days(clause, fact), fact) + 1

    def _days(self, clause: Clause, fact: Fact) -> list[date]:
        key = (clause.id, tuple(fact.fields.get(name) for name in clause.per))
        return self._seen.setdefault(key, [])

    def _within(self, clause: Clause, days: list[date], fact: Fact) -> int:
        """Count the days at the end of a rising list that lie in the fact's window."""
        begin, count = clause.window.begin(fact.business_date), 0
        for day in reversed(days):
            if day < begin:
                break
            count += 1
        return count
