"""Ranks within a department: a pass of its own between measuring everybody and settling each one.

Ties share a place and the places after them are left out; a streak counts the months in a row on the first place.
Source: B-05.R2.2 as catalogue B 2.2 A8 reads it (net sales after refunds; ties are both paid, both streaks are kept;
a gap begins the streak anew).
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from payroll.domain.clause import Clause, Rulebook
from payroll.domain.facts import Fact, Value
from payroll.domain.month import Measure, Month, Scope
from payroll.domain.period import Period
from payroll.domain.terms import Person


class Standing(NamedTuple):
    """Somebody's place in the department under a clause that ranks, and months in a row on the first place."""

    place: int
    streak: int
    metric: Decimal

    def fields(self) -> Mapping[str, Value]:
        """Give what formulas may read of it."""
        return {"place": Decimal(self.place), "streak": Decimal(self.streak), "metric": self.metric}


def needed(rulebook: Rulebook) -> frozenset[Measure]:
    """Name the measures by which some clause ranks; the rank pass needs no more of a person than these."""
    return frozenset(measure for v in rulebook.versions for c in v.clauses for measure in c.ranked_by)


def measured(facts: Iterable[Fact], measures: Iterable[Measure]) -> dict[str, dict[Measure, Decimal]]:
    """Add up the measures of each person from the facts of one period, none of which is revoked."""
    happened: dict[str, list[Fact]] = {}
    for fact in facts:
        happened.setdefault(fact.employee_no, []).append(fact)
    wanted = tuple(measures)
    return {who: {m: month.measure(m) for m in wanted} for who, own in happened.items() for month in [Month(own, {})]}


def standings(
    period: Period,
    rulebook: Rulebook,
    *,
    people: Iterable[Person],
    sums: Mapping[str, Mapping[Measure, Decimal]],
    before: Mapping[tuple[str, str], int],
) -> dict[str, dict[str, Standing]]:
    """Rank the people of each department under each clause that ranks: employee number to clause id to standing.

    `people` are everybody in question, `sums` what `measured` says of each, `before` the streaks (employee number,
    clause id) at the end of the period before; who was not first then has none.
    """
    groups: dict[tuple[str, str, str | None], list[tuple[Decimal, str]]] = {}
    for person in people:
        employed = person.employed_days(period)
        terms = person.terms_on(employed[1]) if employed else None
        version = rulebook.on(terms.scheme if terms else None, employed[1]) if employed else None
        for clause in version.monthly if version else ():
            if clause.rank is not None:
                metric = _metric(clause, sums.get(person.employee_no, {}))
                key = (clause.id, clause.version, person.department)
                groups.setdefault(key, []).append((metric, person.employee_no))
    found: dict[str, dict[str, Standing]] = {}
    for (clause_id, _, _), members in groups.items():
        rising = sorted(metric for metric, _ in members)
        for metric, employee_no in members:
            place = 1 + len(rising) - bisect_right(rising, metric)
            streak = before.get((employee_no, clause_id), 0) + 1 if place == 1 else 0
            found.setdefault(employee_no, {})[clause_id] = Standing(place, streak, metric)
    return found


def _metric(clause: Clause, sums: Mapping[Measure, Decimal]) -> Decimal:
    assert clause.rank is not None
    value = clause.rank.evaluate(Scope(Month((), {}, sums), {}, 0))
    assert isinstance(value, Decimal)
    return value
