"""From a clause as written to a clause that runs: parameters typed, formulas compiled, everything unfit refused."""

from collections.abc import Mapping
from decimal import Decimal

from payroll.domain.clause import Clause, Formula, Source
from payroll.domain.facts import Value
from payroll.domain.month import Measure
from payroll.domain.text import Text
from payroll.rulebook import tree as t
from payroll.rulebook.compile import compiled, formula
from payroll.rulebook.names import Names
from payroll.rulebook.options import confirmed, counted_per, pool_title, stacked, standing_words, window_of
from payroll.rulebook.problems import ClauseRefused, FormulaRefused
from payroll.rulebook.shape import ClauseText, PackText, ParameterText, Written
from payroll.rulebook.typed import typed
from payroll.rulebook.units import NUMERIC, Kind, Table, joined
from payroll.rulebook.vocabulary import EventWords, Vocabulary

NO_MONEY = formula("", t.Literal(Kind.MONEY, Decimal(0)))
NONE: frozenset[Measure] = frozenset()


def build_clause(written: ClauseText, pack: PackText, version: str, vocabulary: Vocabulary) -> Clause:
    """Compile one clause.

    Raises ClauseRefused naming clause, key, line, column and remedy.
    """
    parameters = _parameters(written)
    rank = _rank(written, parameters, vocabulary)
    event = standing_words(rank) if rank is not None else _event(written, vocabulary)
    names = Names(vocabulary, event, parameters, written.names, {})
    defined: dict[str, t.Node] = {}
    for name, text in written.define.items():
        if name in parameters or name in vocabulary.terms or (event is not None and name in event.fields):
            raise _refused(
                written, f"define.{name}", f"{name} 已有含义", f"{name!r} already means something", text.line
            )
        defined[name] = _typed(written, f"define.{name}", text, names)
        names = Names(vocabulary, event, parameters, written.names, dict(defined))
    amount = _typed(written, "amount", written.amount, names, Kind.MONEY) if written.amount else None
    when = _typed(written, "when", written.when, names, Kind.BOOLEAN) if written.when else None
    roots = [node for node in (amount, when, rank) if node is not None]
    nodes = [below for node in roots for below in t.walk(node)]
    _nothing_unused(written, nodes)
    counts = any(isinstance(node, t.Nth) for node in nodes)
    return Clause(
        id=written.id,
        version=version,
        title=written.title,
        source=Source(pack.document, written.clause),
        events=written.events,
        when=_formula(written.when, when),
        amount=_formula(written.amount, amount) or NO_MONEY,
        pool=written.pool or "",
        pool_title=pool_title(written, pack),
        legal_class=written.legal_class,
        recommends=written.recommend,
        confirm=confirmed(written),
        family=written.family,
        stack=stacked(written),
        counts=counts,
        window=window_of(written, counts),
        per=counted_per(written, counts, event),
        rank=_formula(written.rank, rank),
        ranked_by=frozenset((n.event, n.field) for n in t.walk(rank) if isinstance(n, t.Measure)) if rank else NONE,
        reversed_by=frozenset(written.reversed_by),
        moved_by=written.moved_by,
        measures=frozenset(node.event for node in nodes if isinstance(node, t.Measure)),
    )


def value_of(text: str) -> tuple[Kind, Value]:
    """Type one value as written: `50 CNY`, `1 %`, `true`, `"text"`.

    Raises FormulaRefused when it is not one literal.
    """
    bare = Names(Vocabulary({}, {}), None, {}, {}, {})
    node = typed(text, bare)
    if any(not isinstance(below, t.Literal | t.Minus) for below in t.walk(node)):
        raise FormulaRefused(
            Text(f"{text} 不是一个值", f"{text!r} is not one value"),
            Text("写成 50 CNY、1 %、15 min、true", "write 50 CNY, 1 %, 15 min or true"),
        )
    value = compiled(node)(None)  # type: ignore[arg-type]  # literals read nothing
    return node.kind, value


def _event(written: ClauseText, vocabulary: Vocabulary) -> EventWords | None:
    """Find the words of the clause's event; of several events the fields that all of them bring."""
    moved = () if written.moved_by is None else (written.moved_by,)
    for key, names in (("event", written.events), ("moved_by", moved), ("reversed_by", written.reversed_by)):
        for name in names:
            if name not in vocabulary.events:
                known = ", ".join(vocabulary.events)
                raise _refused(written, key, f"没有事件 {name}", f"there is no event {name!r}; there are {known}")
    words = [vocabulary.events[name] for name in written.events]
    if len(words) < 2:
        return words[0] if words else None
    shared = {
        name: word
        for name, word in words[0].fields.items()
        if all((w := other.fields.get(name)) and (w.kind, w.scale) == (word.kind, word.scale) for other in words)
    }
    return EventWords(words[0].title, shared)


