"""Judging facts by clauses: what each one wants, before any limit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TypeAlias
from uuid import UUID

from payroll.domain.clause import CannotPrice, Clause, Month, Rulebook, RulebookVersion, Scope, Step
from payroll.domain.facts import Fact
from payroll.domain.line import Entry
from payroll.domain.money import cents
from payroll.domain.period import Period
from payroll.domain.text import Text, joined

# what a clause wants for a fact, and which occurrence of the month it was to that clause
Wanted: TypeAlias = tuple[Clause, Decimal, int]


@dataclass(slots=True)
class Assessment:
    """What one clause in one version makes of one person's month."""

    clause: Clause
    preamble: tuple[Step, ...] = ()
    pattern: Text | None = None
    inputs: Mapping[str, str] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    steps: dict[UUID, tuple[Step, ...]] = field(default_factory=dict)
    noticed: dict[UUID, date | None] = field(default_factory=dict)


@dataclass(slots=True)
class Assessed:
    """Everything judged for one person, what could not be, and how many facts no rulebook was in force for."""

    by_clause: dict[tuple[str, str], Assessment] = field(default_factory=dict)
    problems: list[Text] = field(default_factory=list)
    unpriced: int = 0

    def into(self, clause: Clause, scope: Scope) -> Assessment:
        """Open the clause's assessment, with the steps that are the same for every fact of the month."""
        key = (clause.id, clause.version)
        if key not in self.by_clause:
            pattern = clause.amount.pattern(scope) if clause.amount.pattern and clause.legal_class is None else None
            formula = clause.amount
            self.by_clause[key] = Assessment(clause, formula.preamble(scope), pattern, formula.inputs(scope))
        return self.by_clause[key]


def assess(
    period: Period,
    rulebook: Rulebook,
    *,
    scheme_on: Mapping[date, str | None],
    month: Month,
    facts: Iterable[Fact],
    sale_days: Mapping[UUID, date],
    employed: bool,
) -> Assessed:
    """Judge one person's facts, which are in order, by the clauses in force on each fact's day.

    A sale passed on later is priced by the clause of the day it was completed (`sale_days`): a change in June never
    alters the price of a sale of May. Clauses judged once a month are those in force on the last day,
    for people who are `employed` in it.
    """
    assessed, seen = Assessed(), dict[str, int]()
    versions = {day: rulebook.on(scheme, day) for day, scheme in scheme_on.items()}
    scope = Scope(month, {}, 0)
    for fact in facts:
        if fact.gives_up:
            continue
        day = fact.business_date
        if sale_days and fact.sale is not None:
            day = sale_days.get(fact.sale, day)
        if day not in versions:
            versions[day] = rulebook.on(scheme_on.get(fact.business_date), day)
        version = versions[day]
        if version is None:
            assessed.unpriced += 1
        elif clauses := version.by_event.get(fact.type):
            _judge(assessed, clauses, scope, fact, seen)
    if employed:
        last = versions.get(period.last) or rulebook.on(scheme_on.get(period.last), period.last)
        _judge_month(assessed, last, scope, period)
    return assessed


def _judge(assessed: Assessed, clauses: tuple[Clause, ...], scope: Scope, fact: Fact, seen: dict[str, int]) -> None:
    """Add what each clause wants for a fact; within a family only the clause that wants most is charged."""
    scope.fields = fact.fields
    wanted: list[Wanted] = []
    for clause in clauses:
        if fact.sale is None and clause.event != fact.type:
            continue  # who takes over an order that is still open earns when it is completed
        seen[clause.id] = scope.nth = seen.get(clause.id, 0) + 1
        try:
            if clause.when is None or clause.when.evaluate(scope):
                wanted.append((clause, _signed(clause, scope), scope.nth))
        except CannotPrice as problem:
            assessed.problems.append(_about(clause, fact.about, problem.reason))
    for clause, exact, occurrence in _one_of_each_family(wanted):
        scope.nth = occurrence
        assessment = assessed.into(clause, scope)
        text = None
        if clause.legal_class is not None:
            assessment.steps[fact.event_id] = clause.amount.explain(scope)
            assessment.noticed[fact.event_id] = fact.noticed_on
        elif assessment.pattern is None:
            known = assessment.preamble
            steps = [step.text for step in clause.amount.explain(scope) if step not in known]
            text = joined(steps, "；", "; ")
        result = cents(exact)
        assessment.entries.append(
            Entry(fact.event_id, fact.about, fact.business_date, fact.amount, exact, result, fact.sale, text)
        )


def _judge_month(assessed: Assessed, version: RulebookVersion | None, scope: Scope, period: Period) -> None:
    scope.fields, scope.nth = {}, 1
    for clause in version.clauses if version else ():
        if clause.event is not None:
            continue
        try:
            if clause.when is None or clause.when.evaluate(scope):
                exact = _signed(clause, scope)
                assessment = assessed.into(clause, scope)
                monthly = UUID(int=period.year * 100 + period.month)
                assessment.steps[monthly] = clause.amount.explain(scope)
                assessment.entries.append(
                    Entry(monthly, str(period), period.last, exact, exact, cents(exact), None, None)
                )
        except CannotPrice as problem:
            assessed.problems.append(_about(clause, str(period), problem.reason))


def _one_of_each_family(wanted: list[Wanted]) -> list[Wanted]:
    if len(wanted) < 2:
        return wanted
    chosen: dict[str, Wanted] = {}
    for candidate in wanted:
        family = candidate[0].family or candidate[0].id
        if family not in chosen or abs(candidate[1]) > abs(chosen[family][1]):
            chosen[family] = candidate
    return list(chosen.values())


def _signed(clause: Clause, scope: Scope) -> Decimal:
    """Evaluate the amount; a clause that pays may not take, and one that takes may not pay."""
    exact = clause.amount.evaluate(scope)
    assert isinstance(exact, Decimal)
    if clause.legal_class is None and exact < 0:
        raise CannotPrice(
            Text(
                f"条款只发不扣，却算出 {exact}",
                f"the clause pays and declares no legal class, but came to {exact}",
            )
        )
    if clause.legal_class is not None and exact > 0:
        raise CannotPrice(Text(f"条款只扣不发，却算出 {exact}", f"the clause takes money, but came to +{exact}"))
    return exact


def _about(clause: Clause, about: str, reason: Text) -> Text:
    return Text(f"{clause.id}（{about}）：{reason.zh}", f"{clause.id} ({about}): {reason.en}")
