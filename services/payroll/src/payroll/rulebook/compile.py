"""Compiling a typed tree to closures: done once when a version is loaded, run for every fact."""

import operator
from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import TypeAlias

from payroll.domain.clause import CannotPrice, Formula, Scope
from payroll.domain.facts import Value
from payroll.domain.money import CENT, CONTEXT
from payroll.domain.text import Text
from payroll.rulebook import tree as t
from payroll.rulebook.explain import defined_in, pattern, preamble, steps
from payroll.rulebook.units import Kind

Evaluate: TypeAlias = Callable[[Scope], Value]
Number: TypeAlias = Callable[[Scope], Decimal]

COMPARE: dict[str, Callable[[Value, Value], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip
WHOLE = Decimal(1)
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
    preambled = [d.node for d in defined_in(node) if not t.varies(d.node)]
    return Formula(
        text=text,
        evaluate=compiled(node),
        explain=lambda scope: steps(node, scope, once),
        pattern=(lambda scope: pattern(node, scope, once))
        if t.uniform(node) and t.fields(node) <= {"amount"}
        else None,
        preamble=(lambda scope: preamble(node, scope, once)) if preambled else (lambda scope: ()),
        inputs=lambda scope: {t.called(below): str(once(below)(scope)) for below in read},
    )


def compiled(node: t.Node) -> Evaluate:  # noqa: PLR0911, PLR0912 - one case per kind of node
    """Turn a node into a function of the scope."""
    match node:
        case t.Literal() | t.Parameter():
            value = node.value
            return lambda scope: value
        case t.Field():
            name = node.name
            return lambda scope: scope.fields[name]
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


def _measure(node: t.Measure) -> Evaluate:
    event, field = node.event, node.field
    if field is None:
        return lambda scope: scope.month.count(event)
    return lambda scope: scope.month.sum(event, field)


def _term(node: t.Term) -> Evaluate:
    name, title = node.name, node.title

    def term(scope: Scope) -> Value:
        try:
            return scope.month.terms[name]
        except KeyError:
            raise CannotPrice(Text(f"没有登记：{title.zh}", f"not recorded: {title.en}")) from None

    return term


def _defined(node: t.Defined) -> Evaluate:
    """A defined step that is the same for every fact of the month is worked out once a month."""
    inner, key = compiled(node.node), object()
    if t.varies(node.node):
        return inner

    def remembered(scope: Scope) -> Value:
        memo = scope.month.memo
        if key not in memo:
            memo[key] = inner(scope)
        return memo[key]

    return remembered


def _arithmetic(node: t.Arithmetic) -> Evaluate:
    left, right = number(node.left), number(node.right)
    if node.sign == "/":
        return _quotient(node, left, right)
    apply = {"+": CONTEXT.add, "-": CONTEXT.subtract, "*": CONTEXT.multiply}[node.sign]
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
