"""The formula language: what it computes, what it refuses and where, how it explains itself."""

from collections.abc import Mapping
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from payroll.domain.facts import Value
from payroll.domain.month import CannotPrice, Month, Scope
from payroll.domain.text import Text
from payroll.rulebook.build import _parameter
from payroll.rulebook.compile import formula
from payroll.rulebook.grammar import MAX_DEPTH, MAX_TOKENS
from payroll.rulebook.names import Names
from payroll.rulebook.problems import FormulaRefused
from payroll.rulebook.typed import typed
from payroll.rulebook.units import Kind
from payroll.rulebook.vocabulary import EventWords, Vocabulary, Word

WORDS = EventWords(
    Text("迟到", "lateness"),
    {
        "minutes": Word(Kind.DURATION, Text("迟到", "late by")),
        "amount": Word(Kind.MONEY, Text("净额", "net amount")),
        "days": Word(Kind.DAYS, Text("天数", "days")),
        "shop": Word(Kind.TEXT, Text("店铺", "shop")),
    },
)
VOCABULARY = Vocabulary({"attendance.late": WORDS}, {"base_salary": Word(Kind.MONEY, Text("基本工资", "base salary"))})
FIELDS: Mapping[str, Value] = {
    "minutes": Decimal(31 * 60),
    "amount": Decimal("1234.50"),
    "days": Decimal(2),
    "shop": "店",
}
TABLES = {"bands": {"15 min": "30 CNY", "30 min": "50 CNY", "60 min": "100 CNY"}, "rate": "1 %", "blank": None}


def names(**parameters: Any) -> Names:
    given_ones = {name: _parameter(text) for name, text in (TABLES | parameters).items()}
    return Names(VOCABULARY, WORDS, given_ones, {"rate": Text("比例", "rate"), "bands": Text("档次", "bands")}, {})


def scope(nth: int = 3, **fields: Value) -> Scope:
    return Scope(Month([], {"base_salary": Decimal(3000)}), dict(FIELDS) | fields, nth)


def value(text: str, **parameters: Any) -> Value:
    return formula(text, typed(text, names(**parameters))).evaluate(scope())


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("amount * rate", "12.3450"),
        ("-band(minutes, bands)", "-100"),
        ("band(15 min, bands)", "30"),
        ("band(61 min, bands)", "0"),
        ("band(61 min, open)", "200"),
        ("step(69.9 %, tiers)", "0.010"),
        ("step(70 %, tiers)", "0.015"),
        ("step(-1 %, tiers)", "0"),
        ("5 CNY * floor(max(0 s, 89 s - 30 s) / 30 s)", "5"),
        ("5 CNY * ceil(max(0 s, 125 s - 30 s) / 30 s)", "20"),
        ("round(12.345 CNY)", "12.35"),
        ("round(-12.345 CNY)", "-12.35"),
        ("round(2.5)", "3"),
        ("base_salary * (1 % * min(nth, 2) + 5 % * max(0, nth - 2))", "210.00"),
        ("base_salary / 21.75 * days", "275.8620689655172413793103448275862"),
        ("7 CNY - 2 CNY - 1 CNY", "4"),
        ("2 + 3 * 4", "14"),
        ("12 / 4 / 3", "1"),
        ("30 CNY if nth >= 3 else 0 CNY", "30"),
        ("1 CNY if false else 2 CNY if true else 3 CNY", "2"),
        ("--3 CNY", "3"),
        ("doubling(20 CNY, nth)", "80"),
        ("split(100 CNY)", "100"),
        ("1 CNY if given(shop) else 2 CNY", "1"),
    ],
)
def test_values(text: str, result: str) -> None:
    """Among them catalogue B 4.3 (three times late: 210), 4.5 (89 s: 5, 125 s by ceil: 20) and A-000-1.2.2.7.1."""
    tables = {
        "open": {"60 min": "100 CNY", "over": "200 CNY"},
        "tiers": {"0 %": "1 %", "70 %": "1.5 %"},
    }
    assert value(text, **tables) == Decimal(result)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("minutes > 30 min and nth == 3", True),
        ("not minutes > 30 min or nth != 3", False),
        ('shop == "店"', True),
        ("amount / base_salary < 50 %", True),
        ("true and not false", True),
        ("1 min == 60 s", True),
    ],
)
def test_conditions(text: str, holds: bool) -> None:
    assert value(text) is holds


