"""Columns of a row by name: those of the first file, of joined files, and those that patterns add."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from chassis.imports.converting import CellRefused, Memo, cleaned
from chassis.imports.patterns import LONGEST, compile_pattern
from chassis.imports.profile import Condition, Extract
from chassis.imports.reading import column_name
from chassis.imports.refusing import FileRefused

Cells = list[str]
Test = Callable[[Cells], bool]
Pick = Callable[[Cells], str]

TWICE = -1


@dataclass(slots=True)
class Columns:
    """Where each column stands in a row; `origins` tells which file it is from (0 the first, -1 a pattern)."""

    names: list[str] = field(default_factory=list)
    origins: list[int] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)

    def add(self, names: Sequence[str], *, origin: int, prefix: str = "") -> None:
        """Append the columns of one file; a name that stands there twice cannot be used."""
        for name in names:
            key = column_name(prefix + name)
            self.places[key] = TWICE if key in self.places else len(self.names)
            self.names.append(prefix + name)
            self.origins.append(origin)

    def find(self, wanted: Sequence[str], *, optional: bool = False) -> tuple[int, ...]:
        """Find those of the wanted columns that are there; raises FileRefused when none is, unless optional."""
        found = tuple(self.places[key] for key in map(column_name, wanted) if key in self.places)
        shown = " / ".join(wanted)
        if TWICE in found:
            raise FileRefused(f"列“{shown}”在文件中出现了两次。", f"The column “{shown}” stands in the file twice.")
        if not found and not optional:
            placed = zip(self.names, self.origins, strict=True)
            there = ", ".join(name for name, origin in placed if name and origin >= 0)
            raise FileRefused(
                f"文件里没有列“{shown}”。现有的列：{there}。", f"The file has no column “{shown}”. It has: {there}."
            )
        return found


def picker(places: Sequence[int]) -> Pick:
    """Make a function that takes the first of the cells at `places` that is not blank."""
    if not places:
        return lambda cells: ""
    if len(places) == 1:
        only = places[0]
        return lambda cells: cells[only]

    def pick(cells: Cells) -> str:
        for place in places:
            if cells[place].strip():
                return cells[place]
        return ""

    return pick


def search(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """Search a text short enough for its pattern; raises CellRefused for a longer one."""
    if len(text) > LONGEST:
        raise CellRefused(
            f"超过可用正则表达式搜索的 {LONGEST} 个字符。",
            f"Longer than the {LONGEST} characters that a pattern may search.",
        )
    return pattern.search(text)


def condition(told: Condition, columns: Columns) -> Test:
    """Compile a condition of the profile to a test on a row."""
    wanted = not told.negated
    if told.equals is not None:
        words = frozenset(map(column_name, told.equals))
        memo = Memo(lambda cell: (column_name(cleaned(cell)) in words) is wanted)
    elif told.matches is not None:
        pattern = compile_pattern(told.matches)
        memo = Memo(lambda cell: (search(pattern, cleaned(cell)) is not None) is wanted)
    else:
        emptiness = bool(told.empty) is wanted
        memo = Memo(lambda cell: (not cleaned(cell)) is emptiness)
    places = columns.find(told.column)
    if len(places) == 1:
        only = places[0]
        return lambda cells: memo[cells[only]]
    pick = picker(places)
    return lambda cells: memo[pick(cells)]


class Extracts:
    """The columns that patterns add to each row, in the order of their first mention."""

    def __init__(self, told: Sequence[Extract], columns: Columns) -> None:
        patterns = [compile_pattern(extract.pattern) for extract in told]
        self.groups = list(dict.fromkeys(name for pattern in patterns for name in pattern.groupindex))
        self.steps = [
            (picker(columns.find(extract.column, optional=extract.optional)), pattern)
            for extract, pattern in zip(told, patterns, strict=True)
        ]
        columns.add(self.groups, origin=-1)

    def of(self, cells: Cells) -> list[str]:
        """Search a row; a group that no pattern found is empty."""
        found = dict.fromkeys(self.groups, "")
        for pick, pattern in self.steps:
            text = cleaned(pick(cells))
            if text and (match := search(pattern, text)) is not None:
                for group, value in match.groupdict().items():
                    found[group] = found[group] or value or ""
        return list(found.values())
