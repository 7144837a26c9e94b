"""A profile, the kinds of a service and the columns of a file, compiled: rows in, parts of records out."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import NamedTuple

from chassis.imports.columns import Cells, Columns, Extracts, Test, condition
from chassis.imports.converting import CellRefused, Memo, Staged, cleaned
from chassis.imports.layouts import SEPARATOR, Layout, Part
from chassis.imports.profile import Join, Profile
from chassis.imports.reading import SUSPECT, Row, Table, column_name
from chassis.imports.refusing import FileRefused, Reason
from chassis.imports.sources import Take, Taker, Told, taker

Joined = tuple[int, Cells | None]
"""Row number and cells of a row of a second file; None when the row itself was refused."""

Step = tuple[Memo[Staged] | None, int, Take]
"""How the inner loop takes a field: by memo and place where it can, else by the function."""

KEY_LONGEST = 400
MOST_COMBINED = 200_000
"""Rows that the rows of one batch may become by joining."""
encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Refusal(NamedTuple):
    """A cell, row or record that was refused."""

    file: int
    row: int
    kind: str
    key: str
    column: str
    value: str
    reason: Reason


@dataclass(slots=True)
class Batch:
    """What some rows became. `lost` counts refused rows that could not be ascribed to a record."""

    read: int = 0
    skipped: int = 0
    lost: int = 0
    parts: list[Part] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)


@dataclass(slots=True)
class Combined:
    """A row of the first file with those of the others that belong to it; `numbers` has 0 where there is none."""

    cells: Cells
    numbers: tuple[int, ...]
    flaw: Reason | None
    broken: bool
    """Whether the row as such is wrong, so that its cells mean nothing."""


@dataclass(slots=True)
class Gathered:
    """The part that is being gathered."""

    key: str
    row: int
    rows: int
    fields: list[Staged]
    lines: list[list[Staged]]


@dataclass(frozen=True, slots=True)
class RecordPlan:
    """How rows of these files become records of one kind."""

    layout: Layout
    tests: tuple[Test, ...]
    fields: tuple[Taker, ...]
    lines: tuple[Taker, ...]
    field_steps: tuple[Step, ...]
    line_steps: tuple[Step, ...]
    key_places: tuple[int, ...]
    needs_join: int | None
    """The file that must have a row for a line to be made."""


@dataclass(frozen=True, slots=True)
class JoinPlan:
    """How rows of a second file find theirs."""

    name: str
    told: Join
    width: int
    key_here: tuple[int, ...]
    key_there: tuple[int, ...]


def key_of(cells: Cells, places: Sequence[int]) -> str:
    """Join the cells at `places` to one key."""
    return SEPARATOR.join(cleaned(cells[place]) for place in places)


def shown(text: str) -> str:
    """Shorten a value for a report, and make it storable."""
    return SUSPECT.sub("�", text)[:200]


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything compiled for one import."""

    columns: Columns
    width: int
    joins: tuple[JoinPlan, ...]
    extracts: Extracts
    skips: tuple[Test, ...]
    records: tuple[RecordPlan, ...]

    def map_rows(self, rows: Iterable[Row], joined: Sequence[Mapping[str, Sequence[Joined]]] = ()) -> Batch:
        """Map rows of the first file, with the rows of the others that belong to them by key."""
        batch = Batch()
        gathered: dict[int, Gathered] = {}
        made = 0
        for row in rows:
            batch.read += 1
            combined = self._combined(row, joined)
            made += len(combined)
            if made > MOST_COMBINED:
                raise FileRefused(
                    "第二个文件的行重复匹配过多次；请检查模板 join 中的 on。",
                    "Rows of the second file belong to too many rows of the first; check `on` of the join.",
                )
            for one in combined:
                self._map(one, batch, gathered)
        for record_no, part in gathered.items():
            batch.parts.append(_finished(record_no, part))
        return batch

    def _combined(self, row: Row, joined: Sequence[Mapping[str, Sequence[Joined]]]) -> list[Combined]:
        number, cells, flaw = row
        if len(cells) != self.width:
            flaw = flaw or _wrong_width(len(cells), self.width)
            cells = (cells + [""] * self.width)[: self.width]
        if not self.joins:
            return [Combined(cells, (number,), flaw, broken=flaw is not None)]
        matches = []
        for join, found in zip(self.joins, joined, strict=True):
            others: Sequence[Joined] = found.get(key_of(cells, join.key_here), ())
            if join.told.rows == "one" and len(others) > 1:
                flaw = flaw or _several(join.told.file, [n for n, _ in others])
                others = others[:1]
            matches.append(others or [(0, [""] * join.width)])
        combined = []
        for choice in product(*matches):
            whole, spoiled = list(cells), flaw
            for join, (other, values) in zip(self.joins, choice, strict=True):
                if values is None:
                    spoiled = spoiled or _refused_there(join.told.file, other)
                whole += values if values is not None else [""] * join.width
            numbers = (number, *(other for other, _ in choice))
            combined.append(Combined(whole, numbers, spoiled, broken=spoiled is not None))
        return combined

    def _map(self, row: Combined, batch: Batch, gathered: dict[int, Gathered]) -> None:
        try:
            if self.extracts.steps:
                row.cells = row.cells + self.extracts.of(row.cells)
            if self.skips and any(skip(row.cells) for skip in self.skips):
                batch.skipped += 1
                return
            meant = [r for r in self.records if not r.tests or all(test(row.cells) for test in r.tests)]
        except CellRefused as refused:
            row.flaw, meant = refused.reason, []
        if not meant and row.flaw is None:
            batch.skipped += 1
        elif not meant:
            batch.lost += 1
            batch.refusals.append(_of_row(row))
        for record in meant:
            try:
                _gather(record, row, batch, gathered)
            except CellRefused as refused:
                row.flaw = refused.reason if row.flaw is None else row.flaw
                self._refuse(record, row, batch, gathered)

    def _refuse(self, record: RecordPlan, row: Combined, batch: Batch, gathered: dict[int, Gathered]) -> None:
        """Note all that is wrong with a row, and spoil its record, so that it is not taken without this row."""
        kind, key = record.layout.kind.name, _key_of_refused(record, row)
        name = key.replace(SEPARATOR, " / ")
        complaints = [found for taken in (*record.fields, *record.lines) if (found := _complaint(taken, row))]
        for taken, reason in complaints if not row.broken else ():
            origin = max([0, *(self.columns.origins[place] for place in taken.places[:1])])
            origin = origin if row.numbers[origin] else 0
            value = shown(taken.pick(row.cells))
            batch.refusals.append(Refusal(origin, row.numbers[origin], kind, name, taken.label, value, reason))
        if row.broken or not complaints:
            batch.refusals.append(_of_row(row, kind, name))
        if not key:
            batch.lost += 1
            return
        number = record.layout.record_no
        if (part := gathered.pop(number, None)) is not None:
            batch.parts.append(_finished(number, part))
        batch.parts.append(Part(number, key, row.numbers[0], 1, encode([row.numbers[0], [], []])))


