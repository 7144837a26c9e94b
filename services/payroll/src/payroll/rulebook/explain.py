"""Rendering a typed tree with its values: the steps that a payslip line shows, in both languages."""

from collections.abc import Callable
from decimal import Decimal

from payroll.domain.clause import Step
from payroll.domain.facts import Value
from payroll.domain.money import cents
from payroll.domain.month import Scope
from payroll.domain.text import Text, joined
from payroll.rulebook import tree as t
from payroll.rulebook.units import Kind, written

SIGNS = {"+": "+", "-": "−", "*": "×", "/": "÷"}
HOLDS = {"<": "<", "<=": "≤", ">": ">", ">=": "≥", "==": "=", "!=": "≠"}
FAILS = {"<": "≥", "<=": ">", ">": "≤", ">=": "<", "==": "≠", "!=": "="}
NAMES = {
    "min": Text("取小", "lowest of"), "max": Text("取大", "highest of"), "floor": Text("向下取整", "round down"),
    "ceil": Text("向上取整", "round up"), "round": Text("四舍五入", "round half up"),
    "doubling": Text("逐次加倍", "doubled each time"),
}  # fmt: skip

Compile = Callable[[t.Node], Callable[[Scope], Value]]


class Outline:
    """The defined steps of a formula, innermost first, and which of them differ between facts; found out once."""

    def __init__(self, node: t.Node, compile: Compile) -> None:
        self.node = node
        self.compile = compile
        self.defined = defined_in(node)
        self.fixed = [d for d in self.defined if not t.varies(d.node)]
        self.varying = frozenset(d.name for d in self.defined if d not in self.fixed)

    def steps(self, scope: Scope) -> tuple[Step, ...]:
        """Write every defined step and then the formula itself, each as `words and values = result`."""
        writer = _Writer(scope, self, open_fields=False)
        return (*(_step(writer, d.node, d.title) for d in self.defined), _step(writer, self.node, None))

    def preamble(self, scope: Scope) -> tuple[Step, ...]:
        """Write the defined steps that are the same for every fact of the month."""
        writer = _Writer(scope, self, open_fields=False)
        return tuple(_step(writer, d.node, d.title) for d in self.fixed)

    def pattern(self, scope: Scope) -> Text:
        """Write the formula once for all facts of the month, with `{field}` and `{result}` left open."""
        text = _Writer(scope, self, open_fields=True).write(self.node)
        return _between(text, "=", Text("{result}", "{result}"))


class _Writer:
    """Writes nodes for one scope; with `open_fields`, fields stay as `{name}` for a pattern of many facts."""

    def __init__(self, scope: Scope, outline: Outline, open_fields: bool) -> None:
        self.scope = scope
        self.compile = outline.compile
        self.varying = outline.varying
        self.open_fields = open_fields

    def value(self, node: t.Node) -> Value:
        return self.compile(node)(self.scope)

    def worth(self, node: t.Node) -> Text:
        return written(self.value(node), node.kind)

    def write(self, node: t.Node, bracket: bool = False) -> Text:  # noqa: PLR0911 - one case per kind of node
        match node:
            case t.Literal():
                return self.worth(node)
            case t.Field() if self.open_fields:
                return Text(f"{node.title.zh} {{{node.name}}}", f"{node.title.en} {{{node.name}}}")
            case t.Defined() if self.open_fields and node.name in self.varying:
                return self.write(node.node, bracket)
            case t.Parameter() | t.Field() | t.Measure() | t.Term() | t.Defined():
                return _labelled(node.title, self.worth(node))
            case t.Nth():
                worth = self.worth(node)
                return Text(f"第 {worth.zh} 次", f"occurrence {worth.en}")
            case t.Arithmetic():
                return _wrap(
                    _between(self.write(node.left, True), SIGNS[node.sign], self.write(node.right, True)),
                    bracket,
                )
            case t.Minus():
                inner = self.write(node.node, True)
                return Text(f"−{inner.zh}", f"−{inner.en}")
            case t.Conditional():
                return _wrap(self.chosen(node), bracket)
            case t.Call():
                parts = joined([self.write(n) for n in node.nodes], "、", ", ")
                name = NAMES[node.name]
                return Text(f"{name.zh}（{parts.zh}）", f"{name.en} ({parts.en})")
            case t.Lookup():
                return self.looked_up(node)
            case t.Split():
                return self.split(node)
            case _:
                return self.truth(node, bool(self.value(node)))

    def chosen(self, node: t.Conditional) -> Text:
        """Write the branch that was taken, and why."""
        holds = bool(self.value(node.condition))
        branch = self.write(node.then if holds else node.otherwise, True)
        why = self.truth(node.condition, holds)
        return Text(f"{branch.zh}（因为 {why.zh}）", f"{branch.en} (because {why.en})")

    def looked_up(self, node: t.Lookup) -> Text:
        worth, of = self.worth(node), self.write(node.node)
        return Text(f"{node.title.zh} {worth.zh}（按 {of.zh}）", f"{node.title.en} {worth.en} (for {of.en})")

    def split(self, node: t.Split) -> Text:
        """Write whose part of an amount it is; nothing is split where one person answers alone."""
        whole, weights = self.write(node.node, True), str(self.scope.fields.get("weights", ""))
        if not weights:
            return whole
        shares, place = weights.split(), self.scope.fields["place"]
        own, total = shares[int(place)], sum(int(share) for share in shares)
        return Text(f"{whole.zh} 的 {own}/{total}", f"{own}/{total} of {whole.en}")

    def truth(self, node: t.Node, holds: bool) -> Text:
        """Write a condition as the true statement that decided it."""
        match node:
            case t.Given():
                words = ("已说明", "is said") if holds else ("未说明", "is not said")
                return Text(f"{node.title.zh}{words[0]}", f"{node.title.en} {words[1]}")
            case t.Comparison():
                sign = (HOLDS if holds else FAILS)[node.sign]
                return _between(self.write(node.left, True), sign, self.write(node.right, True))
            case t.Negation():
                return self.truth(node.node, not holds)
            case t.Junction():
                if node.all == holds:  # every part speaks: all hold, or none does
                    parts = [self.truth(n, holds) for n in node.nodes]
                    return joined(parts, " 且 ", " and ")
                decided = next(n for n in node.nodes if bool(self.value(n)) == holds)
                return self.truth(decided, holds)
            case _:
                return self.write(node)


def defined_in(node: t.Node) -> list[t.Defined]:
    """List the defined steps a formula stands on, innermost first, each once."""
    found: list[t.Defined] = []
    for below in t.children(node):
        found += [d for d in defined_in(below) if d not in found]
    if isinstance(node, t.Defined) and node not in found:
        found.append(node)
    return found


def _step(writer: _Writer, node: t.Node, title: Text | None) -> Step:
    value = writer.value(node)
    rounded = cents(value) if node.kind is Kind.MONEY and isinstance(value, Decimal) else value
    result = written(rounded, node.kind)
    text = _between(writer.write(node), "=", result)
    if title is not None:
        text = Text(f"{title.zh}：{text.zh}", f"{title.en}: {text.en}")
    return Step(text, str(value))


def _labelled(title: Text, worth: Text) -> Text:
    return Text(f"{title.zh} {worth.zh}", f"{title.en} {worth.en}")


def _between(left: Text, sign: str, right: Text) -> Text:
    return Text(f"{left.zh} {sign} {right.zh}", f"{left.en} {sign} {right.en}")


def _wrap(text: Text, bracket: bool) -> Text:
    return Text(f"({text.zh})", f"({text.en})") if bracket else text
