"""Judging facts by clauses: what each one wants, before any limit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple, TypeAlias
from uuid import UUID

from payroll.domain.clause import Clause, Step
from payroll.domain.facts import Fact
from payroll.domain.line import Entry
from payroll.domain.money import ZERO, cents
from payroll.domain.month import CannotPrice, Scope
from payroll.domain.occurrences import Occurrences
from payroll.domain.payslip import Recommendation
from payroll.domain.text import Text, joined
from payroll.domain.worth import worth_of

# what a clause wants for a fact, and which occurrence of its window it was to that clause
Wanted: TypeAlias = tuple[Clause, Decimal, int]


class Detail(NamedTuple):
    """What a deduction needs to know of one fact besides its entry.

    `worth` is the value of unworked time, `back` the entry that takes the fact back because it was revoked.
    """

    steps: tuple[Step, ...]
    noticed_on: date | None = None
    worth: Decimal | None = None
    back: Entry | None = None


@dataclass(slots=True)
class Assessment:
    """What one clause in one version makes of one person's month; a deduction has details of every entry."""

    clause: Clause
    preamble: tuple[Step, ...] = ()
    pattern: Text | None = None
    inputs: Mapping[str, str] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    details: dict[UUID, Detail] = field(default_factory=dict)


@dataclass(slots=True)
class Assessed:
    """Everything judged for one person, what could not be, and how many facts no rulebook was in force for."""

    by_clause: dict[Clause, Assessment] = field(default_factory=dict)
    recommended: list[Recommendation] = field(default_factory=list)
    problems: list[Text] = field(default_factory=list)
    unpriced: int = 0

    def into(self, clause: Clause, scope: Scope) -> Assessment:
        """Open the clause's assessment, with the steps that are the same for every fact of the month."""
        assessment = self.by_clause.get(clause)
        if assessment is None:
            formula = clause.amount
            pattern = formula.pattern(scope) if formula.pattern and clause.legal_class is None else None
            assessment = Assessment(clause, formula.preamble(scope), pattern, formula.inputs(scope))
            self.by_clause[clause] = assessment
        return assessment


class Judge:
    """Judges one person's facts, one after the other as they happened."""

    def __init__(self, scope: Scope, revoked: Mapping[UUID, Fact]) -> None:
        self.assessed = Assessed()
        self._scope = scope
        self._revoked = revoked
        self._occurrences = Occurrences()

    def remember(self, clauses: Iterable[Clause], fact: Fact) -> None:
        """Count a fact of an earlier month where a clause's window reaches back to it; it is not judged."""
        for clause in clauses:
            if clause.counts and fact.type in clause.events:
                self._occurrences.count(clause, fact)

    def fact(self, clauses: tuple[Clause, ...], fact: Fact) -> None:
        """Add what each clause wants for a fact; within a family only the clause that wants most is charged."""
        scope, sale = self._scope, fact.sale
        scope.fields = fields = fact.fields
        wanted: list[Wanted] = []
        revoked = self._revoked.get(fact.event_id) if self._revoked else None
        for clause in clauses:
            if sale is None and fact.type not in clause.events:
                continue  # who takes over an order that is still open earns when it is completed
            if clause.counts:
                occurrences = self._occurrences
                scope.nth = (occurrences.would_be if revoked else occurrences.count)(clause, fact)
            try:
                if clause.when is None or clause.when.evaluate(scope):
                    if clause.recommends is None:
                        wanted.append((clause, signed(clause, scope), scope.nth))
                    elif revoked is None:
                        self._recommend(clause, fact)
            except CannotPrice as problem:
                self.assessed.problems.append(about(clause, fact.about, problem.reason))
        by_clause = self.assessed.by_clause
        for clause, exact, occurrence in wanted if len(wanted) < 2 else _one_of_each_family(wanted):
            scope.nth = occurrence
            assessment = by_clause.get(clause) or self.assessed.into(clause, scope)
            told = assessment.pattern is not None or clause.legal_class is not None
            text, amount = None if told else self._told(assessment), fields.get("amount", ZERO)
            assert isinstance(amount, Decimal)
            entry = Entry(fact.event_id, fact.about, fact.business_date, amount, exact, cents(exact), sale, text)
            assessment.entries.append(entry)
            if clause.legal_class is not None:
                self._detail(assessment, entry, fact, revoked)
            elif revoked is not None:
                assessment.entries.append(_taken_back(entry, revoked))

    def _told(self, assessment: Assessment) -> Text:
        """Write the steps of one fact, without those that are the same for every fact."""
        known = assessment.preamble
        steps = [step.text for step in assessment.clause.amount.explain(self._scope) if step not in known]
        return joined(steps, "；", "; ")

    def _detail(self, assessment: Assessment, entry: Entry, fact: Fact, revoked: Fact | None) -> None:
        clause, worth = assessment.clause, None
        try:
            worth = worth_of(clause, fact, self._scope.month)
        except CannotPrice as problem:
            self.assessed.problems.append(about(clause, fact.about, problem.reason))
        back = _taken_back(entry, revoked) if revoked else None
        steps = clause.amount.explain(self._scope)
        assessment.details[fact.event_id] = Detail(steps, fact.noticed_on, worth, back)

    def _recommend(self, clause: Clause, fact: Fact) -> None:
        assert clause.recommends is not None
        self.assessed.recommended.append(
            Recommendation(
                clause_id=clause.id,
                version=clause.version,
                title=clause.title,
                source=clause.source,
                what=clause.recommends,
                about=fact.about,
                day=fact.business_date,
                event_id=fact.event_id,
                window=None,
                steps=clause.when.explain(self._scope) if clause.when else (),
            )
        )


def signed(clause: Clause, scope: Scope) -> Decimal:
    """Evaluate the amount; a clause that pays may not take, and one that takes may not pay."""
    exact = clause.amount.evaluate(scope)
    assert isinstance(exact, Decimal)
    if clause.legal_class is None:
        if exact < 0:
            raise CannotPrice(
                Text(
                    f"条款只发不扣，却算出 {exact}",
                    f"the clause pays and declares no legal class, but came to {exact}",
                )
            )
    elif exact > 0:
        raise CannotPrice(Text(f"条款只扣不发，却算出 {exact}", f"the clause takes money, but came to +{exact}"))
    return exact


def about(clause: Clause, about: str, reason: Text) -> Text:
    """Say which clause could not be applied to what, and why."""
    return Text(f"{clause.id}（{about}）：{reason.zh}", f"{clause.id} ({about}): {reason.en}")


def _one_of_each_family(wanted: list[Wanted]) -> list[Wanted]:
    chosen: dict[str, Wanted] = {}
    for candidate in wanted:
        clause = candidate[0]
        family = clause.id if clause.stack or clause.family is None else clause.family
        if family not in chosen or abs(candidate[1]) > abs(chosen[family][1]):
            chosen[family] = candidate
    return list(chosen.values())


def _taken_back(entry: Entry, revoked: Fact) -> Entry:
    text = Text(f"已撤销（{revoked.about}，{revoked.business_date}）：{{result}}",
                f"revoked ({revoked.about}, {revoked.business_date}): {{result}}")  # fmt: skip
    return Entry(
        revoked.event_id, entry.about, revoked.business_date, entry.amount, -entry.exact, -entry.result,
        entry.event_id, text,
    )  # fmt: skip
