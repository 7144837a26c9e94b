"""From facts to payslips: one pure function, the same for a pay run, a running payslip and a what-if."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from payroll.domain.assessment import Assessed, Assessment, assess
from payroll.domain.base_salary import base_salary
from payroll.domain.clause import LegalClass, Month, Rulebook
from payroll.domain.facts import Fact, LossCase, in_order
from payroll.domain.line import Balance, Kind, Line, balance_of, carried_line
from payroll.domain.money import CONTEXT, ZERO, shown
from payroll.domain.payslip import Payslip, earned_by
from payroll.domain.period import Period
from payroll.domain.reversal import Earned, Reversal, take_back
from payroll.domain.statute import Statute, Statutory
from payroll.domain.terms import Person
from payroll.domain.text import Text
from payroll.domain.waterfall import MINIMUM_WAGE, settle

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
    )


def _payslip(books: Books, person: Person, facts: list[Fact], owed: list[Balance]) -> Payslip | None:
    period, statutory = books.period, books.statutory
    assessed = judge(books, person, facts)
    reversals = take_back(facts, assessed, books.originals.of(person.employee_no))
    salary = base_salary(period, person)
    earnings = [salary] if salary else []
    charges = [carried_line(balance, str(period)) for balance in owed]
    charges += [_reversal_line(reversal, period) for reversal in reversals.by_clause.values()]
    for assessment in assessed.by_clause.values():
        if assessment.clause.legal_class is None:
            earnings.append(_earning_line(assessment, period))
        else:
            charges += _deduction_lines(assessment)
    charges = [charge for charge in charges if charge.wanted]
    problems = [*assessed.problems, *_unpriced_cases(facts, assessed)]
    if not (earnings or charges or reversals.without_effect or problems):
        return None
    place = person.place_on(period.last)
    earnings.sort(key=lambda line: (line.kind is not Kind.SALARY, line.key))
    lines = (*earnings, *settle(earnings, charges, statutory, place, period.last))
    gross = earned_by(lines)
    remarks = [
        *_refund_remarks(reversals.without_effect),
        *_person_remarks(period, person, gross, statutory, place),
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


def _earning_line(assessment: Assessment, period: Period) -> Line:
    clause, total = assessment.clause, sum((entry.result for entry in assessment.entries), ZERO)
    monthly = clause.event is None
    return Line(
        key=f"{clause.id}@{clause.version}",
        kind=Kind.EARNING,
        clause_id=clause.id,
        version=clause.version,
        title=clause.title,
        source=clause.source,
        pool=clause.pool,
        wanted=total,
        allowed=total,
        since=period.first,
        inputs=assessment.inputs,
        steps=next(iter(assessment.steps.values())) if monthly and assessment.steps else assessment.preamble,
        pattern=None if monthly else assessment.pattern,
        entries=tuple(assessment.entries),
    )


def _deduction_lines(assessment: Assessment) -> list[Line]:
    clause = assessment.clause
    return [
        Line(
            key=f"{clause.id}@{clause.version}#{entry.event_id}",
            kind=Kind.DEDUCTION,
            clause_id=clause.id,
            version=clause.version,
            title=clause.title,
            source=clause.source,
            pool=clause.pool,
            wanted=entry.result,
            since=entry.day,
            legal_class=clause.legal_class,
            inputs=assessment.inputs,
            steps=assessment.steps[entry.event_id],
            entries=(entry,),
            noticed_on=assessment.noticed.get(entry.event_id),
        )
        for entry in assessment.entries
    ]


def _reversal_line(reversal: Reversal, period: Period) -> Line:
    clause = reversal.clause
    title = Text(f"{clause.title.zh}（退款退回）", f"{clause.title.en} (taken back)")
    return Line(
        key=f"{clause.id}@{clause.version}~{period}",
        kind=Kind.REVERSAL,
        clause_id=clause.id,
        version=clause.version,
        title=title,
        source=clause.source,
        pool=clause.pool,
        wanted=sum((entry.result for entry in reversal.entries), ZERO),
        since=period.first,
        legal_class=LegalClass.BONUS_NOT_EARNED,
        entries=tuple(reversal.entries),
    )


def _unpriced_cases(facts: list[Fact], assessed: Assessed) -> list[Text]:
    """Name loss cases that cite a clause not in force: they may not vanish without a word."""
    priced = {entry.event_id for a in assessed.by_clause.values() for entry in a.entries}
    return [
        Text(
            f"赔偿案 {f.event_id} 所依据的条款 {f.fields['clause']} 在 {f.business_date} 并未生效",
            f"loss case {f.event_id} cites clause {f.fields['clause']}, which is not in force on {f.business_date}",
        )
        for f in facts
        if f.type == "loss.confirmed" and f.event_id not in priced
    ]


def _refund_remarks(refunds: list[Fact]) -> list[Text]:
    """Say which refunds took nothing back: no sale of ours is behind them, or it earned this person nothing."""
    remarks = []
    historical, unearned = [f for f in refunds if not f.sale], [f for f in refunds if f.sale]
    if historical:
        count, total = len(historical), shown(sum((f.amount for f in historical), ZERO))
        zh = f"历史退款 {count} 笔，合计 {total}：没有对应的已提成订单，不影响工资"
        en = f"{count} historical refunds of {total} together: no sale that earned commission is behind them, no effect"
        remarks.append(Text(zh, en))
    if unearned:
        count, total = len(unearned), shown(sum((f.amount for f in unearned), ZERO))
        zh = f"退款 {count} 笔，合计 {total}：对应的订单没有给您提成，不影响工资"
        en = f"{count} refunds of {total} together: their sales had earned you nothing, no effect"
        remarks.append(Text(zh, en))
    return remarks


def _person_remarks(
    period: Period, person: Person, gross: Decimal, statutory: Statutory, place: str | None
) -> list[Text]:
    remarks = []
    if person.terms_on(period.last) is None and person.employed_days(period):
        remarks.append(Text("没有登记工资约定：没有基本工资", "no terms of pay are recorded: no base salary is paid"))
    floor = statutory.find(MINIMUM_WAGE, place, period.last) if place else None
    whole_month = person.employed_days(period) == (period.first, period.last)
    if isinstance(floor, Statute) and isinstance(floor.value, Decimal) and whole_month and gross < floor.value:
        zh = f"应发 {gross} 低于当地最低工资 {floor.value}（{floor.reference.zh}），请核对是否提供了正常劳动"
        en = (
            f"gross {gross} is below the local minimum wage of {floor.value} ({floor.reference.en}): check working time"
        )
        remarks.append(Text(zh, en))
    return remarks
