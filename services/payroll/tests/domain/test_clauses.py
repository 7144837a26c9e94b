"""Clauses of every legal class on one month: pools, families, windows, fines, and what the lines say of them."""

from datetime import date
from decimal import Decimal

import pytest

from payroll.domain.calculate import calculate
from payroll.domain.clause import Rulebook, RulebookVersion
from payroll.domain.facts import Fact
from payroll.domain.payslip import Payslip
from payroll.domain.period import Period
from payroll.domain.sentences import entry_sentence, sentence
from payroll.domain.terms import Person, Terms
from payroll.domain.text import Text
from payroll.rulebook.lint import lint
from payroll.rulebook.load import read_pack
from payroll.rulebook.units import Kind
from payroll.rulebook.vocabulary import EventWords, Vocabulary, Word
from payroll.rulebook.words import TERMS
from payroll.statutory.load import statutory

from .world import SIGNED, fact, person

D = Decimal
MINUTES = Word(Kind.DURATION, Text("迟到", "late by"))
COST = {"amount": Word(Kind.MONEY, Text("金额", "cost"))}
VOCABULARY = Vocabulary(
    {
        "attendance.late": EventWords(Text("迟到", "lateness"), {"minutes": MINUTES}),
        "conduct.recorded": EventWords(Text("违纪", "misconduct"), COST),
        "mentoring.completed": EventWords(
            Text("带教", "mentoring"), COST | {"spent": Word(Kind.DURATION, Text("用时", "spent"))}
        ),
        "mentoring.shared": EventWords(Text("分成", "sharing"), COST),
        "advance.paid": EventWords(Text("预支", "advances"), COST),
    },
    TERMS,
)
PACK = """
pack: handbook
title: {zh: 员工手册, en: Handbook}
document: {zh: 电商管理方案 方案一, en: "Management plan 1"}
pools:
  attendance_bonus: {zh: 全勤奖, en: attendance bonus}
  wage: {zh: 当月工资, en: the month's wage}
versions:
  - version: 1
    note: {zh: 测试, en: for tests}
    clauses:
      - id: BONUS
        title: {zh: 全勤奖, en: Attendance bonus}
        source: "六(1)"
        each: month
        amount: 100 CNY + 1 CNY * years_of_service
        pool: attendance_bonus
        examples:
          - {given: [], terms: {years_of_service: 0}, expect: 100 CNY, cites: B-04.6.1}
      - id: A-000-1.2.2.7.1
        title: {zh: 迟到早退按分钟罚款, en: "Late or early leave, charged by minutes"}
        source: "第二章 二(七)1"
        event: attendance.late
        when: nth >= gate
        amount: -band(minutes, bands)
        parameters:
          gate: 3
          bands: {15 min: 30 CNY, 30 min: 50 CNY, 60 min: 100 CNY}
        names:
          gate: {zh: 起罚次数, en: first charged}
          bands: {zh: 档次, en: bands}
        legal_class: bonus_not_earned
        confirm: automatic
        pool: attendance_bonus
        family: lateness
        examples:
          - {given: [{minutes: 20 min}, {minutes: 20 min}], expect: none, cites: payroll.md}
          - given: [{minutes: 20 min}, {minutes: 20 min}, {minutes: 31 min}]
            expect: -100.00 CNY
            cites: catalogue A worked table
      - id: ANY-LATE
        title: {zh: 迟到, en: Late}
        source: "一"
        event: attendance.late
        amount: -20 CNY
        legal_class: bonus_not_earned
        confirm: automatic
        pool: attendance_bonus
        family: lateness
        examples:
          - {given: [{minutes: 1 min}], expect: -20 CNY, cites: made for the test of families}
      - id: MENTOR
        title: {zh: 带教, en: Mentoring}
        source: "四"
        event: mentoring.completed
        define:
          hours: spent / 1 h
          half: amount * 50 %
        amount: half * hours
        names:
          hours: {zh: 小时数, en: hours}
          half: {zh: 一半, en: half}
        pool: attendance_bonus
        examples:
          - {given: [{spent: 90 min, amount: 10 CNY}], expect: 7.50 CNY, cites: made for the test of explanations}
      - id: SHARE
        title: {zh: 分成, en: Share}
        source: "五"
        event: mentoring.shared
        define:
          half: amount * 50 %
        amount: half + 1 CNY
        names:
          half: {zh: 一半, en: half}
        pool: attendance_bonus
        examples:
          - {given: [{amount: 10 CNY}], expect: 6.00 CNY, cites: made for the test of explanations}
      - id: FINE
        title: {zh: 违纪罚款, en: Fine}
        source: "二"
        event: conduct.recorded
        amount: -amount
        legal_class: disciplinary_fine
        confirm: automatic
        pool: wage
        examples:
          - {given: [{amount: 50 CNY}], expect: -50 CNY, cites: made for the test of fines}
      - id: ADVANCE
        title: {zh: 预支, en: Advance}
        source: "三"
        event: advance.paid
        amount: -amount
        legal_class: agreed
        confirm: automatic
        pool: wage
        examples:
          - {given: [{amount: 50 CNY}], expect: -50 CNY, cites: made for the test of advances}
"""
MAY = Period(2026, 5)


