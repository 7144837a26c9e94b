"""The rank pass: champions of a department, ties, streaks, and what passes through it from facts to pay."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from payroll.domain.calculate import calculate
from payroll.domain.month import Measure
from payroll.domain.period import Period
from payroll.domain.ranking import Standing, measured, needed, standings
from payroll.domain.record import payslip_record
from payroll.domain.sentences import sentence
from payroll.domain.terms import Person, Terms
from payroll.statutory.load import statutory

from .world import DEPARTMENT, SHOP, assigned, decided, event, fact, refund, revoked

MAY = Period(2026, 5)
D = Decimal
CHAMPION = "B-05.R2.2"
SOLD: Measure = ("order.completed", "amount")


def seller(who: str, department: str = "客服", **more: Any) -> Person:
    return Person(who, who, department, terms=(Terms(date(2020, 1, 1), 1, D(3000)),), **more)


def places(sales: Mapping[str, str], *people: Person, before: Mapping[str, int] | None = None) -> dict[str, Standing]:
    sums = {who: {SOLD: D(amount)} for who, amount in sales.items()}
    streaks = {(who, CHAMPION): streak for who, streak in (before or {}).items()}
    found = standings(MAY, SHOP, people=people or [seller(w) for w in sales], sums=sums, before=streaks)
    return {who: of[CHAMPION] for who, of in found.items()}


def test_ties_share_a_place_and_keep_both_streaks() -> None:
    """B-05.R2.2, catalogue B A8."""
    found = places({"A": "900", "B": "900", "C": "500", "D": "0"}, before={"A": 2, "C": 5})
    assert {who: (s.place, s.streak) for who, s in found.items()} == {
        "A": (1, 3),
        "B": (1, 1),
        "C": (3, 0),
        "D": (4, 0),
    }


def test_the_places_are_those_of_comparing_everyone_with_everyone() -> None:
    sales = {f"A{number:03}": str(number * 7919 % 50) for number in range(200)}
    found = places(sales)
    for who, amount in sales.items():
        assert found[who].place == 1 + sum(D(other) > D(amount) for other in sales.values())


def test_each_department_has_its_own_and_who_left_has_none() -> None:
    people = [seller("A"), seller("B", "仓库"), seller("C", leave_date=date(2026, 4, 30))]
    found = places({"A": "1", "B": "9", "C": "99"}, *people)
    assert {who: s.place for who, s in found.items()} == {"A": 1, "B": 1}
    assert standings(MAY, DEPARTMENT, people=people, sums={}, before={}) == {}


def test_a_streak_over_months_as_the_catalogue_works_it_out() -> None:
    """Catalogue B 4.10: X, X, X, X, Y, X are paid 50, 100, 200, 200, 50, 50."""
    before: dict[tuple[str, str], int] = {}
    paid = []
    people = [seller("X"), seller("Y")]
    for number, winner in enumerate("XXXXYX", start=1):
        period = Period(2026, number)
        facts = [
            fact(10 * number + n, "500" if who == winner else "100", who, f"{period}-05") for n, who in enumerate("XY")
        ]
        sums = measured(facts, needed(SHOP))
        found = standings(period, SHOP, people=people, sums=sums, before=before)
        before = {(who, c): s.streak for who, of in found.items() for c, s in of.items() if s.streak}
        payslips = calculate(period, SHOP, statutory(), people=people, facts=facts, standings=found)
        lines = [line for payslip in payslips for line in payslip.lines if line.clause_id == CHAMPION]
        [line] = lines
        paid.append(line.allowed)
    assert paid == [D(50), D(100), D(200), D(200), D(50), D(50)]
    assert "award by streak 50.00 CNY (for months first in a row 1)" in sentence(line).en


def test_sales_count_net_of_refunds_and_of_what_passed_to_others() -> None:
    facts = [
        fact(1, "1000", "A"),
        refund(2, 1, "300", "A"),
        refund(3, None, "5000", "A", historical=True),
        assigned(4, 1, "400", "A", gives_up=True),
        assigned(4, 1, "400", "B", gives_up=False),
    ]
    found = standings(MAY, SHOP, people=[seller("A"), seller("B")], sums=measured(facts, needed(SHOP)), before={})
    assert {who: of[CHAMPION].metric for who, of in found.items()} == {"A": D(300), "B": D(400)}


def test_without_standings_nobody_is_champion() -> None:
    [payslip] = calculate(MAY, SHOP, statutory(), people=[seller("A")], facts=[fact(1, "100")])
    assert [line.clause_id for line in payslip.lines] == ["terms.base-salary", "B-05.R2.1"]


def test_a_whole_month_of_the_night_shop() -> None:
    """What chapter 5 itself states of catalogue B 4.18: 80,000 at 72 %, champion again, three orders not chased."""
    counted = event("inquiry.counted", 1)._replace(occurrences=100)
    won = event("inquiry.won", 2)._replace(occurrences=72)
    missed = [event("order.payment_chase_missed", n, allowed_minutes=D(60)) for n in (3, 4, 5)]
    facts = [counted, won, fact(6, "80000"), *missed]
    people = [seller("A")]
    found = standings(MAY, SHOP, people=people, sums=measured(facts, needed(SHOP)), before={("A", CHAMPION): 1})
    decisions = [decided("B-05.D1.5", n, "confirmed") for n in (3, 4, 5)]
    [payslip] = calculate(MAY, SHOP, statutory(), people=people, facts=facts, decisions=decisions, standings=found)
    assert [(x.clause_id, x.allowed) for x in payslip.lines] == [
        ("terms.base-salary", D("3000")),
        ("B-05.R2.1", D("1200.00")),
        ("B-05.R2.2", D("100.00")),
        *[("B-05.D1.5", D("-5.00"))] * 3,
    ]
    assert payslip.net == D("4285.00")


def test_a_review_opens_a_demerit_for_a_person_to_decide() -> None:
    facts = [event("review.negative", 1, score=D(1)), event("review.neutral", 2, score=D(3))]
    gone = revoked(2, 9, "review.revised")
    [payslip] = calculate(MAY, SHOP, statutory(), people=[seller("A")], facts=[*facts, gone])
    assert [(r.clause_id, r.event_id) for r in payslip.recommendations] == [("B-05.D1.4-demerit", facts[0].event_id)]
    assert payslip.net == D(3000)
    assert payslip_record(payslip)["recommendations"][0]["what"]["zh"] == "建议记过（由主管决定）"
