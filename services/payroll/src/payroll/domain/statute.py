"""What the law fixes, as values: each with its dates, its place, a reference, and how far it is established."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from payroll.domain.text import Text

NATIONAL = "national"


@dataclass(frozen=True, slots=True)
class Statute:
    """One value of the law: in force at `place` from `valid_from` to `valid_to` (both included; None: until now).

    `confidence` is the grade of law/statutory.md: P primary text read, S secondary page, C constant in public code,
    with `+url` where the official page is named. `open_question` says what is contradictory about it: such a value
    is shown, and refused by name when it is needed.
    """

    name: str
    place: str
    value: Decimal | bool
    valid_from: date
    valid_to: date | None
    reference: Text
    confidence: str
    url: str | None = None
    open_question: Text | None = None


@dataclass(frozen=True, slots=True)
class Unestablished:
    """Nobody could say what the law fixes here, and why."""

    reason: Text


@dataclass(frozen=True, slots=True)
class Place:
    """A place with wage rules of its own; what it does not fix its `within` does, and then the nation."""

    code: str
    title: Text
    within: str | None
    spellings: frozenset[str]


class Statutory:
    """The statutory tables, asked by name, place and day."""

    def __init__(self, places: Iterable[Place], statutes: Iterable[Statute]) -> None:
        self.places: Mapping[str, Place] = {p.code: p for p in places}
        self._codes = {spelling: p.code for p in self.places.values() for spelling in p.spellings}
        self._statutes: dict[tuple[str, str], list[Statute]] = {}
        for statute in statutes:
            self._statutes.setdefault((statute.name, statute.place), []).append(statute)

    def place(self, spelling: str | None) -> Place | None:
        """Find a place by any of its spellings (`上海`, `上海市`, `Shanghai`, `shanghai`)."""
        return self.places.get(self._codes.get((spelling or "").strip().lower(), ""))

    def find(self, name: str, spelling: str | None, day: date) -> Statute | Unestablished:
        """Find what is fixed for `name` at a place on a day: by the place itself, what it lies within, or nationally.

        Answers Unestablished, naming what is missing, when the place is unknown to a local value, no value is in force
        that day, or the value is contradictory.
        """
        place = self.place(spelling)
        chain = [NATIONAL]
        if place is not None:
            chain = [place.code, *([place.within] if place.within else []), NATIONAL]
        for code in chain:
            for statute in self._statutes.get((name, code), ()):
                if statute.valid_from <= day and (statute.valid_to is None or day <= statute.valid_to):
                    return Unestablished(statute.open_question) if statute.open_question else statute
        where = (
            Text(place.title.zh, place.title.en) if place else Text(spelling or "未登记", spelling or "not recorded")
        )
        return Unestablished(
            Text(
                f"没有可引用的法定数值“{name}”：工作地点 {where.zh}，日期 {day}",
                f"no statutory value {name!r} with a reference for work place {where.en} on {day}",
            )
        )

    def history(self, name: str) -> list[Statute]:
        """List every value kept for `name`, oldest first, contradictory ones too."""
        found = [s for (n, _), statutes in self._statutes.items() if n == name for s in statutes]
        return sorted(found, key=lambda s: (s.place, s.valid_from))