def rulebook() -> Rulebook:
    linted = lint(read_pack(PACK), 1, {}, name="handbook/1", vocabulary=VOCABULARY)
    assert linted.refused == ()
    assert [w.en for w in linted.warnings] == [
        "FINE is a fine: forbidden in Guangdong, off by default elsewhere; nothing will be taken"
    ]
    return Rulebook([RulebookVersion("handbook", 1, date(2026, 1, 1), SIGNED, linted.clauses)])


BOOK = rulebook()


def late(number: int, minutes: int, day: str = "2026-05-10") -> Fact:
    return fact(number, "0", day=day, type="attendance.late")._replace(fields={"minutes": D(minutes * 60)})


def pay(*facts: Fact, who: Person | None = None) -> Payslip:
    [payslip] = calculate(MAY, BOOK, statutory(), people=[who or person("3500")], facts=facts)
    return payslip


def taken(payslip: Payslip) -> list[tuple[str, Decimal, Decimal, Decimal]]:
    return [(x.clause_id, x.wanted, x.allowed, x.carried) for x in payslip.lines if x.kind == "deduction"]


def test_lateness_by_band_from_the_third_time_takes_the_bonus_and_no_more() -> None:
    """The worked case of the design: 20, 20 and 31 minutes; below the gate the other clause of the family charges."""
    payslip = pay(late(1, 20), late(2, 20, "2026-05-11"), late(3, 31, "2026-05-12"))
    assert taken(payslip) == [
        ("ANY-LATE", D(-20), D("-20.00"), D(0)),
        ("ANY-LATE", D(-20), D("-20.00"), D(0)),
        ("A-000-1.2.2.7.1", D(-100), D("-66.00"), D(0)),
    ]
    assert payslip.net == D("3500.00"), "base salary is never touched"
    said = sentence(payslip.lines[-1])
    assert "wanted 100.00 CNY, taken this month 66.00 CNY (left in its pool this month: 66.00)" in said.en
    assert "bands 100.00 CNY (for late by 31 min)" in said.en
    nothing_left = pay(*(late(n, 59, f"2026-05-{n:02d}") for n in range(1, 6)))
    assert taken(nothing_left)[-1] == ("A-000-1.2.2.7.1", D(-100), D("0.00"), D(0))


def test_a_clause_of_the_month_reads_terms_and_names_what_is_missing() -> None:
    assert pay().net == D("3606.00"), "hired on 2020-01-01: six years"
    unknown = Person("A", terms=(Terms(date(2020, 1, 1), 1, D(3500)),))
    payslip = pay(who=unknown)
    assert payslip.net == D(3500)
    assert [p.en for p in payslip.problems] == ["BONUS (2026-05): not recorded: years of service"]


