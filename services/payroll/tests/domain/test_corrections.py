"""What no longer holds is given back to the cent: within the month, after it was paid, by revocation or appeal."""

import random
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from payroll.domain.calculate import Originals, calculate
from payroll.domain.clause import Rulebook
from payroll.domain.corrections import effects_of
from payroll.domain.decisions import Decision
from payroll.domain.facts import Fact
from payroll.domain.line import Evidence, Line, State
from payroll.domain.money import ZERO
from payroll.domain.payslip import Payslip
from payroll.domain.period import Period
from payroll.domain.record import lines_of, payslip_record, read_balance
from payroll.domain.sentences import sentence
from payroll.domain.terms import Person, Terms
from payroll.statutory.load import statutory

from .world import DEPARTMENT, decided, event, revoked

MAY, JUNE, JULY = Period(2026, 5), Period(2026, 6), Period(2026, 7)
D = Decimal
NEGATIVE, KEEPER, ABSENT, OVERSOLD = "A-004-1.20c", "A-004-1.22d", "A-004-3.2a-absence", "A-004-1.27b"
WORKER = Person(
    "A", "A", hire_date=date(2020, 1, 1), work_place="上海",
    terms=(Terms(date(2020, 1, 1), 1, D(4000), performance_bonus=D(1000)),),
)  # fmt: skip


def pay(period: Period, facts: Sequence[Fact], rulebook: Rulebook = DEPARTMENT, **more: Any) -> Payslip:
    [payslip] = calculate(period, rulebook, statutory(), people=[WORKER], facts=facts, **more)
    record = payslip_record(payslip)
    assert lines_of(record) == list(payslip.lines)
    assert [read_balance(b) for b in record["balances"]] == list(payslip.balances)
    assert payslip.net == sum((x.allowed for x in payslip.lines), ZERO)
    return payslip


def before(*payslips: Payslip, about: Sequence[Evidence]) -> Originals:
    lines = [line for payslip in payslips for line in payslip.lines]
    return Originals(effects={"A": effects_of(lines, about, DEPARTMENT)})


def of(payslip: Payslip, kind: str) -> list[Line]:
    return [line for line in payslip.lines if line.kind == kind]


def review(number: int, day: str = "2026-05-10") -> Fact:
    return event("review.negative", number, day=day, score=D(1))


def confirmed(*numbers: int, clause: str = NEGATIVE) -> list[Decision]:
    return [decided(clause, number, "confirmed") for number in numbers]


def test_revoked_in_its_own_month_the_line_keeps_both_entries() -> None:
    revision = revoked(1, 9, "review.revised")
    payslip = pay(MAY, [review(1), revision], decisions=confirmed(1))
    [line] = of(payslip, "deduction")
    assert (line.wanted, line.allowed, line.state) == (ZERO, ZERO, State.REVOKED)
    assert [(e.event_id, e.result, e.sale) for e in line.entries] == [
        (UUID(int=1), D("-200.00"), None),
        (revision.event_id, D("200.00"), UUID(int=1)),
    ]
    assert payslip.net == D(5000)
    assert "revoked (review.revised/9, 2026-05-20): 200.00 CNY" in sentence(line).en


def test_what_was_only_proposed_and_revoked_leaves_no_line() -> None:
    assert of(pay(MAY, [review(1), revoked(1, 9, "review.revised")]), "deduction") == []
    waived = decided(NEGATIVE, 1, "waived")
    decided_before = pay(MAY, [review(1), revoked(1, 9, "review.revised")], decisions=[waived])
    assert [x.state for x in of(decided_before, "deduction")] == [State.REVOKED]
    absent = event("attendance.absent", 2, days=D(1), minutes=D(480), consecutive_days=D(1))
    [line] = of(pay(MAY, [absent, revoked(2, 9, "attendance.absent_revoked")]), "deduction")
    assert (line.clause_id, line.allowed, line.state, len(line.entries)) == (ABSENT, ZERO, State.REVOKED, 2)


