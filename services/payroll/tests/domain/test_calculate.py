"""The calculation: one pure function from facts to payslips, with the worked numbers of the catalogues."""

import random
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payroll.domain.calculate import Originals, calculate
from payroll.domain.clause import Rulebook
from payroll.domain.facts import Fact
from payroll.domain.line import Balance
from payroll.domain.money import ZERO, allocate, cents
from payroll.domain.month import Month, Scope
from payroll.domain.payslip import Payslip, differences
from payroll.domain.period import Period
from payroll.domain.record import lines_of, payslip_record, read_balance
from payroll.domain.reversal import Earned
from payroll.domain.sentences import entry_sentence, sentence
from payroll.domain.terms import Person, Terms
from payroll.statutory.load import statutory

from .world import FLAT, assigned, book, fact, line, loss, person, refund

MAY, JUNE = Period(2026, 5), Period(2026, 6)
D = Decimal


def pay(period: Period = MAY, rulebook: Rulebook = FLAT, **given_ones: Any) -> list[Payslip]:
    known: dict[str, Any] = {"people": (), "facts": ()}
    return calculate(period, rulebook, statutory(), **(known | given_ones))


def test_each_order_is_rounded_half_up_before_summing() -> None:
    [payslip] = pay(facts=[fact(1, "1234.50"), fact(2, "300"), fact(3, "450"), fact(4, "0.49"), fact(5, "-80")])
    earning = line(payslip, "earning")
    assert [entry.result for entry in earning.entries] == [D("12.35"), D("3.00"), D("4.50"), D("0.00")]
    assert payslip.net == earning.allowed == D("19.85")
    assert entry_sentence(earning, earning.entries[0]).en == "net amount 1,234.50 CNY × rate 1 % = 12.35 CNY"


def test_a_thousand_orders_are_one_line() -> None:
    [payslip] = pay(facts=[fact(n, "10.50") for n in range(1, 1001)])
    [earning] = payslip.lines
    assert len(earning.entries) == 1000
    assert payslip.net == D("110.00"), "0.105 becomes 0.11 a thousand times; B 4: a line's parts are rounded first"


@pytest.mark.parametrize(
    ("gross", "requested", "taken", "carried", "net"),
    [
        ("3500", "1200", "700", "500", "2800"),
        ("2800", "1200", "60", "1140", "2740"),
        ("2740", "1200", "0", "1200", "2740"),
        ("20000", "1200", "1200", "0", "18800"),
        ("3500.03", "1200", "700", "500", "2800.03"),
    ],
)
def test_loss_compensation_within_the_law(gross: str, requested: str, taken: str, carried: str, net: str) -> None:
    """Catalogue B 4.15 with the minimum wage of Shanghai (2,740) in place of its illustrative 2,490."""
    [payslip] = pay(people=[person(gross)], losses=[loss(1, requested)])
    deduction = line(payslip, "deduction")
    assert (-deduction.allowed, -deduction.carried, payslip.net) == (D(taken), D(carried), D(net))
    assert {limit.reference.en for limit in deduction.limits if limit.reference} == {
        "Shanghai measures on wage payment (2016 No. 29)",
        "Shanghai HRSS 2025 No. 10",
    }
    assert [b.outstanding for b in payslip.balances] == ([D(carried)] if D(carried) else [])


def test_catalogue_b_4_15_with_its_own_minimum_wage() -> None:
    """Hangzhou's 2,490 held until November 2025: the two worked cases to the yuan."""
    november = Period(2025, 11)
    rulebook = book((1, "2025-01-01"))
    for gross, expected in (("3500", ("700", "500", "2800")), ("2800", ("310", "890", "2490"))):
        who = person(gross, work_place="杭州")
        [payslip] = pay(november, rulebook, people=[who], losses=[loss(1, "1200", "2025-11-06", "2025-11-01")])
        deduction = line(payslip, "deduction")
        assert (-deduction.allowed, -deduction.carried, payslip.net) == tuple(D(x) for x in expected)


def test_what_is_carried_is_asked_for_first_and_the_limit_is_the_months() -> None:
    [may] = pay(people=[person("3500")], losses=[loss(1, "1000"), loss(2, "600", "2026-05-20")])
    assert [(-x.allowed, -x.carried) for x in may.lines[1:]] == [(D(700), D(300)), (D(0), D(600))]
    owed: list[Balance] = list(may.balances)
    taken = []
    for period in (JUNE, Period(2026, 7)):
        [payslip] = pay(period, people=[person("3500")], balances=owed)
        taken.append([-x.allowed for x in payslip.lines[1:]])
        owed = list(payslip.balances)
    assert taken == [[D(300), D(400)], [D(200)]]
    assert owed == []


