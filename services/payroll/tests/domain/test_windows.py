"""Clauses of other packs on whole months: windows that reach back, and months explained by their measures."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from payroll.domain.calculate import calculate
from payroll.domain.clause import Rulebook, RulebookVersion
from payroll.domain.period import Period
from payroll.domain.sentences import sentence
from payroll.domain.terms import Person, Terms
from payroll.domain.window import Window
from payroll.rulebook.build import build_clause
from payroll.rulebook.load import read_pack
from payroll.rulebook.words import VOCABULARY
from payroll.statutory.load import statutory

from .world import SIGNED, event, revoked

PACK = read_pack((Path(__file__).parents[1] / "rulebook" / "worked_numbers.yaml").read_text(encoding="utf-8"))
CLAUSES = {clause.id: clause for clause in PACK.versions[1].clauses}
D = Decimal


def test_a_window_reaches_back_into_earlier_months() -> None:
    """The ladder of 篇六 over the last 365 days, and a fact that was revoked in an earlier month does not count."""
    clauses = [build_clause(CLAUSES[id], PACK, "x/1", VOCABULARY) for id in ("B-06.handover", "B-06.handover-weekly")]
    book = Rulebook([RulebookVersion("x", 1, date(2020, 1, 1), SIGNED, tuple(clauses))])
    assert book.looks_back(date(2026, 5, 1)) == {"attendance.punch_missing": date(2025, 5, 2)}
    days = ("2025-05-03", "2025-05-09", "2026-04-30", "2026-05-08")
    facts = [event("attendance.punch_missing", n, day=day) for n, day in enumerate(days, start=1)]
    person = Person("A", "A", hire_date=date(2020, 1, 1), terms=(Terms(date(2020, 1, 1), 1, D(3000)),))

    def wanted(*happened: int) -> list[Decimal]:
        own = [facts[n] for n in happened]
        [payslip] = calculate(Period(2026, 5), book, statutory(), people=[person], facts=own)
        return [line.wanted for line in payslip.lines if line.kind == "deduction"]

    assert wanted(0, 1, 2, 3) == [D(-80)], "2025-05-03 lies outside: the third of 365 days"
    assert wanted(2, 3) == [D(-50)]
    assert wanted(3) == [D(-30)]
    gone = revoked(3, 9, "attendance.punch_missing_revoked", day="2026-05-02")
    [payslip] = calculate(Period(2026, 5), book, statutory(), people=[person], facts=[*facts[2:], gone])
    assert [line.wanted for line in payslip.lines if line.kind == "deduction"] == [D(-30)]


@pytest.mark.parametrize(
    ("window", "begin"),
    [
        (Window("day"), "2026-05-13"),
        (Window("week"), "2026-05-11"),
        (Window("month"), "2026-05-01"),
        (Window("quarter"), "2026-04-01"),
        (Window("year"), "2026-01-01"),
        (Window("rolling", 30), "2026-04-14"),
    ],
)
def test_windows_begin(window: Window, begin: str) -> None:
    """2026-05-13 is a Wednesday; a rolling window counts its last day."""
    assert window.begin(date(2026, 5, 13)) == date.fromisoformat(begin)


def test_months_are_explained_with_their_measures() -> None:
    clause = build_clause(CLAUSES["B-02.N3"], PACK, "x/1", VOCABULARY)
    book = Rulebook([RulebookVersion("x", 1, date(2020, 1, 1), SIGNED, (clause,))])
    person = Person("A", "A", hire_date=date(2020, 1, 1), terms=(Terms(date(2020, 1, 1), 1, D(0)),))
    facts = [event("order.shipped", n) for n in range(1, 4)]
    [payslip] = calculate(Period(2026, 5), book, statutory(), people=[person], facts=facts)
    assert "earned: rate 0.80 CNY × orders shipped 3 = 2.40 CNY" in sentence(payslip.lines[0]).en
