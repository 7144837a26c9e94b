"""A clause of the rulebook, compiled: what it reads, what it takes or gives, and the law it stands under."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from payroll.domain.facts import Fact, Value
from payroll.domain.text import Text


class LegalClass(StrEnum):
    """What a deduction is in law; the waterfall takes them in this order."""

    BONUS_NOT_EARNED = "bonus_not_earned"
    AGREED = "agreed"
    LOSS_COMPENSATION = "loss_compensation"
    DISCIPLINARY_FINE = "disciplinary_fine"


class CannotPrice(Exception):
    """A clause could not be applied to a fact; the payslip says so and is not issued."""

    def __init__(self, reason: Text) -> None:
        self.reason = reason
        super().__init__(reason.en)


class Source(NamedTuple):
    """Where a clause stands in the company's regulation."""

    document: Text
    clause: str


class Step(NamedTuple):
    """One step of an arithmetic, written with its values, and what it came to."""

    text: Text
    value: str


class Month:
    """What the formulas may know of one person's month besides the fact itself; measures are summed once."""

    def __init__(self, facts: Iterable[Fact], terms: Mapping[str, Decimal]) -> None:
        self.terms = terms
        self.memo: dict[object, Value] = {}
        self._by_type: dict[str, list[Fact]] = {}
        for fact in facts:
            if not fact.gives_up:
                self._by_type.setdefault(fact.type, []).append(fact)

    def count(self, type: str) -> Decimal:
        """Count how often something happened to the person this month."""
        key = ("count", type)
        if key not in self.memo:
            self.memo[key] = Decimal(sum(f.occurrences for f in self._by_type.get(type, ())))
        value = self.memo[key]
        assert isinstance(value, Decimal)
        return value

    def sum(self, type: str, name: str) -> Decimal:
        """Add up one field over everything of one type that happened this month."""
        key = ("sum", type, name)
        if key not in self.memo:
            values = (f.fields.get(name, Decimal(0)) for f in self._by_type.get(type, ()))
            self.memo[key] = sum((v for v in values if isinstance(v, Decimal)), Decimal(0))
        value = self.memo[key]
        assert isinstance(value, Decimal)
        return value


class Scope:
    """What one evaluation reads: the month, the fact's fields, and which occurrence of the month it is."""

    __slots__ = ("fields", "month", "nth")

    def __init__(self, month: Month, fields: Mapping[str, Value], nth: int) -> None:
        self.month = month
        self.fields = fields
        self.nth = nth


@dataclass(frozen=True, slots=True)
class Formula:
    """A compiled expression.

    `evaluate` runs at native speed and does not round. `explain` writes the steps with their values. `pattern` writes
    them once for every fact of the month with `{field}` and `{result}` left open; it is None when facts take
    different ways through the formula, and each then carries its own steps. `inputs` names what was read of parameters,
    measures and terms, with the values.
    """

    text: str
    evaluate: Callable[[Scope], Value]
    explain: Callable[[Scope], tuple[Step, ...]]
    pattern: Callable[[Scope], Text] | None
    preamble: Callable[[Scope], tuple[Step, ...]]
    inputs: Callable[[Scope], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause in one version.

    Judged once per fact of type `event`, or once a month (`event` None). A clause without `legal_class` pays; one
    with it takes, and its amount is negative. Facts of `reversed_by` take back what a sale earned, at the rate it
    earned; a fact of `moved_by` passes a sale from one seller to another.
    """

    id: str
    version: str
    title: Text
    source: Source
    event: str | None
    when: Formula | None
    amount: Formula
    pool: str
    pool_title: Text
    legal_class: LegalClass | None = None
    family: str | None = None
    reversed_by: frozenset[str] = frozenset()
    moved_by: str | None = None
    measures: frozenset[str] = frozenset()

    @property
    def reads(self) -> frozenset[str]:
        """Name every type of fact that bears on this clause."""
        own = {type for type in (self.event, self.moved_by) if type is not None}
        return frozenset(own) | self.reversed_by | self.measures


@dataclass(frozen=True, slots=True)
class RulebookVersion:
    """A pack as a company adopted it, from a date on; `number` counts the company's versions of the pack."""

    pack: str
    number: int
    in_force_from: date
    signed_at: datetime
    clauses: tuple[Clause, ...]
    by_event: Mapping[str, tuple[Clause, ...]] = field(init=False)

    def __post_init__(self) -> None:
        by_event: dict[str, list[Clause]] = {}
        for clause in self.clauses:
            for type in {clause.event, clause.moved_by} - {None}:
                assert type is not None
                by_event.setdefault(type, []).append(clause)
        object.__setattr__(self, "by_event", {type: tuple(clauses) for type, clauses in by_event.items()})


class Rulebook:
    """Everything signed, asked by pack and day."""

    def __init__(self, versions: Iterable[RulebookVersion]) -> None:
        self.versions = tuple(sorted(versions, key=lambda v: (v.pack, v.in_force_from, v.signed_at)))
        packs = {v.pack for v in self.versions}
        self._clauses = {(c.id, c.version): c for v in self.versions for c in v.clauses}
        self.only_pack = packs.pop() if len(packs) == 1 else None

    def on(self, scheme: str | None, day: date) -> RulebookVersion | None:
        """Find the version of a pack in force on a day; the only pack adopted serves people without a scheme."""
        pack = scheme or self.only_pack
        begun = [v for v in self.versions if v.pack == pack and v.in_force_from <= day]
        return begun[-1] if begun else None

    def clause(self, id: str, version: str) -> Clause | None:
        """Find a clause by its id and version, whatever is in force now."""
        return self._clauses.get((id, version))

    def event_types(self) -> frozenset[str]:
        """Name every type of fact that bears on some clause."""
        return frozenset(type for v in self.versions for c in v.clauses for type in c.reads)