def _rank(
    written: ClauseText, parameters: Mapping[str, tuple[Kind, Value] | Table | None], vocabulary: Vocabulary
) -> t.Node | None:
    if written.rank is None:
        return None
    node = _typed(written, "rank", written.rank, Names(vocabulary, None, parameters, written.names, {}))
    if node.kind not in NUMERIC or any(isinstance(below, t.Term) for below in t.walk(node)):
        raise _refused(
            written, "rank", "rank 要由度量算出的数量", "people are ranked by a quantity made of measures", None
        )
    return node


def _parameters(written: ClauseText) -> dict[str, tuple[Kind, Value] | Table | None]:
    parameters: dict[str, tuple[Kind, Value] | Table | None] = {}
    for name, text in written.parameters.items():
        try:
            parameters[name] = _parameter(text)
        except FormulaRefused as refused:
            key = f"parameters.{name}"
            raise ClauseRefused(written.id, key, refused.what, refused.remedy, line=written.line) from refused
    return parameters


def _parameter(text: ParameterText) -> tuple[Kind, Value] | Table | None:
    if text is None:
        return None
    return value_of(text) if isinstance(text, str) else _table(text)


def _table(text: Mapping[str, str]) -> Table:
    """Type a table; bounds must rise, or a row could never be reached."""
    rows: list[tuple[Decimal, Decimal]] = []
    keys: Kind | None = None
    values: Kind | None = None
    over: Decimal | None = None
    for bound, result in text.items():
        kind, value = value_of(result)
        values = kind if values is None else joined(values, kind)
        if values is None or values not in NUMERIC or not isinstance(value, Decimal):
            raise FormulaRefused(
                Text(f"{result} 与其他行单位不同", f"{result!r} is not in the unit of the other rows"),
                Text("统一单位", "use one unit for all rows"),
            )
        if bound == "over":
            over = value
            continue
        kind, limit = value_of(bound)
        keys = kind if keys is None else joined(keys, kind)
        if keys is None or keys not in NUMERIC or not isinstance(limit, Decimal):
            raise FormulaRefused(
                Text(f"{bound} 与其他分档单位不同", f"{bound!r} is not in the unit of the other bounds"),
                Text("统一单位", "use one unit for all bounds"),
            )
        if over is not None or (rows and limit <= rows[-1][0]):
            raise FormulaRefused(
                Text(f"分档 {bound} 永远到不了", f"the band {bound!r} can never be reached"),
                Text("分档从小到大排列，over 放在最后", "list the bounds from low to high, `over` last"),
            )
        rows.append((limit, value))
    if keys is None or values is None:
        raise FormulaRefused(Text("表格是空的", "the table has no rows"), Text("至少写一行", "write at least one"))
    return Table(keys, values, tuple(rows), over)


def _typed(clause: ClauseText, key: str, written: Written | None, names: Names, expected: Kind | None = None) -> t.Node:
    assert written is not None
    try:
        return typed(written.text, names, expected)
    except FormulaRefused as refused:
        line = written.line + refused.line - 1
        raise ClauseRefused(clause.id, key, refused.what, refused.remedy, line=line, column=refused.column) from refused


def _formula(written: Written | None, node: t.Node | None) -> Formula | None:
    return formula(written.text, node) if written is not None and node is not None else None


def _nothing_unused(written: ClauseText, nodes: list[t.Node]) -> None:
    """Refuse parameters and steps that no formula reads: somebody would change them and nothing would happen."""
    used = {node.name for node in nodes if isinstance(node, t.Parameter | t.Defined)}
    used |= {node.table_name for node in nodes if isinstance(node, t.Lookup)}
    for name in (*written.parameters, *written.define):
        if name not in used:
            raise _refused(written, name, f"{name} 没有被公式用到", f"no formula reads {name!r}")
        if name not in written.names:
            raise _refused(written, f"names.{name}", f"{name} 没有名称", f"{name!r} has no wording for readers")


def _refused(clause: ClauseText, key: str, zh: str, en: str, line: int | None = None) -> ClauseRefused:
    return ClauseRefused(
        clause.id, key, Text(zh, en), Text("请修改条款", "change the clause"), line=line or clause.line
    )