def test_what_is_revoked_no_longer_counts_for_what_follows() -> None:
    first, second = (event("order.oversold", n, day="2026-05-10", sku="S", shop="T") for n in (1, 2))
    lines = of(pay(MAY, [first, second, revoked(1, 9, "order.oversold_revoked")]), "deduction")
    assert [(x.event_id, x.wanted) for x in lines] == [(UUID(int=2), D("-50.00"))]


def test_revoked_after_pay_gives_back_what_was_taken_dated_now() -> None:
    may = pay(MAY, [review(1), review(2)], decisions=confirmed(1, 2))
    assert may.net == D(4600)
    revision = revoked(1, 9, "review.revised", day="2026-06-03")
    june = pay(JUNE, [revision], originals=before(may, about=[UUID(int=1)]))
    [back] = of(june, "given_back")
    assert (back.allowed, back.clause_id, back.event_id) == (D("200.00"), NEGATIVE, UUID(int=1))
    [entry] = back.entries
    assert (entry.event_id, entry.sale, entry.day) == (revision.event_id, UUID(int=1), date(2026, 6, 3))
    assert (june.net, june.gross) == (D(5200), D(5200))
    assert "revoked on 2026-06-03 (review.revised/9); given back 200.00 CNY" in sentence(back).en
    again = pay(
        JULY, [revoked(1, 9, "review.revised", day="2026-07-01")], originals=before(may, june, about=[UUID(int=1)])
    )
    assert of(again, "given_back") == [], "given back once"


def test_only_what_was_taken_is_given_back() -> None:
    may = pay(MAY, [review(n) for n in range(1, 7)], decisions=confirmed(*range(1, 7)))
    last = of(may, "deduction")[-1]
    assert (last.event_id, last.allowed, may.net) == (UUID(int=6), ZERO, D(4000)), "five reviews emptied the bonus"
    june = pay(JUNE, [revoked(6, 9, "review.revised", day="2026-06-03")], originals=before(may, about=[UUID(int=6)]))
    assert (of(june, "given_back"), june.net) == ([], D(5000))


def test_an_appeal_won_after_pay_gives_back_the_difference() -> None:
    may = pay(MAY, [review(1)], decisions=confirmed(1))
    for outcome, amount, given_back in (("waived", None, "200.00"), ("reduced", "-80", "120.00")):
        won = decided(NEGATIVE, 1, outcome, amount, at="2026-06-09T10:00:00+08:00", appeal_id=UUID(int=77))  # type: ignore[arg-type]
        june = pay(JUNE, [], decisions=[won], originals=before(may, about=[UUID(int=1)]))
        [back] = of(june, "given_back")
        assert (back.allowed, back.entries[0].event_id) == (D(given_back), UUID(int=77))
        assert "on appeal" in sentence(back).en


def test_what_is_confirmed_after_pay_is_taken_in_the_month_of_the_decision() -> None:
    may = pay(MAY, [review(1)])
    assert may.net == D(5000)
    late = decided(NEGATIVE, 1, "confirmed", at="2026-06-02T10:00:00+08:00")
    june = pay(JUNE, [], decisions=[late], originals=before(may, about=[UUID(int=1)]))
    [line] = of(june, "deduction")
    assert (line.allowed, line.state, line.event_id, june.net) == (D("-200.00"), State.CONFIRMED, UUID(int=1), D(4800))
    won = decided(NEGATIVE, 1, "waived", at="2026-07-02T10:00:00+08:00")
    july = pay(JULY, [], decisions=[won], originals=before(may, june, about=[UUID(int=1)]))
    assert (of(july, "given_back")[0].allowed, july.net) == (D("200.00"), D(5200))


