"""From facts to payslips: one pure function, the same for a pay run, a running payslip and a what-if."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple
from uuid import UUID

from payroll.domain.agreed_pay import agreed_lines
from payroll.domain.assessment import Assessed, Judge
from payroll.domain.clause import Clause, Rulebook, RulebookVersion
from payroll.domain.corrections import Corrections, Effect, carried_on, correct
from payroll.domain.deciding import REVOKED
from payroll.domain.decisions import Decision, standing
from payroll.domain.drafting import deduction_lines, earning_line, reversal_line
from payroll.domain.facts import Fact, LossCase, in_order
from payroll.domain.line import Balance, Evidence, Kind, Line, balance_of
from payroll.domain.money import ZERO
from payroll.domain.month import Month, Scope
from payroll.domain.monthly import judge_month, violations
from payroll.domain.payslip import Payslip, earned_by
from payroll.domain.period import Period
from payroll.domain.ranking import Standing
from payroll.domain.remarks import person_remarks, refund_remarks, unpriced_cases, unpriced_facts
from payroll.domain.reversal import Earned, take_back
from payroll.domain.statute import Statutory
from payroll.domain.term_values import term_values
from payroll.domain.terms import Person
from payroll.domain.waterfall import settle


class Originals:
    """What earlier periods made of what this one corrects.

    `earned`: what sales earned, by person and sale; `days`: the day on which each sale was completed; `effects`: what
    was taken for events that are revoked or decided about now, by person (`effects_of` reads it from earlier lines).
    """

    def __init__(
        self,
        earned: Mapping[str, Mapping[UUID, tuple[Earned, ...]]] | None = None,
        days: Mapping[UUID, date] | None = None,
        effects: Mapping[str, Sequence[Effect]] | None = None,
    ) -> None:
        self.days = days or {}
        self._earned = earned or {}
        self._effects = effects or {}

    def of(self, employee_no: str) -> Mapping[UUID, tuple[Earned, ...]]:
        """Tell what one person's earlier sales earned."""
        return self._earned.get(employee_no, {})

    def effects(self, employee_no: str) -> Sequence[Effect]:
        """Tell what was taken from one person for what is corrected now."""
        return self._effects.get(employee_no, ())


@dataclass(frozen=True, slots=True)
class Books:
    """What holds for everybody in one calculation."""

    period: Period
    rulebook: Rulebook
    statutory: Statutory
    originals: Originals
    standings: Mapping[str, Mapping[str, Standing]] = field(default_factory=dict)


class Case(NamedTuple):
    """One person with everything that concerns their month; `facts` are in order."""

    person: Person
    facts: list[Fact]
    decided: Mapping[tuple[str, Evidence], Decision]
    owed: Sequence[Balance] = ()


def calculate(
    period: Period,
    rulebook: Rulebook,
    statutory: Statutory,
    *,
    people: Iterable[Person],
    facts: Iterable[Fact],
    losses: Iterable[LossCase] = (),
    decisions: Iterable[Decision] = (),
    balances: Iterable[Balance] = (),
    originals: Originals | None = None,
    standings: Mapping[str, Mapping[str, Standing]] | None = None,
) -> list[Payslip]:
    """Calculate the payslips of a period, one per person with anything to say, by employee number.

    Pure: no clock, no database; the order of facts, decisions and people does not matter; the same values give the
    same payslips for ever. Facts of people not among `people` are priced by the only rulebook, if there is one, and
    the payslip remarks that no terms are known. Facts from before the period are only counted, where a clause counts
    in a window that reaches back to them (`Rulebook.looks_back`). `standings` come from the rank pass.
    """
    books = Books(period, rulebook, statutory, originals or Originals(), standings or {})
    known = {person.employee_no: person for person in people}
    happened: dict[str, list[Fact]] = {}
    for fact in facts:
        happened.setdefault(fact.employee_no, []).append(fact)
    for case in losses:
        happened.setdefault(case.employee_no, []).append(_as_fact(case))
    owed: dict[str, list[Balance]] = {}
    for balance in balances:
        owed.setdefault(balance.employee_no, []).append(balance)
    decided, payslips = standing(decisions), []
    for employee_no in sorted(known.keys() | happened.keys() | owed.keys() | decided.keys()):
        person = known.get(employee_no) or Person(employee_no)
        mine = sorted(happened.get(employee_no, ()), key=in_order)
        case_of = Case(person, mine, decided.get(employee_no, {}), owed.get(employee_no, ()))
        payslip = _payslip(books, case_of)
        if payslip is not None:
            payslips.append(payslip)
    return payslips


