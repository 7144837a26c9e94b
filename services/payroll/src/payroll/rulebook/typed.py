"""Giving every part of a formula its kind, and refusing what does not fit, with place and remedy."""

from decimal import Decimal

from lark import Tree
from lark.lexer import Token

from payroll.domain.text import Text
from payroll.rulebook import tree as t
from payroll.rulebook.grammar import parse
from payroll.rulebook.names import Names, blank, refused
from payroll.rulebook.units import NUMERIC, PLAIN, PRODUCTS, QUOTIENTS, UNITS, Kind, Table, joined

ZERO = Decimal(0)
ROUNDING = ("floor", "ceil", "round")


def typed(text: str, names: Names, expected: Kind | None = None) -> t.Node:
    """Parse and type a formula.

    Raises FormulaRefused for an unknown name or function, kinds that do not go together, or a blank parameter.
    """
    syntax = parse(text)
    node = _Typing(names).node(syntax)
    if expected is not None and node.kind is not expected:
        raise refused(
            syntax,
            Text(f"这里应是 {expected}，却是 {node.kind}", f"this must be {expected}, but is {node.kind}"),
            Text("检查单位", "check the units"),
        )
    return node


def quantity(number: str, unit: str | None) -> t.Literal:
    """Type a literal: `50` `CNY` is money of 50."""
    if unit is None:
        return t.Literal(Kind.NUMBER, Decimal(number))
    kind, scale = UNITS[unit]
    return t.Literal(kind, Decimal(number) * scale)