@pytest.mark.parametrize(
    ("place", "period", "noticed", "says"),
    [
        (None, MAY, "2026-05-01", "work place not recorded"),
        ("成都", MAY, "2026-05-01", "work place 成都"),
        ("杭州", Period(2025, 12), "2025-12-01", "contradict"),
        ("上海", MAY, "2026-06-15", "was not told of it beforehand"),
    ],
)
def test_without_a_ground_nothing_is_taken_and_the_line_says_so(
    place: str | None, period: Period, noticed: str, says: str
) -> None:
    rulebook = book((1, "2025-01-01"))
    case = loss(1, "1200", str(period.first), noticed)
    [payslip] = pay(period, rulebook, people=[person("3500", work_place=place)], losses=[case])
    deduction = line(payslip, "deduction")
    assert (deduction.allowed, deduction.carried) == (ZERO, D(-1200))
    assert says in sentence(deduction).en


def test_partial_refunds_end_at_the_cent_of_what_was_earned() -> None:
    facts = [fact(1, "100.50"), *(refund(n, 1, "33.50") for n in (2, 3, 4)), fact(9, "900")]
    [payslip] = pay(facts=facts)
    reversal = line(payslip, "reversal")
    assert sum(entry.result for entry in reversal.entries) == D("-1.01")
    assert payslip.net == D("9.00")
    over = pay(facts=[*facts, refund(5, 1, "500")])
    assert line(over[0], "reversal").wanted == D("-1.01"), "never more than was earned"


def test_a_refund_beyond_this_months_commission_is_carried_not_taken_from_base() -> None:
    may_sale = {"A": {fact(1, "0").event_id: (Earned(FLAT.versions[0].clauses[0], D(1000), D(10), D("10.00")),)}}
    june_facts = [fact(2, "400", day="2026-06-02"), refund(3, 1, "1000", day="2026-06-03")]
    [june] = pay(JUNE, people=[person("3500")], facts=june_facts, originals=Originals(may_sale))
    reversal = line(june, "reversal")
    assert (reversal.wanted, reversal.allowed, reversal.carried) == (D("-10.00"), D("-4.00"), D("-6.00"))
    assert june.net == D(3500)
    [july] = pay(
        Period(2026, 7), people=[person("3500")], facts=[fact(4, "900", day="2026-07-02")], balances=june.balances
    )
    assert july.net == D("3503.00")


def test_what_earlier_months_took_back_is_not_taken_again() -> None:
    clause = FLAT.versions[0].clauses[0]
    earlier = Earned(clause, D("100.50"), D("1.0050"), D("1.01"), given_back=D("67.00"))
    originals = Originals({"A": {fact(1, "0").event_id: (earlier,)}})
    facts = [refund(3, 1, "33.50", day="2026-06-03"), fact(4, "900", day="2026-06-04")]
    [june] = pay(JUNE, facts=facts, originals=originals)
    assert line(june, "reversal").wanted == D("-0.34"), "1.01 less the 0.67 of two refunds"


def test_a_sale_passed_on_moves_its_commission() -> None:
    facts = [
        fact(1, "1000"),
        assigned(2, 1, "1000", "A", gives_up=True),
        assigned(2, 1, "600", "B", gives_up=False),
        assigned(2, 1, "400", "A", gives_up=False),
        refund(3, 1, "60", "B"),
    ]
    first, second = pay(facts=facts)
    assert (first.net, second.net) == (D("4.00"), D("5.40"))
    untouched = fact(7, "50", type="order.operator_assigned", sale=None)
    assert pay(facts=[untouched]) == []


def test_a_sale_of_may_passed_on_in_june_is_priced_by_may() -> None:
    rulebook = book((1, "2026-05-01"), (2, "2026-06-01"), changes={"B-05.R2.1": {}})
    moved = assigned(2, 1, "1000", "B", gives_up=False, day="2026-06-03")
    assert moved.sale is not None
    [payslip] = pay(JUNE, rulebook, facts=[moved], originals=Originals(days={moved.sale: date(2026, 5, 10)}))
    assert payslip.lines[0].version == "night-shop-5/1"