@pytest.mark.parametrize(
    ("text", "says", "place"),
    [
        ("amout * 1 %", "no field, parameter or term called 'amout'", (1, 1)),
        ("amount + minutes", "units do not fit: money + duration", (1, 1)),
        ("amount * amount", "units do not fit: money * money", (1, 1)),
        ("amount > 100", "cannot compare money > number", (1, 1)),
        ("1 CNY if\n  minutes else 2 CNY", "a condition is needed here", (2, 3)),
        ("1 day > 24 h", "cannot compare days > duration", (1, 1)),
        ("amount * blank", "parameter 'blank' is blank", (1, 10)),
        ("sqrt(amount)", "there is no function 'sqrt'", (1, 1)),
        ("bands", "'bands' is a table", (1, 1)),
        ("band(amount, bands)", "the table goes by duration, not money", (1, 1)),
        ("band(minutes, nothing)", "band takes a value and a table parameter", (1, 1)),
        ('count("attendance.early")', "no event 'attendance.early'", (1, 7)),
        ('sum("attendance.late", "shop")', "no field 'shop' to add up", (1, 24)),
        ("count(minutes)", "count is written another way", (1, 1)),
        ("amount / 0", "division by zero", (1, 1)),
        ("min(amount)", "min got 1 arguments", (1, 1)),
        ("split(amount, 2)", "split got 2 arguments", (1, 1)),
        ("split(minutes)", "an amount is needed here, not duration", (1, 7)),
        ("doubling(amount, 1 day)", "a count is needed here, not days", (1, 18)),
        ("given(amout)", "given takes one field of the event", (1, 1)),
        ("max(amount, 1 day)", "must be of one kind", (1, 1)),
        ('"a" < "b"', "cannot compare text < text", (1, 1)),
        ("amount *", "the formula ends too early", (1, 9)),
        ("amount ** 2", "cannot read '*' here", (1, 9)),
        ("amount.real", "cannot read '.real' here", (1, 7)),
        ("__import__", "cannot read '__import__' here", (1, 1)),
        ("true + true", "cannot calculate with boolean", (1, 1)),
        ("(" * (MAX_DEPTH + 1) + "1" + ")" * (MAX_DEPTH + 1), "too deep", (1, MAX_DEPTH + 1)),
        ("not " * (MAX_DEPTH + 1) + "true", "too deep", (1, 4 * MAX_DEPTH + 1)),
        ("1" + " + 1" * MAX_TOKENS, "too long", (1, 2 * MAX_TOKENS + 1)),
        ("- " * (MAX_DEPTH + 1) + "1", "too deep", (1, 2 * MAX_DEPTH + 1)),
        ("1" * 3000, "too long", (1, 1)),
    ],
)
def test_refusals_name_the_place(text: str, says: str, place: tuple[int, int]) -> None:
    with pytest.raises(FormulaRefused) as refused:
        typed(text, names())
    assert says in refused.value.what.en
    assert refused.value.what.zh
    assert refused.value.remedy.en
    assert (refused.value.line, refused.value.column) == place


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({"30 min": "1 CNY", "15 min": "2 CNY"}, "'15 min' can never be reached"),
        ({"30 min": "1 CNY", "1800 s": "2 CNY"}, "'1800 s' can never be reached"),
        ({"over": "1 CNY", "15 min": "2 CNY"}, "'15 min' can never be reached"),
        ({"15 min": "1 CNY", "30 CNY": "2 CNY"}, "'30 CNY' is not in the unit"),
        ({"15 min": "1 CNY", "30 min": "2 %"}, "'2 %' is not in the unit"),
        ({}, "no rows"),
        ({"x": "1 CNY"}, "no field"),
    ],
)
def test_tables_are_checked(table: dict[str, str], says: str) -> None:
    with pytest.raises(FormulaRefused, match=says):
        _parameter(table)


