"""What a formula may name, and refusing what it names wrongly."""

from collections.abc import Mapping
from dataclasses import dataclass

from lark import Tree
from lark.lexer import Token

from payroll.domain.facts import Value
from payroll.domain.text import Text
from payroll.rulebook import tree as t
from payroll.rulebook.problems import FormulaRefused
from payroll.rulebook.units import Kind, Table
from payroll.rulebook.vocabulary import EventWords, Vocabulary


@dataclass(frozen=True, slots=True)
class Names:
    """What a formula may name: words of its event, terms, measures, the clause's parameters and defined steps.

    A parameter whose value is None is blank.
    """

    vocabulary: Vocabulary
    event: EventWords | None
    parameters: Mapping[str, tuple[Kind, Value] | Table | None]
    titles: Mapping[str, Text]
    defined: Mapping[str, t.Node]


def refused(at: Tree[Token] | Token, what: Text, remedy: Text) -> FormulaRefused:
    """Refuse a part of a formula, naming its line and column."""
    place = at if isinstance(at, Token) else at.meta
    return FormulaRefused(what, remedy, getattr(place, "line", 1) or 1, getattr(place, "column", 1) or 1)


def blank(at: Tree[Token] | Token, name: str) -> FormulaRefused:
    """Refuse a parameter that its source leaves blank, by name."""
    return refused(
        at,
        Text(f"参数 {name} 是空的", f"parameter {name!r} is blank"),
        Text("先填写它：原制度没有给出数值", "set it before this clause is used: its source gives no value"),
    )