def _gather(record: RecordPlan, row: Combined, batch: Batch, gathered: dict[int, Gathered]) -> None:
    """Add a row to the part of its record that is being gathered, or begin a new one; raises CellRefused."""
    if row.flaw is not None:
        raise CellRefused(*row.flaw)
    cells, layout = row.cells, record.layout
    fields = [memo[cells[i]] if memo is not None else take(cells) for memo, i, take in record.field_steps]
    key = SEPARATOR.join([fields[place] for place in record.key_places])  # type: ignore[misc]
    if len(key) > KEY_LONGEST:
        raise CellRefused(f"编号超过 {KEY_LONGEST} 个字符。", f"The key is longer than {KEY_LONGEST} characters.")
    lines: list[list[Staged]] = []
    if record.lines and (record.needs_join is None or row.numbers[record.needs_join]):
        lines = [[memo[cells[i]] if memo is not None else take(cells) for memo, i, take in record.line_steps]]
    part = gathered.get(layout.record_no)
    if part is not None and part.key == key and layout.grouped:
        part.rows += 1
        part.lines += lines
        if not layout.first_counts or None in part.fields:
            part.fields = [fold(a, b) for fold, a, b in zip(layout.folds, part.fields, fields, strict=True)]
        return
    if part is not None:
        batch.parts.append(_finished(layout.record_no, part))
    gathered[layout.record_no] = Gathered(key, row.numbers[0], 1, fields, lines)


def _of_row(row: Combined, kind: str = "", key: str = "") -> Refusal:
    assert row.flaw is not None
    return Refusal(0, row.numbers[0], kind, key, "", "", row.flaw)