@pytest.mark.parametrize("sign", ["+", "-", "*"])
def test_the_longest_formula_runs(sign: str) -> None:
    terms = MAX_TOKENS // 2
    node = typed("1" + f" {sign} 1" * (terms - 1), names())
    compiled = formula("", node)
    expected = {"+": terms, "-": 2 - terms, "*": 1}[sign]
    assert compiled.evaluate(scope()) == expected
    assert compiled.explain(scope())[0].value == str(expected)


def test_nothing_to_divide_by_is_said_when_it_happens() -> None:
    text = 'amount / count("attendance.late")'
    with pytest.raises(CannotPrice, match="nothing to divide by at 1:1"):
        formula(text, typed(text, names())).evaluate(scope())


def test_a_missing_term_is_named() -> None:
    node = typed("base_salary * 1 %", names())
    with pytest.raises(CannotPrice, match="not recorded: base salary"):
        formula("", node).evaluate(Scope(Month([], {}), FIELDS, 1))


@pytest.mark.parametrize(
    ("text", "en", "zh"),
    [
        (
            "amount * rate",
            "net amount 1,234.50 CNY × rate 1 % = 12.35 CNY",
            "净额 1,234.50 CNY × 比例 1 % = 12.35 CNY",
        ),
        (
            "-band(minutes, bands)",
            "−bands 100.00 CNY (for late by 31 min) = -100.00 CNY",
            "−档次 100.00 CNY（按 迟到 31 分钟） = -100.00 CNY",
        ),
        (
            "30 CNY if nth >= 3 and minutes > 15 min else 0 CNY",
            "30.00 CNY (because occurrence 3 ≥ 3 and late by 31 min > 15 min) = 30.00 CNY",
            "30.00 CNY（因为 第 3 次 ≥ 3 且 迟到 31 分钟 > 15 分钟） = 30.00 CNY",
        ),
        (
            "30 CNY if nth > 3 and minutes > 15 min else 0 CNY",
            "0.00 CNY (because occurrence 3 ≤ 3) = 0.00 CNY",
            "0.00 CNY（因为 第 3 次 ≤ 3） = 0.00 CNY",
        ),
    ],
)
def test_a_formula_explains_itself(text: str, en: str, zh: str) -> None:
    [step] = formula(text, typed(text, names())).explain(scope())
    assert step.text == Text(zh, en)


def test_a_pattern_stands_for_all_facts_only_where_they_go_one_way() -> None:
    same = formula("amount * rate", typed("amount * rate", names()))
    assert same.pattern is not None
    assert same.pattern(scope()).en == "net amount {amount} × rate 1 % = {result}"
    differing = "amount * (1 % if amount > 100 CNY else 2 %)"
    assert formula(differing, typed(differing, names())).pattern is None


numbers = st.decimals(min_value=0, max_value=10**6, places=2, allow_nan=False)


@st.composite
def expressions(draw: Any, depth: int = 0) -> tuple[str, Decimal]:
    """Draw an arithmetic of amounts with its value worked out beside it."""
    if depth > 3 or draw(st.booleans()):
        number = draw(numbers)
        return f"{number} CNY", number
    (left, a), (right, b) = draw(expressions(depth + 1)), draw(expressions(depth + 1))
    way = draw(st.sampled_from(["+", "-", "min", "max", "if"]))
    if way in ("+", "-"):
        return f"({left} {way} {right})", a + b if way == "+" else a - b
    if way == "if":
        return f"({left} if {left} < {right} else {right})", min(a, b)
    return f"{way}({left}, {right})", min(a, b) if way == "min" else max(a, b)


@given(expressions())
def test_any_arithmetic_comes_out_as_worked_out_beside(drawn: tuple[str, Decimal]) -> None:
    text, expected = drawn
    try:
        node = typed(text, names())
    except FormulaRefused as refused:
        assume("the formula is too" not in refused.what.en)
        raise
    compiled = formula(text, node)
    assert compiled.evaluate(scope()) == expected
    assert compiled.explain(scope())[-1].value == str(compiled.evaluate(scope()))


@given(st.text(max_size=60))
def test_any_text_is_a_formula_or_is_refused(text: str) -> None:
    with suppress(FormulaRefused):  # anything else that is raised is a fault of the language
        typed(text, names())
