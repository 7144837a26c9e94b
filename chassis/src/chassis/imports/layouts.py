"""What the records of a profile look like, independent of any file: which fields, of which type, merged how."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from chassis.imports.converting import Staged, restorer
from chassis.imports.folding import Fold, folder
from chassis.imports.kinds import Amount, FieldType, Integer, Kind, Record, Value
from chassis.imports.profile import Profile, Source
from chassis.imports.refusing import FileRefused, Reason

SEPARATOR = "\x1f"
TOO_LARGE = 10**12


class Part(NamedTuple):
    """Neighbouring rows of one record: `body` is JSON [refused row or 0, fields, lines]."""

    record_no: int
    key: str
    row: int
    rows: int
    body: str


class RecordRefused(Exception):
    """A record cannot be put together from its rows; `told` when the refused rows were reported already."""

    def __init__(self, zh: str, en: str, *, column: str = "", told: bool = False) -> None:
        super().__init__(en)
        self.reason = Reason(zh, en)
        self.column = column
        self.told = told


@dataclass(frozen=True, slots=True)
class Row:
    """How the values of one row are staged, and how they become what the service asked for."""

    names: tuple[str, ...]
    restore: tuple[tuple[int, Callable[[str], Value]], ...]
    numbered: tuple[int, ...]
    blank: tuple[None, ...]
    """For the fields of the kind that the profile does not fill; they stand last in `names`."""

    def restored(self, staged: Sequence[Staged], number: int) -> dict[str, Value]:
        """Make a row of the service's types again; `number` counts the lines of a record."""
        values: list[Any] = [*staged, *self.blank]
        for place, restore in self.restore:
            if values[place] is not None:
                values[place] = restore(values[place])
        for place in self.numbered:
            values[place] = number
        return dict(zip(self.names, values, strict=True))


def row_of(sources: Mapping[str, Source], types: Mapping[str, FieldType]) -> Row:
    """Lay out the row that `sources` fill."""
    unfilled = [name for name in types if name not in sources]
    restorers = [(place, restorer(types[name])) for place, name in enumerate(sources)]
    return Row(
        names=(*sources, *unfilled),
        restore=tuple((place, restore) for place, restore in restorers if restore is not None),
        numbered=tuple(place for place, source in enumerate(sources.values()) if source.number),
        blank=(None,) * len(unfilled),
    )


@dataclass(frozen=True, slots=True)
class Layout:
    """One kind of record of a profile: how its rows are staged and merged."""

    record_no: int
    kind: Kind
    fields: Mapping[str, Source]
    lines: Mapping[str, Source]
    field_row: Row
    line_row: Row
    grouped: bool
    folds: tuple[Fold, ...]
    first_counts: bool
    """Whether every field is the first that is not empty, so that most rows need no folding."""

    def record(self, parts: Sequence[Part], file: str) -> Record:
        """Put a record together from its parts in row order; raises RecordRefused."""
        bodies = [json.loads(part.body) for part in parts]
        if refused := [body[0] for body in bodies if body[0]]:
            raise RecordRefused(
                f"同一条记录的第 {refused[0]} 行被拒绝，因此整条记录未导入。",
                f"Row {refused[0]} of the same record was refused, so the record is left out.",
                told=len(refused) == len(bodies),
            )
        if not self.grouped and any(body != bodies[0] for body in bodies):
            raise RecordRefused(
                f"第 {parts[0].row} 行与第 {parts[-1].row} 行编号相同而内容不同。若多行属于一条记录，请写 group: yes。",
                f"Rows {parts[0].row} and {parts[-1].row} have the same key and differ."
                " If several rows make one record, say group: yes in the profile.",
            )
        _, values, lines = bodies[0]
        for _, more, more_lines in bodies[1:] if self.grouped else ():
            values = [fold(a, b) for fold, a, b in zip(self.folds, values, more, strict=True)]
            lines += more_lines
        fields = self.field_row.restored(values, 1)
        self._check(fields)
        return Record(
            key=parts[0].key.replace(SEPARATOR, " / "),
            file=file,
            row=parts[0].row,
            fields=fields,
            lines=[self.line_row.restored(line, number) for number, line in enumerate(lines, 1)],
        )

    def _check(self, fields: Mapping[str, Value]) -> None:
        for name, source in self.fields.items():
            field, value = self.kind.fields[name], fields[name]
            label = " / ".join(source.column) or name
            if value is None and field.required:
                raise RecordRefused("必填，但各行均为空。", "Required, but empty in every row.", column=label)
            if not self.grouped or not isinstance(field, Amount | Integer) or not isinstance(value, Decimal | int):
                continue
            if field.least is not None and value < field.least:
                raise RecordRefused(
                    f"合计小于允许的最小值 {field.least}。",
                    f"In all it is below the least allowed, {field.least}.",
                    column=label,
                )
            if isinstance(field, Amount) and not -TOO_LARGE < value < TOO_LARGE:
                raise RecordRefused(
                    "合计过大（小数点前最多 12 位）。", "The sum has more than 12 digits.", column=label
                )


def layouts_of(profile: Profile, kinds: Sequence[Kind]) -> list[Layout]:
    """Lay out every record of a profile; raises FileRefused where it does not fit the kinds of the service."""
    names = [shape.kind for shape in profile.records]
    if twice := [name for name in names if names.count(name) > 1]:
        raise FileRefused(
            f"模板中“{twice[0]}”出现了两次；请用一组 fields，并在字段上写 when。",
            f"The profile has “{twice[0]}” twice; use one set of fields, with `when` on single fields.",
        )
    return [_layout(profile, number, kinds) for number in range(len(names))]


def _layout(profile: Profile, number: int, kinds: Sequence[Kind]) -> Layout:
    shape = profile.records[number]
    known = {kind.name: kind for kind in kinds}
    kind = known.get(shape.kind)
    if kind is None:
        raise FileRefused(
            f"这里不能导入“{shape.kind}”，只能导入：{'、'.join(known)}。",
            f"“{shape.kind}” cannot be imported here, only: {', '.join(known)}.",
        )
    lines = shape.lines or {}
    _check("fields", kind.name, shape.fields, kind.fields, kind.key)
    if shape.lines is not None:
        _check("lines", kind.name, lines, kind.lines, ())
    return Layout(
        record_no=number,
        kind=kind,
        fields=shape.fields,
        lines=lines,
        field_row=row_of(shape.fields, kind.fields),
        line_row=row_of(lines, kind.lines),
        grouped=shape.group or shape.lines is not None,
        folds=tuple(folder(source.across, kind.fields[name]) for name, source in shape.fields.items()),
        first_counts=all(source.across == "first" for source in shape.fields.values()),
    )


def _check(
    where: str, kind: str, sources: Mapping[str, Source], types: Mapping[str, FieldType], key: Sequence[str]
) -> None:
    if unknown := [name for name in sources if name not in types]:
        raise FileRefused(
            f"“{kind}”的 {where} 没有字段 {'、'.join(unknown)}；可用：{'、'.join(types)}。",
            f"{where} of “{kind}” has no field {', '.join(unknown)}; it has: {', '.join(types)}.",
        )
    if missing := [n for n, type_ in types.items() if (type_.required or n in key) and n not in sources]:
        raise FileRefused(
            f"“{kind}”的 {where} 缺少必填字段 {'、'.join(missing)}。",
            f"{where} of “{kind}” must also say where {', '.join(missing)} comes from.",
        )
