"""A clause of the rulebook, compiled: what it reads, what it takes or gives, and the law it stands under."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from payroll.domain.facts import Value
from payroll.domain.month import Measure, Scope
from payroll.domain.text import Text
from payroll.domain.window import MONTH, Window


class LegalClass(StrEnum):
    """What a deduction is in law; the waterfall takes them in this order."""

    UNWORKED_TIME = "unworked_time"
    BONUS_NOT_EARNED = "bonus_not_earned"
    AGREED = "agreed"
    LOSS_COMPENSATION = "loss_compensation"
    DISCIPLINARY_FINE = "disciplinary_fine"


PUNISHING = frozenset({LegalClass.BONUS_NOT_EARNED, LegalClass.LOSS_COMPENSATION, LegalClass.DISCIPLINARY_FINE})


class Source(NamedTuple):
    """Where a clause stands in the company's regulation."""

    document: Text
    clause: str


class Step(NamedTuple):
    """One step of an arithmetic, written with its values, and what it came to."""

    text: Text
    value: str


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


@dataclass(frozen=True, slots=True, eq=False)
class Clause:
    """One clause in one version; compiled once, so that it is only equal to itself.

    Judged once per fact whose type is one of `events`, or once a month (no events). A clause without `legal_class`
    pays; one with it takes, and its amount is negative. `recommends`: opens something for a person to decide, instead
    of money. Facts of `reversed_by` take back what a sale earned, at the rate it earned; a fact of `moved_by` passes a
    sale from one seller to another. `confirm`: nothing is taken before somebody confirmed it. A clause that `counts`
    reads `nth`: which one a fact is within `window` of those that agree in the fields `per`. `stack`: charged besides
    the others of its family, which otherwise charge one fact once. `rank` orders the people of a department by what it
    comes to, which needs the measures `ranked_by`.
    """

    id: str
    version: str
    title: Text
    source: Source
    events: tuple[str, ...]
    when: Formula | None
    amount: Formula
    pool: str
    pool_title: Text
    legal_class: LegalClass | None = None
    recommends: Text | None = None
    confirm: bool = False
    family: str | None = None
    stack: bool = False
    counts: bool = False
    window: Window = MONTH
    per: tuple[str, ...] = ()
    rank: Formula | None = None
    ranked_by: frozenset[Measure] = frozenset()
    reversed_by: frozenset[str] = frozenset()
    moved_by: str | None = None
    measures: frozenset[str] = frozenset()

    @property
    def punishes(self) -> bool:
        """Tell whether what it takes answers for something that the person did."""
        return bool(self.events) and self.legal_class in PUNISHING

    @property
    def reads(self) -> frozenset[str]:
        """Name every type of fact that bears on this clause."""
        moved = frozenset() if self.moved_by is None else frozenset({self.moved_by})
        return frozenset(self.events) | moved | self.reversed_by | self.measures


@dataclass(frozen=True, slots=True)
class RulebookVersion:
    """A pack as a company adopted it, from a date on; `number` counts the company's versions of the pack."""

    pack: str
    number: int
    in_force_from: date
    signed_at: datetime
    clauses: tuple[Clause, ...]
    by_event: Mapping[str, tuple[Clause, ...]] = field(init=False)
    monthly: tuple[Clause, ...] = field(init=False)

    def __post_init__(self) -> None:
        by_event: dict[str, list[Clause]] = {}
        for clause in self.clauses:
            for type in {*clause.events, *({clause.moved_by} - {None})}:
                assert type is not None
                by_event.setdefault(type, []).append(clause)
        object.__setattr__(self, "by_event", {type: tuple(clauses) for type, clauses in by_event.items()})
        object.__setattr__(self, "monthly", tuple(clause for clause in self.clauses if not clause.events))


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

    def looks_back(self, first: date) -> Mapping[str, date]:
        """Tell from which day before a period beginning on `first` facts of a type are still counted.

        Only types are named that some clause counts in a window that reaches into earlier months.
        """
        found: dict[str, date] = {}
        for clause in (c for v in self.versions for c in v.clauses):
            begin = clause.window.begin(first)
            for type in clause.events if begin < first else ():
                found[type] = min(begin, found.get(type, begin))
        return found