def judge(books: Books, case: Case) -> Assessed:
    """Run the passes of one person that come before settling: measures, then what each clause wants.

    A sale passed on later is priced by the clause of the day it was completed: a change in June never alters the
    price of a sale of May. Clauses judged once a month are those in force on the last day, for who is employed in it.
    """
    period, person = books.period, case.person
    first, sale_days, versions = period.first, books.originals.days, _Versions(books.rulebook, person)
    revoked = revocations(case.facts)
    now = [f for f in case.facts if f.business_date >= first and f.revokes is None]
    counted = [f for f in now if f.event_id not in revoked] if revoked else now
    month = Month(counted, term_values(period, books.statutory, person))
    scope = Scope(month, {}, 0)
    judging = Judge(scope, revoked)
    for fact in case.facts if len(now) < len(case.facts) else ():
        if fact.business_date >= first or fact.revokes is not None or fact.event_id in revoked:
            continue
        if (known := versions[fact.business_date]) is not None:
            judging.remember(known.get(fact.type, ()), fact)
    unpriced = 0
    for fact in now:
        if fact.gives_up:
            continue
        clauses = versions[fact.business_date]
        if sale_days and fact.sale is not None and fact.sale in sale_days:
            version = versions.agreed(fact.business_date, sale_days[fact.sale])
            clauses = version.by_event if version is not None else None
        if clauses is None:
            unpriced += 1
        elif judged := clauses.get(fact.type):
            judging.fact(judged, fact)
    assessed = judging.assessed
    assessed.unpriced = unpriced
    if person.employed_days(period) is not None:
        let_off = {
            (clause_id, evidence)
            for (clause_id, evidence), decision in case.decided.items()
            if isinstance(evidence, UUID) and decision.outcome == "waived"
        }
        month.terms["violations"] = violations(assessed, let_off) + person.violations_before
        standings = books.standings.get(person.employee_no, {})
        judge_month(assessed, versions.agreed(period.last, period.last), scope, period, standings)
    return assessed


def revocations(facts: Iterable[Fact]) -> dict[UUID, Fact]:
    """Find which events no longer hold: the event to the first fact that revokes it. `facts` are in order."""
    found: dict[UUID, Fact] = {}
    for fact in facts:
        if fact.revokes is not None:
            found.setdefault(fact.revokes, fact)
    return found


class _Versions(dict[date, Mapping[str, tuple[Clause, ...]] | None]):
    """The clauses in force for a person by day and type of fact, None where no version is; looked up once a day."""

    def __init__(self, rulebook: Rulebook, person: Person) -> None:
        super().__init__()
        self._rulebook = rulebook
        self._person = person

    def __missing__(self, day: date) -> Mapping[str, tuple[Clause, ...]] | None:
        version = self.agreed(day, day)
        self[day] = version.by_event if version is not None else None
        return self[day]

    def agreed(self, agreed_on: date, day: date) -> RulebookVersion | None:
        """Find the version of the pack agreed on one day that was in force on another."""
        terms = self._person.terms_on(agreed_on)
        return self._rulebook.on(terms.scheme if terms else None, day)


def _payslip(books: Books, case: Case) -> Payslip | None:
    period, statutory, person, first = books.period, books.statutory, case.person, books.period.first
    assessed = judge(books, case)
    reversals = take_back(
        (f for f in case.facts if f.business_date >= first), assessed, books.originals.of(person.employee_no)
    )
    corrections = _corrections(books, case)
    earnings = agreed_lines(period, person)
    charges = [*corrections.charges, *(reversal_line(r, period) for r in reversals.by_clause.values())]
    for assessment in assessed.by_clause.values():
        if assessment.clause.legal_class is None:
            earnings.append(earning_line(assessment, period))
        else:
            charges += deduction_lines(assessment, period, case.decided)
    charges = [charge for charge in charges if charge.wanted or REVOKED in charge.limits]
    problems = [
        *assessed.problems,
        *unpriced_cases(case.facts, assessed),
        *unpriced_facts(assessed, books.rulebook, person, period),
    ]
    given_back = corrections.given_back
    if not (earnings or charges or given_back or reversals.without_effect or problems or assessed.recommended):
        return None
    place = person.place_on(period.last)
    earnings.sort(key=lambda line: (line.kind is not Kind.SALARY, line.key))
    lines = (*earnings, *given_back, *settle(earnings, charges, statutory, place, period.last))
    gross = earned_by(lines)
    remarks = [
        *refund_remarks(reversals.without_effect),
        *person_remarks(period, person, gross, statutory, place),
    ]
    return Payslip(
        employee_no=person.employee_no,
        period=period,
        lines=lines,
        gross=gross,
        net=sum((line.allowed for line in lines), ZERO),
        remarks=tuple(remarks),
        problems=tuple(problems),
        balances=tuple(b for line in lines if (b := balance_of(line, person.employee_no))),
        recommendations=tuple(assessed.recommended),
    )


def _corrections(books: Books, case: Case) -> Corrections:
    """Work out what this month corrects of earlier ones, with the balances that are still asked for."""
    period, effects = books.period, books.originals.effects(case.person.employee_no)
    if not effects and not case.owed:
        return Corrections()
    revoked = revocations(case.facts)
    corrections = correct(period, effects, revoked, case.decided)
    known = {(effect.clause.id, effect.evidence): effect for effect in effects}
    for balance in case.owed:
        evidence: Evidence | None = balance.event_id or balance.window
        effect = known.get((balance.clause_id, evidence)) if evidence else None
        line: Line = carried_on(balance, period, effect, revoked, case.decided)
        corrections.charges.append(line)
    return corrections


def _as_fact(case: LossCase) -> Fact:
    return Fact(
        event_id=case.case_id,
        type="loss.confirmed",
        employee_no=case.employee_no,
        business_date=case.decided_on,
        occurred_at=case.decided_at,
        about=case.finding,
        fields={"amount": case.amount, "clause": case.clause_id},
        noticed_on=case.noticed_on,
    )