@pytest.mark.parametrize(
    ("place", "says"),
    [
        ("广州", "local rules forbid fines: Guangdong labour supervision regulation (2019-05-21), art. 50"),
        ("深圳", "a legal opinion is needed"),
        ("北京", "no statutory value 'disciplinary_fine_allowed'"),
    ],
)
def test_a_fine_is_never_taken_and_says_why(place: str, says: str) -> None:
    payslip = pay(fact(1, "50", type="conduct.recorded"), who=person("3500", work_place=place))
    assert taken(payslip) == [("FINE", D("-50.00"), D(0), D(0))]
    assert payslip.net == D("3606.00")
    assert says in sentence(payslip.lines[-1]).en


def test_an_advance_takes_at_most_the_wage_and_carries_the_rest() -> None:
    payslip = pay(fact(1, "4000", type="advance.paid"))
    assert taken(payslip) == [("ADVANCE", D("-4000.00"), D("-3606.00"), D("-394.00"))]
    assert (payslip.net, [b.outstanding for b in payslip.balances]) == (D(0), [D("394.00")])


def test_the_classes_are_taken_in_the_order_of_the_law() -> None:
    payslip = pay(fact(1, "10", type="conduct.recorded"), fact(2, "20", type="advance.paid"), late(3, 5))
    assert [x.clause_id for x in payslip.lines] == ["terms.base-salary", "BONUS", "ANY-LATE", "ADVANCE", "FINE"]


def test_facts_that_differ_in_more_than_the_amount_carry_their_own_steps() -> None:
    mentoring = fact(1, "10", type="mentoring.completed")
    facts = [
        mentoring._replace(fields={"amount": D(10), "spent": D(5400)}),
        fact(2, "20", type="mentoring.completed")._replace(fields={"amount": D(20), "spent": D(60)}),
        fact(3, "10", type="mentoring.shared"),
        fact(4, "20", type="mentoring.shared"),
    ]
    by_clause = {x.clause_id: x for x in pay(*facts).lines}
    mentor, share = by_clause["MENTOR"], by_clause["SHARE"]
    assert [entry_sentence(mentor, entry).en for entry in mentor.entries] == [
        "half: cost 10.00 CNY × 50 % = 5.00 CNY; hours: spent 90 min ÷ 60 min = 1.5; "
        "half 5.00 CNY × hours 1.5 = 7.50 CNY",
        "half: cost 20.00 CNY × 50 % = 10.00 CNY; hours: spent 1 min ÷ 60 min = 0.016667; "
        "half 10.00 CNY × hours 0.016667 = 0.17 CNY",
    ]
    assert [entry_sentence(share, entry).en for entry in share.entries] == [
        "(cost 10.00 CNY × 50 %) + 1.00 CNY = 6.00 CNY",
        "(cost 20.00 CNY × 50 %) + 1.00 CNY = 11.00 CNY",
    ]


def test_who_is_not_employed_gets_nothing_of_the_month() -> None:
    gone = person("3500", leave_date=date(2026, 4, 30))
    assert calculate(MAY, BOOK, statutory(), people=[gone], facts=()) == []


def test_of_several_packs_the_terms_must_name_one() -> None:
    other = RulebookVersion("other", 1, date(2026, 1, 1), SIGNED, ())
    both = Rulebook([*BOOK.versions, other])
    [payslip] = calculate(MAY, both, statutory(), people=[person("3500")], facts=[late(1, 5)])
    assert [p.en for p in payslip.problems] == [
        "1 facts are not priced: several packs are adopted and the terms name none of them"
    ]
    named = Person("A", hire_date=date(2020, 1, 1), terms=(Terms(date(2020, 1, 1), 1, D(3500), "handbook"),))
    [payslip] = calculate(MAY, both, statutory(), people=[named], facts=[late(1, 5)])
    assert (payslip.problems, payslip.net) == ((), D("3586.00"))
