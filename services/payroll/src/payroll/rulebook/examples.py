"""Running the worked examples of a clause: a pack whose own examples do not come out is not used."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from payroll.domain.assessment import assess
from payroll.domain.clause import Clause, Month, Rulebook, RulebookVersion
from payroll.domain.facts import Fact, Value
from payroll.domain.money import ZERO
from payroll.domain.period import Period
from payroll.domain.text import Text
from payroll.rulebook.build import value_of
from payroll.rulebook.problems import ClauseRefused, FormulaRefused
from payroll.rulebook.shape import ClauseText, Example
from payroll.rulebook.units import Kind
from payroll.rulebook.vocabulary import Vocabulary

PERIOD = Period(2001, 1)
NOON = datetime(2001, 1, 1, 12, tzinfo=UTC)


def prove(clause: Clause, written: ClauseText, vocabulary: Vocabulary) -> None:
    """Run every example of a clause.

    Raises ClauseRefused naming the example's line, what was expected, what came out and what it cites.
    """
    if not written.examples:
        what = Text("条款没有例子", "the clause has no examples")
        remedy = Text("至少写一个有出处的例子", "write at least one, and cite where its number comes from")
        raise ClauseRefused(written.id, "examples", what, remedy, line=written.line)
    for example in written.examples:
        try:
            expected, came = _expected(example), _result(clause, example, vocabulary)
        except FormulaRefused as refused:
            raise ClauseRefused(written.id, "examples", refused.what, refused.remedy, line=example.line) from refused
        if expected != came:
            what = Text(
                f"例子应得 {expected}，算出 {came}（出处：{example.cites}）",
                f"the example expects {expected} but comes to {came} (cites {example.cites})",
            )
            remedy = Text("核对公式或例子", "check the formula against the source, then the example")
            raise ClauseRefused(written.id, "examples", what, remedy, line=example.line)


def _expected(example: Example) -> Decimal:
    if example.expect == "none":
        return ZERO
    kind, value = value_of(example.expect)
    if kind is not Kind.MONEY or not isinstance(value, Decimal):
        raise FormulaRefused(
            Text("expect 要写金额", "`expect` is an amount"), Text("写成 7.50 CNY 或 none", "write 7.50 CNY, or none")
        )
    return value


def _result(clause: Clause, example: Example, vocabulary: Vocabulary) -> Decimal:
    facts = [
        _fact(
            number, clause.event or "", {name: _field(clause, name, text, vocabulary) for name, text in given.items()}
        )
        for number, given in enumerate(example.given, start=1)
    ]
    counted = [
        _fact(1000 + number, type, {}, occurrences=_count(text))
        for number, (type, text) in enumerate(example.measures.items())
    ]
    terms = {name: value for name, text in example.terms.items() if isinstance(value := value_of(text)[1], Decimal)}
    book = Rulebook([RulebookVersion("example", 1, PERIOD.first, NOON, (clause,))])
    days: dict[date, str | None] = {PERIOD.first: None, PERIOD.last: None}
    month = Month([*facts, *counted], terms)
    assessed = assess(PERIOD, book, scheme_on=days, month=month, facts=facts, sale_days={}, employed=True)
    if assessed.problems:
        raise FormulaRefused(assessed.problems[0], Text("补全例子", "complete the example"))
    return sum((entry.result for a in assessed.by_clause.values() for entry in a.entries), ZERO)


def _fact(number: int, type: str, fields: dict[str, Value], occurrences: int = 1) -> Fact:
    return Fact(
        event_id=UUID(int=number),
        type=type,
        employee_no="example",
        business_date=PERIOD.first,
        occurred_at=NOON,
        about=f"example {number}",
        fields=fields,
        occurrences=occurrences,
    )


def _field(clause: Clause, name: str, text: str, vocabulary: Vocabulary) -> Value:
    words = vocabulary.events[clause.event].fields if clause.event else {}
    if name not in words:
        raise FormulaRefused(
            Text(f"{clause.event} 没有字段 {name}", f"{clause.event} has no field {name!r}"),
            Text(f"可用：{'、'.join(words)}", f"there are: {', '.join(words)}"),
        )
    if words[name].kind is Kind.TEXT:
        return text
    kind, value = value_of(text)
    if kind is not words[name].kind and not (kind is Kind.NUMBER and words[name].kind is Kind.COUNT):
        raise FormulaRefused(
            Text(f"{name} 应是 {words[name].kind}", f"{name} is {words[name].kind}, not {kind}"),
            Text("写上单位", "write it with its unit"),
        )
    return value


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise FormulaRefused(
            Text(f"{text} 不是次数", f"{text!r} is not a count"), Text("写整数", "write a whole number")
        )
    return int(text)
