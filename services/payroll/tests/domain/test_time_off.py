"""No work, no pay: at most what the time is worth; sick leave is paid at least what the law of the place says."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from payroll.domain.calculate import calculate
from payroll.domain.clause import Rulebook, RulebookVersion
from payroll.domain.facts import Fact
from payroll.domain.payslip import Payslip
from payroll.domain.period import Period
from payroll.domain.sentences import sentence
from payroll.domain.terms import Person, Terms
from payroll.rulebook.lint import lint
from payroll.rulebook.load import read_pack
from payroll.statutory.load import statutory

from .world import DEPARTMENT, SIGNED, event

D = Decimal
MAY = Period(2026, 5)


def employee(base: str = "3000", place: str | None = "杭州", hired: date = date(2020, 1, 1), **more: Any) -> Person:
    terms = Terms(date(2020, 1, 1), 1, D(base), **more)
    return Person("A", "A", hire_date=hired, work_place=place, terms=(terms,))


def pay(*facts: Fact, who: Person | None = None, period: Period = MAY, rulebook: Rulebook = DEPARTMENT) -> Payslip:
    [payslip] = calculate(period, rulebook, statutory(), people=[who or employee()], facts=facts)
    return payslip


def leave(number: int, kind: str, days: str = "1", day: str = "2026-05-12", **more: Any) -> Fact:
    return event("leave.taken", number, day=day, leave_type=kind, days=D(days), minutes=D(480) * D(days), **more)


def taken(payslip: Payslip) -> list[Decimal]:
    return [-line.allowed for line in payslip.lines if line.kind == "deduction"]


def test_absence_and_personal_leave_cost_the_time_itself() -> None:
    absent = event("attendance.absent", 1, days=D(1), minutes=D(480), consecutive_days=D(1))
    payslip = pay(absent, leave(2, "personal", "0.5"), leave(3, "personal", paid_factor=D(1)))
    assert taken(payslip) == [D("137.93"), D("68.97")], (
        "catalogue B 4.2: 3,000 / 21.75; leave with full pay costs nothing"
    )
    assert (payslip.net, payslip.gross) == (D("2793.10"), D("2793.10"))
    assert "daily wage 137.931034 CNY" in sentence(payslip.lines[1]).en


def test_a_month_of_absence_takes_the_base_salary_and_no_more() -> None:
    days = [event("attendance.absent", n, day=f"2026-05-{n:02d}", days=D(1), minutes=D(480)) for n in range(1, 25)]
    payslip = pay(*days, who=employee(performance_bonus=D(500)))
    assert (sum(taken(payslip)), payslip.net) == (D("3000.00"), D("500.00"))


@pytest.mark.parametrize(
    ("place", "period", "hired", "base", "kept"),
    [
        ("杭州", "2026-05", date(2020, 1, 1), "3000", "97.84"),
        ("北京", "2026-05", date(2020, 1, 1), "3000", "93.43"),
        ("广州", "2026-10", date(2020, 1, 1), "3000", "98.57"),
        ("上海", "2026-05", date(2025, 1, 1), "3000", "100.78"),
        ("上海", "2026-05", date(2025, 1, 1), "8000", "220.69"),
        ("上海", "2026-05", date(2020, 1, 1), "8000", "331.03"),
        ("上海", "2026-05", date(2010, 1, 1), "8000", "367.82"),
    ],
)
def test_a_day_of_sick_leave_keeps_what_the_law_says(
    place: str, period: str, hired: date, base: str, kept: str
) -> None:
    """80 % of the local minimum wage / 21.75, in Shanghai until August 2026 a share by years of service."""
    whole = D(base) / D("21.75")
    payslip = pay(leave(1, "sick", day=f"{period}-12"), who=employee(base, place, hired), period=Period.parse(period))
    lost = sum(taken(payslip))
    assert abs((whole - lost) - D(kept)) <= D("0.01")


@pytest.mark.parametrize(
    ("place", "period", "says"),
    [
        ("上海", "2026-09", "one source alone says that Shanghai's sick pay scale lapsed"),
        ("成都", "2026-05", "work place 成都"),
        (None, "2026-05", "work place not recorded"),
    ],
)
def test_sick_pay_that_is_not_established_is_refused_by_name(place: str | None, period: str, says: str) -> None:
    month = Period.parse(period)
    payslip = pay(leave(1, "sick", day=f"{period}-12"), who=employee(place=place), period=month)
    assert says in payslip.problems[0].en
    assert taken(payslip) == []
    settled = pay(leave(1, "sick", day=f"{period}-12", paid_factor=D("0.5")), who=employee(place=place), period=month)
    assert (settled.problems, taken(settled)) == ((), [D("68.97")]), "what the approval settled needs no law"


STRICT = """
pack: strict
title: {zh: 严, en: Strict}
document: {zh: 篇十四, en: Chapter 14}
pools: {base_salary: {zh: 基本工资, en: base salary}, performance_bonus: {zh: 绩效奖金, en: performance bonus}}
versions:
  - version: 1
    note: {zh: 测试, en: for tests}
    clauses:
      - id: LATE
        title: {zh: 迟到, en: Late}
        source: "一"
        event: attendance.late
        amount: -(hourly_wage * (minutes / 1 h) * 3)
        legal_class: unworked_time
        confirm: automatic
        pool: base_salary
        examples:
          - {given: [{minutes: 30 min}], terms: {hourly_wage: 20 CNY}, expect: -30 CNY, cites: made for this test}
      - id: NOTIME
        title: {zh: 缺卡, en: Missing punch}
        source: "二"
        event: attendance.punch_missing
        amount: -daily_wage
        legal_class: unworked_time
        confirm: automatic
        pool: base_salary
        examples: [{given: [{}], terms: {daily_wage: 20 CNY}, expect: none, cites: made for this test}]
"""


def test_what_a_rule_takes_above_the_value_of_the_time_is_not_taken() -> None:
    linted = lint(read_pack(STRICT.replace("expect: none", "expect: -20 CNY")), 1, {}, name="strict/1")
    assert [r.what.en for r in linted.refused] == ["NOTIME (example 1): the time that was not worked is not said"]
    book = Rulebook([RulebookVersion("strict", 1, date(2026, 1, 1), SIGNED, linted.clauses)])
    payslip = pay(event("attendance.late", 1, minutes=D(30)), rulebook=book)
    line = payslip.lines[-1]
    assert (line.wanted, line.allowed, line.carried) == (D("-25.86"), D("-8.62"), D(0)), "3,000 / 174 / 2"
    assert "at most what that time is worth: 8.62" in sentence(line).en