class _Typing:
    """One walk over a syntax tree; a class only so that the names need not be handed through every call."""

    def __init__(self, names: Names) -> None:
        self.names = names

    def node(self, tree: Tree[Token]) -> t.Node:  # noqa: PLR0911 - one case per rule of the grammar
        parts = tree.children
        match str(tree.data):
            case "number":
                return quantity(str(parts[0]), None)
            case "quantity":
                return quantity(str(parts[0]), str(parts[1]))
            case "text":
                return t.Literal(Kind.TEXT, str(parts[0])[1:-1])
            case "yes" | "no" as word:
                return t.Literal(Kind.BOOLEAN, word == "yes")
            case "name":
                return self.name(parts[0])
            case "call":
                return self.call(tree, parts[0], [p for p in parts[1:] if isinstance(p, Tree)])
            case "minus":
                node = self.numeric(parts[1])
                return t.Minus(node.kind, node)
            case "binary":
                return self.arithmetic(tree)
            case "comparison":
                return self.comparison(tree)
            case "negation":
                return t.Negation(self.condition(parts[-1]))
            case "conjunction" | "disjunction" as word:
                return t.Junction(word == "conjunction", tuple(self.condition(p) for p in parts))
            case _:
                return self.conditional(tree)

    def below(self, tree: Tree[Token] | Token) -> t.Node:
        assert isinstance(tree, Tree)
        return self.node(tree)

    def numeric(self, tree: Tree[Token] | Token) -> t.Node:
        node = self.below(tree)
        if node.kind not in NUMERIC:
            raise refused(
                tree,
                Text(f"不能用 {node.kind} 计算", f"cannot calculate with {node.kind}"),
                Text("用数量", "use a quantity"),
            )
        return node

    def condition(self, tree: Tree[Token] | Token) -> t.Node:
        node = self.below(tree)
        if node.kind is not Kind.BOOLEAN:
            raise refused(
                tree,
                Text(f"这里要条件，却是 {node.kind}", f"a condition is needed here, not {node.kind}"),
                Text("写成比较，例如 x > 0", "write a comparison such as x > 0"),
            )
        return node

    def name(self, token: Tree[Token] | Token) -> t.Node:
        name, names = str(token), self.names
        title = names.titles.get(name, Text(name, name))
        if name in names.parameters:
            parameter = names.parameters[name]
            if isinstance(parameter, Table):
                raise refused(
                    token,
                    Text(f"{name} 是表格", f"{name!r} is a table"),
                    Text("用 band(x, 表) 或 step(x, 表)", f"look up in it: band(x, {name}) or step(x, {name})"),
                )
            if parameter is None:
                raise blank(token, name)
            return t.Parameter(parameter[0], name, title, parameter[1])
        if name in names.defined:
            return t.Defined(names.defined[name].kind, name, title, names.defined[name])
        if names.event is not None and name in names.event.fields:
            word = names.event.fields[name]
            return t.Field(word.kind, name, word.title, word.scale)
        if name == "nth" and names.event is not None:
            return t.Nth()
        if name in names.vocabulary.terms:
            word = names.vocabulary.terms[name]
            return t.Term(word.kind, name, word.title)
        known = [
            *names.parameters,
            *names.defined,
            *(names.event.fields if names.event else ()),
            *names.vocabulary.terms,
        ]
        raise refused(
            token,
            Text(f"没有名为 {name} 的字段、参数或条件", f"there is no field, parameter or term called {name!r}"),
            Text(f"可用：{'、'.join(known)}", f"there are: {', '.join(known)}"),
        )

    def arithmetic(self, tree: Tree[Token]) -> t.Node:
        left, right = self.numeric(tree.children[0]), self.numeric(tree.children[2])
        sign = str(tree.children[1])
        kind = {
            "*": PRODUCTS.get(frozenset({left.kind, right.kind})),
            "/": QUOTIENTS.get((left.kind, right.kind)),
        }.get(sign, joined(left.kind, right.kind))
        if kind is None:
            raise refused(
                tree,
                Text(
                    f"单位不合：{left.kind} {sign} {right.kind}",
                    f"units do not fit: {left.kind} {sign} {right.kind}",
                ),
                Text("换成同类数量，或用比例", "use quantities of one kind, or a ratio such as 1 %"),
            )
        if sign == "/" and isinstance(right, t.Literal | t.Parameter) and not right.value:
            raise refused(tree, Text("除数为零", "division by zero"), Text("换一个除数", "divide by something else"))
        return t.Arithmetic(kind, sign, left, right, tree.meta.line, tree.meta.column)

    def comparison(self, tree: Tree[Token]) -> t.Node:
        left, right, sign = self.below(tree.children[0]), self.below(tree.children[2]), str(tree.children[1])
        kind = joined(left.kind, right.kind)
        if kind is None or (kind not in NUMERIC and sign not in ("==", "!=")):
            raise refused(
                tree,
                Text(
                    f"不能比较 {left.kind} {sign} {right.kind}",
                    f"cannot compare {left.kind} {sign} {right.kind}",
                ),
                Text("给数值写上单位，例如 70 %、15 min", "give the value its unit, such as 70 % or 15 min"),
            )
        return t.Comparison(sign, left, right)

    def conditional(self, tree: Tree[Token]) -> t.Node:
        then, condition, otherwise = tree.children
        first, test, last = self.below(then), self.condition(condition), self.below(otherwise)
        return t.Conditional(self.same(tree, (first, last)), first, test, last)

    def same(self, tree: Tree[Token], nodes: tuple[t.Node, ...]) -> Kind:
        kind: Kind | None = nodes[0].kind
        for node in nodes[1:]:
            kind = joined(kind, node.kind) if kind is not None else None
        if kind is None:
            kinds = ", ".join(node.kind for node in nodes)
            raise refused(
                tree,
                Text(f"单位不一致：{kinds}", f"these must be of one kind: {kinds}"),
                Text("统一单位", "write them all in the same unit"),
            )
        return kind

    def call(  # noqa: PLR0911 - one way per function
        self, tree: Tree[Token], token: Tree[Token] | Token, arguments: list[Tree[Token]]
    ) -> t.Node:
        name = str(token)
        if name in ("count", "sum"):
            return self.measure(tree, name, arguments)
        if name in ("band", "step"):
            return self.lookup(tree, name, arguments)
        if name == "given":
            return self.given(tree, arguments)
        if name == "split" and len(arguments) == 1 and self.names.event is not None:
            return t.Split(Kind.MONEY, self.money(arguments[0]))
        if name == "doubling" and len(arguments) == 2:
            return t.Call(Kind.MONEY, name, (self.money(arguments[0]), self.plain(arguments[1])))
        if name in ROUNDING and len(arguments) == 1:
            node = self.numeric(arguments[0])
            return t.Call(node.kind, name, (node,))
        if name in ("min", "max") and len(arguments) >= 2:
            nodes = tuple(self.numeric(a) for a in arguments)
            return t.Call(self.same(tree, nodes), name, nodes)
        if name in (*ROUNDING, "min", "max", "split", "doubling"):
            raise refused(
                tree,
                Text(f"{name} 的参数个数不对", f"{name} got {len(arguments)} arguments"),
                Text(
                    "floor/ceil/round/split 要一个，doubling 要两个，min/max 至少两个；split 只用于按事件的条款",
                    "floor, ceil, round, split take one, doubling two, min and max two or more; split needs an event",
                ),
            )
        raise refused(
            token,
            Text(f"没有函数 {name}", f"there is no function {name!r}"),
            Text(
                "可用：min max floor ceil round band step count sum given split doubling",
                "there are min, max, floor, ceil, round, band, step, count, sum, given, split, doubling",
            ),
        )

    def money(self, tree: Tree[Token]) -> t.Node:
        node = self.below(tree)
        if node.kind is not Kind.MONEY:
            raise refused(
                tree,
                Text(f"这里要金额，却是 {node.kind}", f"an amount is needed here, not {node.kind}"),
                Text("写成 50 CNY", "write one like 50 CNY"),
            )
        return node

    def plain(self, tree: Tree[Token]) -> t.Node:
        node = self.below(tree)
        if node.kind not in PLAIN:
            raise refused(
                tree,
                Text(f"这里要次数，却是 {node.kind}", f"a count is needed here, not {node.kind}"),
                Text("例如 nth", "such as nth"),
            )
        return node

    def given(self, tree: Tree[Token], arguments: list[Tree[Token]]) -> t.Node:
        name = str(arguments[0].children[0]) if len(arguments) == 1 and arguments[0].data == "name" else ""
        fields = self.names.event.fields if self.names.event is not None else {}
        if name not in fields:
            raise refused(
                tree,
                Text("given 要事件的一个字段", "given takes one field of the event"),
                Text(f"可用：{'、'.join(fields)}", f"there are: {', '.join(fields)}"),
            )
        return t.Given(name, fields[name].title)

    def measure(self, tree: Tree[Token], name: str, arguments: list[Tree[Token]]) -> t.Node:
        words = [str(a.children[0])[1:-1] for a in arguments if a.data == "text"]
        if len(words) != len(arguments) or len(words) != (1 if name == "count" else 2):
            raise refused(
                tree,
                Text(f"{name} 的写法不对", f"{name} is written another way"),
                Text(
                    '写成 count("事件") 或 sum("事件", "字段")',
                    'write count("event") or sum("event", "field")',
                ),
            )
        events = self.names.vocabulary.events
        if words[0] not in events:
            raise refused(
                arguments[0],
                Text(f"没有事件 {words[0]}", f"there is no event {words[0]!r}"),
                Text(f"可用：{'、'.join(events)}", f"there are: {', '.join(events)}"),
            )
        event = events[words[0]]
        if name == "count":
            return t.Measure(Kind.COUNT, words[0], None, event.title)
        field = event.fields.get(words[1])
        if field is None or field.kind not in NUMERIC:
            raise refused(
                arguments[1],
                Text(
                    f"{words[0]} 没有可相加的字段 {words[1]}",
                    f"{words[0]} has no field {words[1]!r} to add up",
                ),
                Text("换一个字段", "name another field"),
            )
        title = Text(f"{event.title.zh}{field.title.zh}合计", f"{field.title.en} of {event.title.en}")
        return t.Measure(field.kind, words[0], words[1], title, field.scale)

    def lookup(self, tree: Tree[Token], name: str, arguments: list[Tree[Token]]) -> t.Node:
        table_name = str(arguments[1].children[0]) if len(arguments) == 2 and arguments[1].data == "name" else ""
        table = self.names.parameters.get(table_name)
        if table is None and table_name in self.names.parameters:
            raise blank(arguments[1], table_name)
        if not isinstance(table, Table):
            raise refused(
                tree,
                Text(f"{name} 要一个值和一个表格参数", f"{name} takes a value and a table parameter"),
                Text(f"写成 {name}(x, 表)", f"write {name}(x, table) and put the table under parameters"),
            )
        node = self.numeric(arguments[0])
        if joined(node.kind, table.keys) is None:
            raise refused(
                tree,
                Text(
                    f"表格按 {table.keys} 分档，给的却是 {node.kind}",
                    f"the table goes by {table.keys}, not {node.kind}",
                ),
                Text("统一单位", "use the same unit for both"),
            )
        if name == "step" and table.over is not None:
            raise refused(
                arguments[1],
                Text("step 的表格不用 over", "a table for step has no row `over`: its last step is open"),
                Text("去掉 over", "remove it"),
            )
        title = self.names.titles.get(table_name, Text(table_name, table_name))
        return t.Lookup(table.values, name, node, table, table_name, title)
