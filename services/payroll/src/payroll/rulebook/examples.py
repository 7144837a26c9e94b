"""Running the worked examples of a clause: a pack whose own examples do not come out is not used."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from payroll.domain.assessment import Judge
from payroll.domain.clause import Clause, RulebookVersion
from payroll.domain.facts import Fact, Value, party_fields
from payroll.domain.money import CONTEXT, ZERO
from payroll.domain.month import Month, Scope
from payroll.domain.monthly import judge_month
from payroll.domain.period import Period
from payroll.domain.ranking import Standing
from payroll.domain.text import Text
from payroll.rulebook.build import build_clause, value_of
from payroll.rulebook.problems import ClauseRefused, FormulaRefused
from payroll.rulebook.shape import ClauseText, Example, PackText
from payroll.rulebook.units import Kind
from payroll.rulebook.vocabulary import Vocabulary, Word

PERIOD = Period(2001, 1)
NOON = datetime(2001, 1, 1, 12, tzinfo=UTC)
RECOMMENDED = "recommended"
# what an example may say of a fact besides its fields
HEAD = ("day", "event", "party")


def prove(written: ClauseText, pack: PackText, vocabulary: Vocabulary) -> None:
    """Run every example of a clause, with the parameters as written or those the example tries.

    Raises ClauseRefused naming the example's line, what was expected, what came out and what it cites.
    """
    if not written.examples:
        what = Text("条款没有例子", "the clause has no examples")
        remedy = Text("至少写一个有出处的例子", "write at least one, and cite where its number comes from")
        raise ClauseRefused(written.id, "examples", what, remedy, line=written.line)
    usual = build_clause(written, pack, "example", vocabulary)
    for example in written.examples:
        clause = usual
        if example.parameters:
            tried = replace(written, parameters={**written.parameters, **example.parameters})
            clause = build_clause(tried, pack, "example", vocabulary)
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


def _expected(example: Example) -> Decimal | str:
    if example.expect == "none":
        return ZERO
    if example.expect == RECOMMENDED:
        return RECOMMENDED
    kind, value = value_of(example.expect)
    if kind is not Kind.MONEY or not isinstance(value, Decimal):
        raise FormulaRefused(
            Text("expect 要写金额", "`expect` is an amount"), Text("写成 7.50 CNY 或 none", "write 7.50 CNY, or none")
        )
    return value


def _result(clause: Clause, example: Example, vocabulary: Vocabulary) -> Decimal | str:
    facts = [_given(number, clause, given, vocabulary) for number, given in enumerate(example.given, start=1)]
    counted = [
        _fact(1000 + number, *_measure(name, text, vocabulary))
        for number, (name, text) in enumerate(example.measures.items())
    ]
    terms = {name: value for name, text in example.terms.items() if isinstance(value := value_of(text)[1], Decimal)}
    version = RulebookVersion("example", 1, PERIOD.first, NOON, (clause,))
    scope = Scope(Month([*facts, *counted], terms), {}, 0)
    judging = Judge(scope, {})
    for fact in facts:
        judging.fact((clause,), fact)
    standings = {clause.id: _standing(example.standing)} if example.standing else {}
    assessed = judging.assessed
    judge_month(assessed, version, scope, PERIOD, standings)
    if assessed.problems:
        raise FormulaRefused(assessed.problems[0], Text("补全例子", "complete the example"))
    if assessed.recommended:
        return RECOMMENDED
    return sum((entry.result for a in assessed.by_clause.values() for entry in a.entries), ZERO)


def _given(number: int, clause: Clause, given: Mapping[str, str], vocabulary: Vocabulary) -> Fact:
    fields = {name: _field(clause, name, text, vocabulary) for name, text in given.items() if name not in HEAD}
    day = PERIOD.first + timedelta(days=int(given["day"]) - 1) if "day" in given else PERIOD.first
    if "party" in given:  # `party: 2 of 1 1 1` is the second of three who answer in equal parts
        place, _, weights = given["party"].partition(" of ")
        fields |= party_fields([int(weight) for weight in weights.split()], int(place) - 1)
    type = given.get("event", clause.events[0] if clause.events else "")
    return _fact(number, type, fields, day=day)


def _standing(written: Mapping[str, str]) -> Standing:
    place, streak = _count(written.get("place", "")), _count(written.get("streak", ""))
    metric = value_of(written.get("metric", "0"))[1]
    assert isinstance(metric, Decimal)
    return Standing(place, streak, metric)


def _measure(name: str, text: str, vocabulary: Vocabulary) -> tuple[str, dict[str, Value], int]:
    """Read a measure: `order.completed: 3` happened three times, `order.completed.amount: 3 CNY` adds up to that."""
    if name in vocabulary.events:
        return name, {}, _count(text)
    type, _, field = name.rpartition(".")
    if type not in vocabulary.events or field not in vocabulary.events[type].fields:
        raise FormulaRefused(
            Text(f"没有度量 {name}", f"there is no measure {name!r}"), Text("写事件名", "write an event type")
        )
    return type, {field: _typed(vocabulary.events[type].fields[field], field, text)}, 1


def _fact(number: int, type: str, fields: Mapping[str, Value], occurrences: int = 1, day: date = PERIOD.first) -> Fact:
    return Fact(
        event_id=UUID(int=number),
        type=type,
        employee_no="example",
        business_date=day,
        occurred_at=NOON,
        about=f"example {number}",
        fields=fields,
        occurrences=occurrences,
    )


def _field(clause: Clause, name: str, text: str, vocabulary: Vocabulary) -> Value:
    words = vocabulary.events[clause.events[0]].fields if clause.events else {}
    if name not in words:
        event = ", ".join(clause.events)
        raise FormulaRefused(
            Text(f"{event} 没有字段 {name}", f"{event} has no field {name!r}"),
            Text(f"可用：{'、'.join(words)}", f"there are: {', '.join(words)}"),
        )
    return _typed(words[name], name, text)


def _typed(word: Word, name: str, text: str) -> Value:
    """Read a field's value with its unit, and give it in the unit that facts bring."""
    if word.kind is Kind.TEXT:
        return text
    kind, value = value_of(text)
    if kind is not word.kind and not (kind is Kind.NUMBER and word.kind is Kind.COUNT):
        raise FormulaRefused(
            Text(f"{name} 应是 {word.kind}", f"{name} is {word.kind}, not {kind}"),
            Text("写上单位", "write it with its unit"),
        )
    return CONTEXT.divide(value, word.scale) if isinstance(value, Decimal) else value


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise FormulaRefused(
            Text(f"{text} 不是次数", f"{text!r} is not a count"), Text("写整数", "write a whole number")
        )
    return int(text)
