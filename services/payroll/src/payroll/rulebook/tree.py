"""The typed tree of a formula: every node knows the kind of its value and where it stands in the text."""

from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from payroll.domain.facts import Value
from payroll.domain.text import Text
from payroll.rulebook.units import Kind, Table


@dataclass(frozen=True, slots=True)
class Literal:
    """A value written in the formula."""

    kind: Kind
    value: Value


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value the company sets."""

    kind: Kind
    name: str
    title: Text
    value: Value


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the event; facts bring it in a unit that is `scale` of the kind's base."""

    kind: Kind
    name: str
    title: Text
    scale: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class Given:
    """Whether the fact brings a field that its event may leave out."""

    name: str
    title: Text
    kind: Kind = Kind.BOOLEAN


@dataclass(frozen=True, slots=True)
class Split:
    """This person's part of an amount that several responsible people bear by their weights."""

    kind: Kind
    node: "Node"


@dataclass(frozen=True, slots=True)
class Nth:
    """Which occurrence of the window this fact is, from 1."""

    kind: Kind = Kind.COUNT


@dataclass(frozen=True, slots=True)
class Measure:
    """How often something happened this month, or what a field of it adds up to (`field` given)."""

    kind: Kind
    event: str
    field: str | None
    title: Text
    scale: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class Term:
    """A term of pay of the person."""

    kind: Kind
    name: str
    title: Text


@dataclass(frozen=True, slots=True)
class Defined:
    """A step the clause defines by name."""

    kind: Kind
    name: str
    title: Text
    node: "Node"


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Two values and + - * /; `column` and `line` name the place if there is nothing to divide by."""

    kind: Kind
    sign: str
    left: "Node"
    right: "Node"
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Minus:
    """The negative of a value."""

    kind: Kind
    node: "Node"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two values of one kind, compared."""

    sign: str
    left: "Node"
    right: "Node"
    kind: Kind = Kind.BOOLEAN


@dataclass(frozen=True, slots=True)
class Junction:
    """Several conditions, all of which (`all`) or one of which must hold."""

    all: bool
    nodes: tuple["Node", ...]
    kind: Kind = Kind.BOOLEAN


@dataclass(frozen=True, slots=True)
class Negation:
    """The opposite of a condition."""

    node: "Node"
    kind: Kind = Kind.BOOLEAN


@dataclass(frozen=True, slots=True)
class Conditional:
    """One value if a condition holds, else another."""

    kind: Kind
    then: "Node"
    condition: "Node"
    otherwise: "Node"


@dataclass(frozen=True, slots=True)
class Call:
    """min, max, floor, ceil, round, or doubling: the first doubled for every step of the second after the first."""

    kind: Kind
    name: str
    nodes: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Lookup:
    """A value looked up in a table parameter: `band` by upper bounds, `step` by lower bounds."""

    kind: Kind
    name: str
    node: "Node"
    table: Table
    table_name: str
    title: Text


Node: TypeAlias = (
    Literal | Parameter | Field | Given | Split | Nth | Measure | Term | Defined | Arithmetic | Minus
    | Comparison | Junction | Negation | Conditional | Call | Lookup
)  # fmt: skip


def children(node: Node) -> tuple[Node, ...]:
    """List the nodes right below a node."""
    match node:
        case Arithmetic() | Comparison():
            return node.left, node.right
        case Minus() | Negation() | Lookup() | Defined() | Split():
            return (node.node,)
        case Junction() | Call():
            return node.nodes
        case Conditional():
            return node.then, node.condition, node.otherwise
        case _:
            return ()


def walk(node: Node) -> list[Node]:
    """List a node and everything below it."""
    return [node, *(below for child in children(node) for below in walk(child))]


def called(node: Parameter | Measure | Term) -> str:
    """Write what the formula calls an input: a name, or the measure as it is asked for."""
    if not isinstance(node, Measure):
        return node.name
    return f'count("{node.event}")' if node.field is None else f'sum("{node.event}", "{node.field}")'


def varies(node: Node) -> bool:
    """Tell whether the value can differ between two facts of one month."""
    return any(isinstance(x, Field | Given | Split | Nth) for x in walk(node))


def fields(node: Node) -> set[str]:
    """Name the event fields that a formula reads."""
    return {below.name for below in walk(node) if isinstance(below, Field)}


def uniform(node: Node) -> bool:
    """Tell whether every fact of the month takes the same way through the formula."""
    if isinstance(node, Conditional):
        return not varies(node.condition) and uniform(node.then) and uniform(node.otherwise)
    if isinstance(node, Call | Lookup | Comparison | Junction | Negation | Given | Split):
        return not varies(node)
    return all(uniform(child) for child in children(node))