def test_refunds_without_effect_are_remarked() -> None:
    historical = refund(1, None, "120", historical=True)
    before_completion = refund(2, None, "50")
    foreign = refund(3, 77, "30")
    [payslip] = pay(facts=[historical, before_completion, foreign])
    assert payslip.lines == ()
    assert payslip.net == 0
    texts = [remark.en for remark in payslip.remarks]
    assert texts[0].startswith("1 historical refunds of 120.00 CNY")
    assert texts[1].startswith("1 refunds of 30.00 CNY")


@pytest.mark.parametrize(
    ("hired", "left", "expected"),
    [
        (date(2020, 1, 1), None, "3100"),
        (date(2026, 5, 31), None, "100"),
        (date(2026, 5, 16), None, "1600"),
        (date(2020, 1, 1), date(2026, 5, 10), "1000"),
        (date(2026, 5, 2), date(2026, 5, 4), "300"),
        (date(2026, 6, 1), None, None),
        (date(2020, 1, 1), date(2026, 4, 30), None),
    ],
)
def test_a_part_month_is_paid_by_calendar_days(hired: date, left: date | None, expected: str | None) -> None:
    found = pay(people=[person("3100", hire_date=hired, leave_date=left)])
    assert [payslip.net for payslip in found] == ([D(expected)] if expected else [])


def test_two_agreements_in_one_month_add_up() -> None:
    def agreed(*bases: tuple[str, str]) -> Person:
        terms = tuple(Terms(date.fromisoformat(day), n, D(base)) for n, (day, base) in enumerate(bases, 1))
        return Person("A", terms=terms)

    same = agreed(("2020-01-01", "3100"), ("2026-05-11", "3100"))
    assert pay(people=[same])[0].net == D(3100)
    raised = agreed(("2020-01-01", "3100"), ("2026-05-11", "6200"))
    [payslip] = pay(people=[raised])
    assert payslip.net == D("5200.00")
    assert len(payslip.lines[0].steps) == 2
    later = agreed(("2020-01-01", "3100"), ("2026-05-01", "4000"), ("2026-05-01", "5000"))
    assert pay(people=[later])[0].net == D(5000), "of two agreements from one day the later version"


def test_a_wage_below_the_minimum_is_remarked() -> None:
    [payslip] = pay(people=[person("2000")])
    assert "below the local minimum wage of 2740" in payslip.remarks[0].en
    assert pay(people=[person("3000")])[0].remarks == ()


def test_a_loss_under_a_clause_that_is_not_in_force_is_a_problem() -> None:
    case = loss(1, "10")._replace(clause_id="B-99")
    [payslip] = pay(people=[person("3500")], losses=[case])
    assert "B-99, which is not in force" in payslip.problems[0].en


def test_figures_of_an_outside_report_decide_the_tier() -> None:
    rulebook = book((2, "2026-01-01"))
    for won, net in ((139, "800.00"), (140, "1200.00")):
        counted = fact(900, "0", type="inquiry.counted", occurrences=200)
        reached = fact(901, "0", type="inquiry.won", occurrences=won)
        [payslip] = pay(MAY, rulebook, facts=[fact(1, "80000"), counted, reached])
        assert payslip.net == D(net)


def test_differences_are_what_changed_since_the_issue() -> None:
    [issued] = pay(facts=[fact(1, "1000")])
    [now] = pay(facts=[fact(1, "1000"), fact(2, "500")])
    [changed] = differences(issued.lines, now.lines)
    assert (changed.allowed, changed.wanted, len(changed.entries)) == (D("5.00"), D("5.00"), 2)
    assert differences([*issued.lines, changed], now.lines) == []
    [gone] = differences(issued.lines, [])
    assert gone.allowed == D("-10.00")


def test_a_line_can_be_evaluated_again_from_what_it_stores() -> None:
    """The stored inputs and entries, put through the clause of the stored version, give the stored results."""
    facts = [fact(1, "1234.50"), fact(2, "99.99"), fact(3, "0", type="inquiry.counted", occurrences=7)]
    rulebook = book((2, "2026-01-01"))
    [payslip] = pay(MAY, rulebook, facts=facts)
    [stored] = lines_of(payslip_record(payslip))
    clause = rulebook.clause(stored.clause_id, stored.version)
    assert clause is not None
    month = Month([f for f in facts if f.type == "inquiry.counted"], {})
    for entry in stored.entries:
        again = clause.amount.evaluate(Scope(month, {"amount": entry.amount}, 1))
        assert isinstance(again, Decimal)
        assert (again, cents(again)) == (entry.exact, entry.result)


