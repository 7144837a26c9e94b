"""Where a field's value comes from, compiled to one function of a row."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from zoneinfo import ZoneInfo

from chassis.imports import converting
from chassis.imports.columns import Cells, Columns, Pick, condition, picker
from chassis.imports.converting import CellRefused, Convert, Memo, Staged, cleaned
from chassis.imports.kinds import Amount, Choice, Day, FieldType, Instant, Integer, Moment, Text
from chassis.imports.profile import Profile, Source
from chassis.imports.reading import column_name
from chassis.imports.refusing import FileRefused

Take = Callable[[Cells], Staged]


@dataclass(frozen=True, slots=True)
class Told:
    """What the profile says for all fields, the parameters sent with the upload, and the company's time zone."""

    profile: Profile
    parameters: Mapping[str, str]
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Taker:
    """One field of a record: its name, the columns it is from as people know them, and how to take it from a row."""

    name: str
    label: str
    places: tuple[int, ...]
    pick: Pick
    take: Take
    memo: Memo[Staged] | None = None
    """The conversion itself, where the value depends on one cell only: the mapper's short cut past `take`."""
    counts: bool = False


def taker(
    name: str, source: Source, field: FieldType, columns: Columns, told: Told, *, is_key: bool, grouped: bool
) -> Taker:
    """Compile one field of the profile; raises FileRefused when it cannot be had from these columns.

    In a `grouped` record only a key must stand in every row; whether other required fields were found, and whether a
    sum is large enough, is decided when all rows of the record are together.
    """
    required = is_key or (field.required and not grouped)
    if source.number:
        if not isinstance(field, Integer) or is_key or grouped:
            raise _misfit(name, "number: yes 只能用于行内的整数字段", "number: yes is for whole numbers of lines")
        return Taker(name, name, (), picker(()), lambda cells: None, counts=True)
    if grouped and isinstance(field, Amount | Integer):
        field = without_least(field)
    convert = _converter(name, source, field, told, is_key=is_key)
    places: tuple[int, ...] = ()
    memo: Memo[Staged] | None = None
    if source.factors:
        places = tuple(p for name in source.factors for p in columns.find([name], optional=source.optional))
        less = columns.find(source.less, optional=source.optional) if source.less else ()
        missing = len(places) < len(source.factors) or (source.less and not less)
        take = (lambda cells: None) if missing else _product(source, field, places, picker(less), told)
    elif source.column:
        places = columns.find(source.column, optional=source.optional)
        memo = Memo(_cell_converter(source, convert, required=required))
        take = _from_cell(picker(places), memo, places)
    else:
        take = _constant(name, source, convert, told)
    if source.when:
        take = _where(take, tuple(condition(one, columns) for one in source.when), required=required)
    simple = len(places) == 1 and not source.when
    # people look for the column in their file, not for what it might have been called
    label = " / ".join([columns.names[place] for place in places] or source.column or source.factors) or name
    return Taker(name, label, places, picker(places), take, memo if simple else None)


def without_least(field: Amount | Integer) -> Amount | Integer:
    """Lift the lower bound, for single rows of a sum."""
    return Amount(field.places) if isinstance(field, Amount) else Integer()


def _misfit(name: str, zh: str, en: str) -> FileRefused:
    return FileRefused(f"字段 {name}：{zh}。", f"Field {name}: {en}.")


def _converter(name: str, source: Source, field: FieldType, told: Told, *, is_key: bool) -> Convert:
    profile = told.profile
    sign = -1 if source.negate else 1
    if source.negate and not isinstance(field, Amount | Integer):
        raise _misfit(name, "negate 只能用于数字", "negate is for numbers")
    if source.across in ("sum", "least", "most") and not isinstance(field, Amount | Integer | Instant | Moment | Day):
        raise _misfit(
            name, f"across: {source.across} 不能用于这种字段", f"across: {source.across} is for numbers and dates"
        )
    if isinstance(field, Text):
        return converting.text_converter(field, is_key=is_key)
    if isinstance(field, Choice):
        return converting.choice_converter(field)
    if isinstance(field, Instant | Moment | Day):
        formats = profile.dates if source.dates is None else source.dates
        if wrong := [form for form in formats if not converting.check_format(form)]:
            raise _misfit(name, f"日期格式 {wrong[0]} 无效", f"{wrong[0]} is no date format such as %d/%m/%Y %H:%M")
        read_moment = converting.moment_reader(formats)
        if isinstance(field, Instant):
            zone = zone_called(name, source.zone or profile.zone, told.zone)
            return converting.instant_converter(read_moment, zone)
        return (
            converting.day_converter(read_moment)
            if isinstance(field, Day)
            else converting.moment_converter(read_moment)
        )
    read = _number_reader(source, profile)
    if isinstance(field, Integer):
        return converting.integer_converter(field, read, sign)
    amount = field

    def convert(text: str) -> str:
        value = read(text) * sign
        converting.at_least(value, amount.least)
        return converting.amount_text(value, amount, round_it=source.round)

    return convert


