"""A loss is taken from who was told of it before it was decided, whichever month it happened in."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from payroll.domain.calculate import calculate
from payroll.domain.facts import Fact
from payroll.domain.money import ZERO
from payroll.domain.payslip import Payslip
from payroll.domain.period import Period
from payroll.domain.sentences import sentence
from payroll.statutory.load import statutory

from .world import book, decided, event, line, person

OCTOBER, NOVEMBER = Period(2025, 10), Period(2025, 11)
RULES = book((1, "2025-01-01"), pack="ecommerce-department")
KEEPER = "A-004-1.22d"
D = Decimal
MISSING = event("stock.mismatch", 1, day="2025-10-31", amount=D("1200.00"), value=D(1200), keeper_answers=True)


def pay(period: Period, gross: str, *facts: Fact, **more: Any) -> Payslip:
    """Somebody in Hangzhou, whose minimum wage was 2,490 until November 2025: that of the catalogue."""
    who = person(gross, work_place="杭州")
    [payslip] = calculate(period, RULES, statutory(), people=[who], facts=facts, **more)
    return payslip


def confirmed(told: date | None) -> dict[str, Any]:
    """October's stocktake, confirmed in November."""
    return {"decisions": [decided(KEEPER, 1, "confirmed", at="2025-11-06T10:00:00+08:00", noticed_on=told)]}


@pytest.mark.parametrize("told", [date(2025, 10, 31), date(2025, 11, 5), date(2025, 11, 6)])
def test_told_after_the_month_but_before_the_decision_is_told(told: date) -> None:
    """Catalogue B 4.15: gross 3,500 and 2,800, requested 1,200."""
    for gross, expected in (("3500", ("700", "500", "2800")), ("2800", ("310", "890", "2490"))):
        october = pay(OCTOBER, gross, MISSING, **confirmed(told))
        taken = line(october, "deduction")
        assert (-taken.allowed, -taken.carried, october.net) == tuple(D(x) for x in expected)


def test_what_is_carried_was_told_before_it_was_asked_again() -> None:
    """Told in December of a loss of October: the rest is asked in November's pay, which is made after that."""
    december = decided(KEEPER, 1, "confirmed", at="2025-12-02T10:00:00+08:00", noticed_on=date(2025, 12, 1))
    october = pay(OCTOBER, "3500", MISSING, decisions=[december])
    november = pay(NOVEMBER, "3500", balances=october.balances)
    assert (line(november, "deduction").allowed, november.balances) == (D(-500), ())


@pytest.mark.parametrize("told", [None, date(2025, 11, 7)])
def test_an_untold_loss_takes_nothing_and_is_carried(told: date | None) -> None:
    october = pay(OCTOBER, "3500", MISSING, **confirmed(told))
    taken = line(october, "deduction")
    assert (taken.allowed, taken.carried, october.net) == (ZERO, D(-1200), D(3500))
    assert "was not told of it beforehand" in sentence(taken).en
    november = pay(NOVEMBER, "3500", balances=october.balances)
    assert line(november, "deduction").allowed == (D(-700) if told else ZERO)