amounts = st.decimals(min_value=D("0.01"), max_value=D("99999.99"), places=2)


@st.composite
def months(draw: st.DrawFn) -> list[Fact]:
    """Draw a month of sales of three people, with refunds that may ask for more than was sold."""
    facts: list[Fact] = []
    for number in range(1, draw(st.integers(1, 8)) + 1):
        who = draw(st.sampled_from("ABC"))
        facts.append(fact(number, draw(amounts), who, f"2026-05-{draw(st.integers(1, 28)):02d}"))
        for part in range(draw(st.integers(0, 3))):
            id = number * 100 + part
            facts.append(refund(id, number, draw(amounts), who, day=f"2026-05-{draw(st.integers(1, 28)):02d}"))
    return facts


@settings(max_examples=50)
@given(months(), st.randoms(use_true_random=False), amounts)
def test_order_does_not_matter_and_sums_hold(facts: list[Fact], order: random.Random, base: Decimal) -> None:
    people = [person(str(base), who) for who in "ABC"]
    cases = [loss(9001, "1500", who="A"), loss(9002, "20", who="A")]
    payslips = pay(people=people, facts=facts, losses=cases)
    shuffled = list(facts)
    order.shuffle(shuffled)
    assert pay(people=people[::-1], facts=shuffled, losses=cases[::-1]) == payslips
    for payslip in payslips:
        assert payslip.net == sum((x.allowed for x in payslip.lines), ZERO)
        assert payslip.net >= 0
        for x in payslip.lines:
            assert x.wanted == x.allowed + x.carried, "nothing lapses here"
            assert x.allowed == cents(x.allowed)
        assert sum((b.outstanding for b in payslip.balances), ZERO) == -sum((x.carried for x in payslip.lines), ZERO)
        earned = sum((x.allowed for x in payslip.lines if x.kind == "earning"), ZERO)
        taken = -sum((x.allowed for x in payslip.lines if x.kind == "reversal"), ZERO)
        assert taken <= earned
        loss_taken = -sum((x.allowed for x in payslip.lines if x.kind == "deduction"), ZERO)
        assert loss_taken * 5 <= payslip.gross
        assert loss_taken == 0 or payslip.net >= D(2740)
        assert lines_of(payslip_record(payslip)) == list(payslip.lines)
        assert [read_balance(b) for b in payslip_record(payslip)["balances"]] == list(payslip.balances)


@settings(max_examples=50)
@given(st.lists(amounts, min_size=1, max_size=5), st.lists(amounts, min_size=1, max_size=4))
def test_refunds_of_one_sale_take_back_what_one_refund_would(parts: list[Decimal], sold: list[Decimal]) -> None:
    """However a refund is cut into parts, the parts take back as much as the whole, and all of it at the end."""
    amount, back = sum(sold, ZERO), sum(parts, ZERO)
    other = fact(5000, "99999999")
    pieces = pay(facts=[fact(1, amount), other, *(refund(n, 1, part) for n, part in enumerate(parts, 10))])
    whole = pay(facts=[fact(1, amount), other, refund(10, 1, back)])
    assert pieces[0].net == whole[0].net
    if back >= amount:
        assert pieces[0].net == D("999999.99"), "the other sale alone"


@given(amounts, st.lists(st.integers(0, 50), min_size=1, max_size=9).filter(any))
def test_allocations_add_up_by_largest_remainder(total: Decimal, weights: list[int]) -> None:
    parts = allocate(total, weights)
    assert sum(parts) == total
    exact = [total * w / sum(weights) for w in weights]
    assert all(abs(part - share) < D("0.01") for part, share in zip(parts, exact, strict=True))
    assert allocate(-total, weights) == tuple(-part for part in parts)


def test_thirds_go_to_the_first_listed() -> None:
    assert allocate(D(10000), [1, 1, 1]) == (D("3333.34"), D("3333.33"), D("3333.33"))
    for bad in ([], [0, 0], [1, -1]):
        with pytest.raises(ValueError, match="weights"):
            allocate(D(1), bad)
