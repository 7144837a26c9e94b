"""From facts to payslips: one pure function, the same for a pay run, a running payslip and a what-if."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from payroll.domain.assessment import Assessed, assess
from payroll.domain.base_salary import base_salary
from payroll.domain.clause import Month, Rulebook
from payroll.domain.drafting import deduction_lines, earning_line, reversal_line
from payroll.domain.facts import Fact, LossCase, in_order
from payroll.domain.line import Balance, Kind, balance_of, carried_line
from payroll.domain.money import CONTEXT, ZERO
from payroll.domain.payslip import Payslip, earned_by
from payroll.domain.period import Period
from payroll.domain.remarks import person_remarks, refund_remarks, unpriced_cases, unpriced_facts
from payroll.domain.reversal import Earned, take_back
from payroll.domain.statute import Statute, Statutory
from payroll.domain.terms import Person
from payroll.domain.waterfall import settle

PAID_DAYS = "paid_days_a_month"


class Originals:
    """What sales of earlier periods earned, asked by person and sale, and the day each sale was completed."""

    def __init__(
        self,
        earned: Mapping[str, Mapping[UUID, tuple[Earned, ...]]] | None = None,
        days: Mapping[UUID, date] | None = None,
    ) -> None:
        self.days = days or {}
        self._earned = earned or {}

    def of(self, employee_no: str) -> Mapping[UUID, tuple[Earned, ...]]:
        """Tell what one person's earlier sales earned."""
        return self._earned.get(employee_no, {})


@dataclass(frozen=True, slots=True)
class Books:
    """What holds for everybody in one calculation."""

    period: Period
    rulebook: Rulebook
    statutory: Statutory
    originals: Originals


def calculate(
    period: Period,
    rulebook: Rulebook,
    statutory: Statutory,
    *,
    people: Iterable[Person],
    facts: Iterable[Fact],
    decisions: Iterable[LossCase] = (),
    balances: Iterable[Balance] = (),
    originals: Originals | None = None,
) -> list[Payslip]:
    """Calculate the payslips of a period, one per person with anything to say, by employee number.

    Pure: no clock, no database; the order of facts, decisions and people does not matter; the same values give the
    same payslips for ever. Facts of people not among `people` are priced by the only rulebook, if there is one, and
    the payslip remarks that no terms are known.
    """
    books = Books(period, rulebook, statutory, originals or Originals())
    known = {person.employee_no: person for person in people}
    happened: dict[str, list[Fact]] = {}
    for fact in facts:
        happened.setdefault(fact.employee_no, []).append(fact)
    for case in decisions:
        happened.setdefault(case.employee_no, []).append(_as_fact(case))
    owed: dict[str, list[Balance]] = {}
    for balance in balances:
        owed.setdefault(balance.employee_no, []).append(balance)
    payslips = []
    for employee_no in sorted(known.keys() | happened.keys() | owed.keys()):
        person = known.get(employee_no) or Person(employee_no)
        mine = sorted(happened.get(employee_no, ()), key=in_order)
        payslip = _payslip(books, person, mine, owed.get(employee_no, []))
        if payslip is not None:
            payslips.append(payslip)
    return payslips


def judge(books: Books, person: Person, facts: list[Fact]) -> Assessed:
    """Run the first pass for one person: measures, then what each clause wants. `facts` are in order."""
    days = {books.period.last, *(fact.business_date for fact in facts)}
    return assess(
        books.period,
        books.rulebook,
        scheme_on={day: terms.scheme if (terms := person.terms_on(day)) else None for day in days},
        month=Month(facts, _term_values(books.period, books.statutory, person)),
        facts=facts,
        sale_days=books.originals.days,
        employed=person.employed_days(books.period) is not None,
    )


def _payslip(books: Books, person: Person, facts: list[Fact], owed: list[Balance]) -> Payslip | None:
    period, statutory = books.period, books.statutory
    assessed = judge(books, person, facts)
    reversals = take_back(facts, assessed, books.originals.of(person.employee_no))
    salary = base_salary(period, person)
    earnings = [salary] if salary else []
    charges = [carried_line(balance, str(period)) for balance in owed]
    charges += [reversal_line(reversal, period) for reversal in reversals.by_clause.values()]
    for assessment in assessed.by_clause.values():
        if assessment.clause.legal_class is None:
            earnings.append(earning_line(assessment, period))
        else:
            charges += deduction_lines(assessment)
    charges = [charge for charge in charges if charge.wanted]
    problems = [
        *assessed.problems,
        *unpriced_cases(facts, assessed),
        *unpriced_facts(assessed, books.rulebook, person, period),
    ]
    if not (earnings or charges or reversals.without_effect or problems):
        return None
    place = person.place_on(period.last)
    earnings.sort(key=lambda line: (line.kind is not Kind.SALARY, line.key))
    lines = (*earnings, *settle(earnings, charges, statutory, place, period.last))
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
    )


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


def _term_values(period: Period, statutory: Statutory, person: Person) -> dict[str, Decimal]:
    """Gather the terms a formula may read; what is not known is missing, and refused by name when it is read."""
    values = {}
    employed = person.employed_days(period)
    terms = person.terms_on(employed[1]) if employed else None
    paid_days = statutory.find(PAID_DAYS, None, period.last)
    if terms is not None:
        values["base_salary"] = terms.base_salary
        if isinstance(paid_days, Statute) and isinstance(paid_days.value, Decimal):
            values["daily_wage"] = CONTEXT.divide(terms.base_salary, paid_days.value)
    if person.hire_date is not None:
        last, hired = period.last, person.hire_date
        anniversary_passed = (last.month, last.day) >= (hired.month, hired.day)
        values["years_of_service"] = Decimal(max(0, last.year - hired.year - (not anniversary_passed)))
    return values
