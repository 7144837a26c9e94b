"""What takes money is proposed, noticed and confirmed one by one; each line says what became of it and why."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from payroll.domain.calculate import calculate
from payroll.domain.facts import Fact, party_fields
from payroll.domain.line import Line, State
from payroll.domain.money import ZERO
from payroll.domain.payslip import Payslip
from payroll.domain.period import Period
from payroll.domain.record import lines_of, payslip_record
from payroll.domain.sentences import sentence
from payroll.domain.terms import Person, Terms
from payroll.statutory.load import statutory

from .world import DEPARTMENT, decided, event

MAY = Period(2026, 5)
D = Decimal
SPLIT, KEEPER, SLOW, NEGATIVE = "A-004-1.20c", "A-004-1.22d", "A-004-1.10b", "A-004-1.20c"


def worker(bonus: str | None = "1000", who: str = "A", **more: Any) -> Person:
    """Somebody in Shanghai on 4,000 and a performance bonus."""
    granted = D(bonus) if bonus is not None else None
    terms = Terms(date(2020, 1, 1), 1, D(4000), performance_bonus=granted)
    return Person(who, who, hire_date=date(2020, 1, 1), work_place="上海", terms=(terms,), **more)


def pay(*facts: Fact, who: Person | None = None, **more: Any) -> Payslip:
    [payslip] = calculate(MAY, DEPARTMENT, statutory(), people=[who or worker()], facts=facts, **more)
    assert lines_of(payslip_record(payslip)) == list(payslip.lines)
    assert payslip.net == sum((x.allowed for x in payslip.lines), ZERO)
    return payslip


def deductions(payslip: Payslip) -> list[Line]:
    return [x for x in payslip.lines if x.kind == "deduction"]


def slow(number: int, day: str = "2026-05-10") -> Fact:
    return event("chat.reply_overdue", number, day=day, waited_seconds=D(200))


def test_what_nobody_confirmed_is_shown_and_not_taken() -> None:
    payslip = pay(slow(1))
    [proposed] = deductions(payslip)
    assert (proposed.wanted, proposed.allowed, proposed.carried) == (D(-50), ZERO, ZERO)
    assert (proposed.state, proposed.event_id, proposed.clause_id) == (State.PROPOSED, slow(1).event_id, SLOW)
    assert payslip.net == D(5000)
    assert "taken this month 0.00 CNY (proposed, not yet confirmed)" in sentence(proposed).en
    assert "待确认" in sentence(proposed).zh


@pytest.mark.parametrize(
    ("outcome", "amount", "noticed", "taken", "says"),
    [
        ("confirmed", None, date(2026, 5, 11), "50.00", None),
        ("reduced", "-20", date(2026, 5, 11), "20.00", "reduced to 20 by boss"),
        ("reduced", "-90", date(2026, 5, 11), "50.00", None),
        ("waived", None, date(2026, 5, 11), "0", "waived by boss: 理由"),
        ("confirmed", None, None, "0", "was not told of it beforehand"),
        ("confirmed", None, date(2026, 6, 1), "0", "was not told of it beforehand"),
    ],
)
def test_a_decision_takes_what_it_says_after_notice(
    outcome: Any, amount: str | None, noticed: date | None, taken: str, says: str | None
) -> None:
    payslip = pay(slow(1), decisions=[decided(SLOW, 1, outcome, amount, noticed_on=noticed)])
    [line] = deductions(payslip)
    assert (-line.allowed, line.wanted, line.carried) == (D(taken), D(-50), ZERO)
    assert line.state == outcome
    assert payslip.net == D(5000) - D(taken)
    if says is None:
        assert line.wanted == line.allowed
    else:
        assert says in sentence(line).en


def test_the_last_decision_counts_and_each_proposal_has_its_own() -> None:
    decisions = [
        decided(SLOW, 1, "confirmed"),
        decided(SLOW, 1, "waived", at="2026-05-29T10:00:00+08:00"),
        decided(SLOW, 2, "confirmed"),
    ]
    for order in (decisions, decisions[::-1]):
        payslip = pay(slow(1), slow(2), decisions=order)
        assert [(x.state, x.allowed) for x in deductions(payslip)] == [
            (State.WAIVED, ZERO),
            (State.CONFIRMED, D("-50.00")),
        ]


@pytest.mark.parametrize(("bonus", "taken"), [("1000", "100.00"), ("70", "70.00"), ("0", "0"), (None, "0")])
def test_a_bonus_that_is_not_there_cannot_be_lost(bonus: str | None, taken: str) -> None:
    both = [decided(SLOW, 1, "confirmed"), decided(SLOW, 2, "confirmed")]
    payslip = pay(slow(1), slow(2), who=worker(bonus), decisions=both)
    assert -sum(x.allowed for x in deductions(payslip)) == D(taken)
    assert payslip.net == D(4000) + D(bonus or 0) - D(taken)
    last = deductions(payslip)[-1]
    assert (last.carried, payslip.balances) == (ZERO, ())
    if last.wanted != last.allowed:
        assert "left in its pool this month" in sentence(last).en


def test_what_several_people_answer_for_adds_up_to_the_cent() -> None:
    taken = []
    for place, who in enumerate("ABC"):
        fields: dict[str, Any] = {"score": D(1), **party_fields([1, 1, 1], place)}
        payslip = pay(event("review.negative", 1, who, **fields), who=worker(who=who))
        [line] = deductions(payslip)
        assert "1/3 of charge 200.00 CNY" in sentence(line).en
        taken.append(line.wanted)
    assert taken == [D("-66.67"), D("-66.67"), D("-66.66")], "catalogue B 4.7: the cent that is left goes to the first"
    assert party_fields([5], 0) == {}


def test_a_stock_loss_is_confirmed_and_then_limited_by_law() -> None:
    missing = event("stock.mismatch", 1, amount=D("3000.00"), value=D(3000), keeper_answers=True)
    undecided = pay(missing)
    assert [(x.clause_id, x.allowed) for x in deductions(undecided)] == [(KEEPER, ZERO)]
    payslip = pay(missing, decisions=[decided(KEEPER, 1, "reduced", "-2000")])
    [line] = deductions(payslip)
    assert (line.wanted, line.allowed, line.carried) == (D("-3000.00"), D("-1000.00"), D("-1000.00")), (
        "20 % of 5,000 now (A C-24), the rest of what was decided later, what was let off never"
    )
    assert [(b.event_id, b.outstanding) for b in payslip.balances] == [(missing.event_id, D("1000.00"))]


def test_the_third_violation_of_the_year_recommends_and_nothing_more() -> None:
    facts = [slow(1), slow(2), slow(3, "2026-05-11"), event("chat.day_closed", 4, replies=D(9), average_seconds=D(51))]
    found = pay(*facts).recommendations
    assert [(r.clause_id, r.window, r.event_id) for r in found] == [("A-004-1.32", "2026-05", None)]
    assert "transfer or dismissal" in found[0].what.en
    waived = [decided("A-004-1.10a", 4, "waived")]
    assert pay(*facts, decisions=waived).recommendations == (), "C-21: two distinct days of one article are two"
    earlier = worker(violations_before=1)
    assert len(pay(*facts, who=earlier, decisions=waived).recommendations) == 1
    assert pay(*facts).net == pay().net


def test_agreed_bonuses_are_paid_by_the_days_of_the_month_like_base_salary() -> None:
    terms = Terms(date(2026, 5, 1), 1, D(3100), performance_bonus=D(620), attendance_bonus=D(310))
    late_joiner = Person("A", "A", hire_date=date(2026, 5, 22), work_place="上海", terms=(terms,))
    payslip = pay(who=late_joiner)
    assert [(x.clause_id, x.pool, x.allowed) for x in payslip.lines] == [
        ("terms.attendance-bonus", "attendance_bonus", D("100.00")),
        ("terms.base-salary", "base_salary", D("1000.00")),
        ("terms.performance-bonus", "performance_bonus", D("200.00")),
    ]