def test_a_loss_set_aside_gives_back_what_was_taken_and_asks_no_more() -> None:
    missing = event("stock.mismatch", 1, amount=D("1500.00"), value=D(1500), keeper_answers=True)
    may = pay(MAY, [missing], decisions=confirmed(1, clause=KEEPER))
    assert (may.net, may.balances[0].outstanding) == (D(4000), D("500.00"))
    found = revoked(1, 9, "stock.mismatch_resolved", day="2026-06-03")
    june = pay(JUNE, [found], balances=may.balances, originals=before(may, about=[UUID(int=1)]))
    assert [(x.kind, x.allowed, x.carried) for x in june.lines[2:]] == [
        ("given_back", D("1000.00"), ZERO),
        ("deduction", ZERO, ZERO),
    ]
    assert (june.balances, june.net) == ((), D(6000))
    part = decided(KEEPER, 1, "reduced", "-1200", at="2026-06-03T10:00:00+08:00")
    june = pay(JUNE, [], balances=may.balances, decisions=[part], originals=before(may, about=[UUID(int=1)]))
    assert [(x.kind, x.allowed) for x in june.lines[2:]] == [("deduction", D("-200.00"))]
    untouched = pay(JUNE, [], balances=may.balances)
    assert untouched.lines[-1].allowed == D("-500.00")


def test_an_absence_that_was_a_lateness_is_paid_again() -> None:
    absent = event("attendance.absent", 1, days=D(1), minutes=D(480), consecutive_days=D(1))
    may = pay(MAY, [absent])
    [line] = of(may, "deduction")
    assert (line.state, line.allowed, may.gross) == (State.AUTOMATIC, D("-183.91"), D("4816.09")), "4,000 / 21.75"
    same_month = pay(MAY, [absent, revoked(1, 9, "attendance.absent_revoked")])
    assert same_month.net == D(5000)
    june = pay(
        JUNE, [revoked(1, 9, "attendance.absent_revoked", day="2026-06-01")], originals=before(may, about=[UUID(int=1)])
    )
    assert june.net == D("5183.91")


kinds = st.sampled_from(
    ["review.negative", "review.neutral", "chat.reply_overdue", "order.oversold", "attendance.absent"]
)


@st.composite
def months(draw: st.DrawFn) -> list[Fact]:
    facts = []
    for number in range(1, draw(st.integers(1, 8)) + 1):
        day = f"2026-05-{draw(st.integers(1, 28)):02d}"
        fields: dict[str, Any] = {"score": D(1), "sku": draw(st.sampled_from("XY")), "shop": "T", "days": D(1)}
        facts.append(event(draw(kinds), number, day=day, **fields))
    return facts


@settings(max_examples=25)
@given(months(), st.data(), st.randoms(use_true_random=False))
def test_revoking_is_the_same_as_never_having_happened(
    facts: list[Fact], data: st.DataObject, order: random.Random
) -> None:
    """In money, whether in the month itself or after it was paid; and whatever order things arrive in."""
    gone = data.draw(st.sets(st.sampled_from([f.event_id.int for f in facts])))
    clauses = [clause.id for clause in DEPARTMENT.versions[0].clauses]
    decisions = [decided(clause, f.event_id.int, "confirmed") for f in facts for clause in clauses]
    revocations = [revoked(number, 100 + number, "x_revoked") for number in gone]
    shuffled = [*facts, *revocations]
    order.shuffle(shuffled)
    kept = [fact for fact in facts if fact.event_id.int not in gone]
    within = pay(MAY, shuffled, decisions=decisions[::-1])
    assert within == pay(MAY, [*facts, *revocations], decisions=decisions)
    assert within.net == pay(MAY, kept, decisions=decisions).net
    assert [x.allowed for x in within.lines if x.allowed] == [
        x.allowed for x in pay(MAY, kept, decisions=decisions).lines if x.allowed
    ]
    paid = pay(MAY, facts, decisions=decisions)
    taken = -sum((x.allowed for x in paid.lines if x.event_id and x.event_id.int in gone), ZERO)
    later = [revoked(number, 100 + number, "x_revoked", day="2026-06-05") for number in gone]
    june = pay(JUNE, later, originals=before(paid, about=[UUID(int=n) for n in gone]))
    assert june.net == D(5000) + taken
