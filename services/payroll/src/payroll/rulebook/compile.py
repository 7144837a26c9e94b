"""Compiling a typed tree to closures: done once when a version is loaded, run for every fact."""

import operator
from collections.abc import Callable, Iterable
from contextlib import suppress
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import TypeAlias

from payroll.domain.clause import Formula
from payroll.domain.facts import Value
from payroll.domain.money import CENT, CONTEXT, allocate
from payroll.domain.month import CannotPrice, Scope
from payroll.domain.text import Text
from payroll.rulebook import tree as t
from payroll.rulebook.explain import Compile, Outline
from payroll.rulebook.units import Kind

Evaluate: TypeAlias = Callable[[Scope], Value]
Number: TypeAlias = Callable[[Scope], Decimal]

COMPARE: dict[str, Callable[[Value, Value], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip
WHOLE, TWO = Decimal(1), Decimal(2)
ROUND = {"floor": ROUND_FLOOR, "ceil": ROUND_CEILING, "round": ROUND_HALF_UP}


def formula(text: str, node: t.Node) -> Formula:
    """Compile a typed formula into something that evaluates and explains itself."""
    known: dict[int, Evaluate] = {}

    def once(below: t.Node) -> Evaluate:
        """Compile each node of this tree once; the tree lives as long as the formula, so identities hold."""
        if id(below) not in known:
            known[id(below)] = compiled(below)
        return known[id(below)]

    read = [below for below in t.walk(node) if isinstance(below, t.Parameter | t.Measure | t.Term)]
    outline = Outline(node, once)
    return Formula(
        text=text,
        evaluate=compiled(node),
        explain=outline.steps,
        pattern=outline.pattern if t.uniform(node) and t.fields(node) <= {"amount"} else None,
        preamble=outline.preamble,
        inputs=lambda scope: _inputs(read, scope, once),
    )


def _inputs(read: Iterable[t.Parameter | t.Measure | t.Term], scope: Scope, once: Compile) -> dict[str, str]:
    """Name the inputs with their values; what is not known was not needed, or the clause could not be priced."""
    values = {}
    for node in read:
        with suppress(CannotPrice):
            values[t.called(node)] = str(once(node)(scope))
    return values


def compiled(node: t.Node) -> Evaluate:  # noqa: PLR0911, PLR0912 - one case per kind of node
    """Turn a node into a function of the scope."""
    match node:
        case t.Literal() | t.Parameter():
            value = node.value
            return lambda scope: value
        case t.Field():
            return _field(node)
        case t.Given():
            name = node.name
            return lambda scope: name in scope.fields
        case t.Split():
            return _split(number(node.node))
        case t.Nth():
            return lambda scope: Decimal(scope.nth)
        case t.Measure():
            return _measure(node)
        case t.Term():
            return _term(node)
        case t.Defined():
            return _defined(node)
        case t.Arithmetic():
            return _arithmetic(node)
        case t.Minus():
            inner = number(node.node)
            return lambda scope: CONTEXT.minus(inner(scope))
        case t.Comparison():
            compare, left, right = COMPARE[node.sign], compiled(node.left), compiled(node.right)
            if isinstance(node.right, t.Literal | t.Parameter):
                fixed = node.right.value
                return lambda scope: compare(left(scope), fixed)
            return lambda scope: compare(left(scope), right(scope))
        case t.Junction():
            parts, every = [compiled(n) for n in node.nodes], node.all
            return (
                (lambda scope: all(part(scope) for part in parts))
                if every
                else (lambda scope: any(part(scope) for part in parts))
            )
        case t.Negation():
            denied = compiled(node.node)
            return lambda scope: not denied(scope)
        case t.Conditional():
            test, then, otherwise = compiled(node.condition), compiled(node.then), compiled(node.otherwise)
            return lambda scope: then(scope) if test(scope) else otherwise(scope)
        case t.Call():
            return _call(node)
        case t.Lookup():
            return _lookup(node)


def number(node: t.Node) -> Number:
    """Compile a node whose kind the typing has proved to be numeric."""
    return compiled(node)  # type: ignore[return-value]


def _field(node: t.Field) -> Evaluate:
    name, scale, title = node.name, node.scale, node.title

    def field(scope: Scope) -> Value:
        try:
            return scope.fields[name]
        except KeyError:
            raise CannotPrice(Text(f"没有说明：{title.zh}", f"not said: {title.en}")) from None

    if scale == 1:
        return field
    scaled: Number = field  # type: ignore[assignment]  # only quantities have a scale
    return lambda scope: CONTEXT.multiply(scaled(scope), scale)


def _split(whole: Number) -> Evaluate:
    def part(scope: Scope) -> Value:
        weights, place = scope.fields.get("weights"), scope.fields.get("place")
        if not isinstance(weights, str) or not isinstance(place, Decimal):
            return whole(scope)
        return allocate(whole(scope), [int(weight) for weight in weights.split()])[int(place)]

    return part


def _measure(node: t.Measure) -> Evaluate:
    measure, scale = (node.event, node.field), node.scale
    return lambda scope: CONTEXT.multiply(scope.month.measure(measure), scale)


def _term(node: t.Term) -> Evaluate:
    name, title = node.name, node.title
    return lambda scope: scope.month.term(name, title)


def _defined(node: t.Defined) -> Evaluate:
    """A defined step that is the same for every fact of the month is worked out once a month."""
    inner, key = compiled(node.node), object()
    if t.varies(node.node):
        return inner

    def remembered(scope: Scope) -> Value:
        memo = scope.month.memo
        value = memo.get(key)
        if value is None:
            value = memo[key] = inner(scope)
        return value

    return remembered


def _arithmetic(node: t.Arithmetic) -> Evaluate:
    left, right = number(node.left), number(node.right)
    if node.sign == "/":
        return _quotient(node, left, right)
    apply = {"+": CONTEXT.add, "-": CONTEXT.subtract, "*": CONTEXT.multiply}[node.sign]
    if isinstance(node.right, t.Literal | t.Parameter):
        fixed = node.right.value
        assert isinstance(fixed, Decimal)
        return lambda scope: apply(left(scope), fixed)
    return lambda scope: apply(left(scope), right(scope))


def _quotient(node: t.Arithmetic, left: Number, right: Number) -> Evaluate:
    place = f"{node.line}:{node.column}"

    def quotient(scope: Scope) -> Value:
        divisor = right(scope)
        if not divisor:
            raise CannotPrice(
                Text(
                    f"公式 {place} 处除数为零",
                    f"nothing to divide by at {place} of the formula: the divisor is 0",
                )
            )
        return CONTEXT.divide(left(scope), divisor)

    return quotient


def _call(node: t.Call) -> Evaluate:
    parts = [number(n) for n in node.nodes]
    if node.name == "min":
        return lambda scope: min(part(scope) for part in parts)
    if node.name == "max":
        return lambda scope: max(part(scope) for part in parts)
    if node.name == "doubling":
        first, step = parts
        return lambda scope: CONTEXT.multiply(first(scope), CONTEXT.power(TWO, step(scope) - 1))
    only, mode = parts[0], ROUND[node.name]
    exponent = CENT if node.name == "round" and node.kind is Kind.MONEY else WHOLE
    return lambda scope: only(scope).quantize(exponent, mode, CONTEXT)


def _lookup(node: t.Lookup) -> Evaluate:
    value, rows, over = number(node.node), node.table.rows, node.table.over or Decimal(0)

    def band(scope: Scope) -> Value:
        x = value(scope)
        return next((result for bound, result in rows if x <= bound), over)

    def step(scope: Scope) -> Value:
        x = value(scope)
        return next((result for bound, result in reversed(rows) if x >= bound), Decimal(0))

    return band if node.name == "band" else step