def _number_reader(source: Source, profile: Profile) -> Callable[[str], Decimal]:
    decimal, thousands = source.decimal or profile.decimal, source.thousands or profile.thousands
    if decimal == thousands:
        raise FileRefused("decimal 与 thousands 不能相同。", "decimal and thousands cannot be the same mark.")
    return converting.number_reader(decimal, thousands)


def zone_called(name: str, wanted: str | None, company: ZoneInfo) -> ZoneInfo:
    """Find a time zone by its name, the company's when none is named."""
    try:
        return ZoneInfo(wanted) if wanted else company
    except (KeyError, ValueError, OSError):
        raise _misfit(name, f"没有时区 {wanted}", f"there is no time zone {wanted}") from None


def _cell_converter(source: Source, convert: Convert, *, required: bool) -> Convert:
    otherwise, default = source.otherwise, source.default
    # full-width commas and the like differ from one version of an export to the next
    values = None if source.values is None else {column_name(key): word for key, word in source.values.items()}

    def from_cell(cell: str) -> Staged:
        text = cleaned(cell) or default
        if not text:
            if required:
                raise CellRefused("必填，但为空。", "Required, but empty.")
            return None
        if values is not None:
            if column_name(text) not in values and otherwise is None:
                raise CellRefused(
                    f"values 中没有它；已有：{'、'.join(values)}。",
                    f"Not under values; there are: {', '.join(values)}.",
                )
            text = values.get(column_name(text), otherwise or "")
        return convert(text) if text else None

    return from_cell


def _from_cell(pick: Pick, memo: Memo[Staged], places: tuple[int, ...]) -> Take:
    if len(places) == 1:
        only = places[0]
        return lambda cells: memo[cells[only]]
    return lambda cells: memo[pick(cells)]


def _constant(name: str, source: Source, convert: Convert, told: Told) -> Take:
    text = source.constant
    if source.parameter is not None:
        text = told.parameters.get(source.parameter)
        if not text:
            raise FileRefused(
                f"请随文件给出参数 {source.parameter}。", f"Send the parameter {source.parameter} along with the file."
            )
    assert text is not None
    try:
        value = convert(text)
    except CellRefused as refused:
        raise _misfit(name, refused.reason.zh, refused.reason.en) from refused
    return lambda cells: value


def _product(source: Source, field: FieldType, places: tuple[int, ...], less: Pick, told: Told) -> Take:
    if not isinstance(field, Amount):
        raise FileRefused("factors 只能用于金额。", "factors is for amounts.")
    read, sign = _number_reader(source, told.profile), Decimal(-1 if source.negate else 1)
    amount = field

    def take(cells: Cells) -> Staged:
        value = sign
        with localcontext(prec=60):  # exact: sixty digits is what two cells of thirty can make
            for place in places:
                text = cleaned(cells[place])
                if not text:
                    raise CellRefused("相乘的列为空。", "A column to be multiplied is empty.")
                value *= read(text)
            if source.less:
                value -= sign * read(cleaned(less(cells)))
        converting.at_least(value, amount.least)
        return converting.amount_text(value, amount, round_it=source.round)

    return take


def _where(take: Take, tests: tuple[Callable[[Cells], bool], ...], *, required: bool) -> Take:
    def conditional(cells: Cells) -> Staged:
        if all(test(cells) for test in tests):
            return take(cells)
        if required:
            raise CellRefused("必填，但不满足 when 的条件。", "Required, but its conditions under when do not hold.")
        return None

    return conditional