def _complaint(taken: Taker, row: Combined) -> tuple[Taker, Reason] | None:
    try:
        taken.take(row.cells)
    except CellRefused as refused:
        return taken, refused.reason
    return None


def _key_of_refused(record: RecordPlan, row: Combined) -> str:
    """Tell the key of a refused row as far as it can be told, else the empty text."""
    try:
        key = SEPARATOR.join([str(record.fields[place].take(row.cells)) for place in record.key_places])
    except CellRefused:
        return ""
    return "" if SUSPECT.search(key) else key[:KEY_LONGEST]


def _finished(record_no: int, part: Gathered) -> Part:
    return Part(record_no, part.key, part.row, part.rows, encode([0, part.fields, part.lines]))


def _wrong_width(found: int, width: int) -> Reason:
    return Reason(
        f"该行有 {found} 格，而列名有 {width} 个：可能有未加引号的分隔符或换行。",
        f"The row has {found} cells for {width} columns: perhaps a delimiter or line break outside quotes.",
    )


def _several(file: str, rows: Sequence[int]) -> Reason:
    listed = ", ".join(map(str, rows[:5]))
    return Reason(
        f"文件 {file} 有多行（{listed}）属于这一行；若确实如此，请在模板中写 rows: many。",
        f"Several rows of {file} ({listed}) belong to this one; if they should, say rows: many in the profile.",
    )


def _refused_there(file: str, row: int) -> Reason:
    return Reason(f"所属文件 {file} 的第 {row} 行被拒绝。", f"Row {row} of {file}, which belongs to it, was refused.")


def compile_plan(profile: Profile, layouts: Sequence[Layout], tables: Sequence[Table | None], told: Told) -> Plan:
    """Compile a profile for files with these columns: the first file's table, then one for each join (None: not sent).

    Raises FileRefused when the profile and the files do not fit together.
    """
    if [join.rows for join in profile.join.values()].count("many") > 1:
        raise FileRefused("只能有一个 join 写 rows: many。", "Only one join may say rows: many.")
    first, *others = tables
    assert first is not None
    columns = Columns()
    columns.add(first.columns, origin=0)
    joins = []
    for number, ((name, join), table) in enumerate(zip(profile.join.items(), others, strict=True), 1):
        there = table.columns if table is not None else []
        own = Columns()
        own.add(there, origin=0)
        key_here = tuple(place for column in join.on for place in columns.find([column]))
        key_there = tuple(p for names in join.on.values() for p in own.find(names, optional=table is None)[:1])
        joins.append(JoinPlan(name, join, len(there), key_here, key_there))
        columns.add(there, origin=number, prefix=f"{name}.")
    extracts = Extracts(profile.extract, columns)
    skips = tuple(condition(one, columns) for one in profile.skip)
    records = tuple(_record_plan(profile, layout, columns, told) for layout in layouts)
    return Plan(columns, len(first.columns), tuple(joins), extracts, skips, records)


def _record_plan(profile: Profile, layout: Layout, columns: Columns, told: Told) -> RecordPlan:
    kind = layout.kind
    fields = tuple(
        taker(name, source, kind.fields[name], columns, told, is_key=name in kind.key, grouped=layout.grouped)
        for name, source in layout.fields.items()
    )
    lines = tuple(
        taker(name, source, kind.lines[name], columns, told, is_key=False, grouped=False)
        for name, source in layout.lines.items()
    )
    many = [no for no, join in enumerate(profile.join.values(), 1) if join.rows == "many"]
    used = {columns.origins[place] for taken in lines for place in taken.places}
    names = list(layout.fields)
    return RecordPlan(
        layout,
        tuple(condition(one, columns) for one in profile.records[layout.record_no].when),
        fields,
        lines,
        _steps(fields),
        _steps(lines),
        tuple(names.index(name) for name in kind.key),
        next((no for no in many if no in used), None),
    )


def _steps(takers: Sequence[Taker]) -> tuple[Step, ...]:
    return tuple((taken.memo, taken.places[0] if taken.places else 0, taken.take) for taken in takers)


def wanted_columns(profile: Profile) -> list[str]:
    """List the columns that the first file should have; they help to tell its delimiter."""
    sources = [s for r in profile.records for s in [*r.fields.values(), *(r.lines or {}).values()]]
    names = [name for source in sources for name in (*source.column, *source.factors)]
    return [name for name in names if column_name(name).split(".")[0] not in profile.join]
