"""One cell into one value: numbers, dates, words. A value stays text or int here, in the form in which it is staged.

Local times that occur twice (clocks put back) mean the first; those that never occur (clocks put forward) are read with
the offset from before, which is what a clock that nobody put forward shows: Brazilian exports are full of midnights of
days that began at one o'clock, and refusing them would refuse good rows.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeVar
from zoneinfo import ZoneInfo

from chassis.imports.kinds import Amount, Choice, Day, FieldType, Instant, Integer, Moment, Text, Value
from chassis.imports.reading import BIDI
from chassis.imports.refusing import Reason

Staged = str | int | None
Convert = Callable[[str], Staged]
Answer = TypeVar("Answer")

ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:?\d\d)?)?")
SPOILED_NUMBER = re.compile(r"\d(?:\.\d+)?[eE]\+\d+")
BIDI_CONTROL = re.compile(f"[{BIDI}]")
YEARS = range(1900, 2201)
CURRENCY = r"(?:R\$|US\$|[¥￥$€£]|CNY|RMB|人民币)?"


class CellRefused(Exception):
    """A cell cannot become the field's value."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.reason = Reason(zh, en)


def cleaned(cell: str) -> str:
    """Strip a cell of blanks around it and of `="…"`, with which exports make spreadsheets keep long numbers."""
    cell = cell.strip()
    if cell.startswith('="') and cell.endswith('"'):
        return cell[2:-1].strip()
    return cell


def text_converter(field: Text, *, is_key: bool) -> Convert:
    """Read text: NFC, bounded, no bidi controls; a key that a spreadsheet turned into 1.23E+18 is refused."""

    def convert(text: str) -> str:
        if not text.isascii():
            text = unicodedata.normalize("NFC", text)
            if BIDI_CONTROL.search(text):
                raise CellRefused(
                    "含有改变文字方向的控制字符，会使名称显示成别的样子；请删除。",
                    "It contains bidirectional control characters, which make a name show as another one; remove them.",
                )
        if len(text) > field.longest:
            raise CellRefused(f"超过 {field.longest} 个字符。", f"Longer than {field.longest} characters.")
        if is_key and SPOILED_NUMBER.fullmatch(text):
            raise CellRefused(
                "编号被电子表格改写成了科学计数法，原值已丢失；请重新导出，不要用电子表格另存。",
                "A spreadsheet rewrote this number in scientific notation and lost digits; export it again, unopened.",
            )
        return text

    return convert


def number_reader(decimal: str, thousands: str | None) -> Callable[[str], Decimal]:
    """Make a reader of numbers with the given marks; currency signs around a number do not matter."""
    whole = r"\d+" if thousands is None else rf"\d{{1,3}}(?:{re.escape(thousands)}\d{{3}})+|\d+"
    shape = re.compile(rf"([-−]?)\s*{CURRENCY}\s*([-−]?)\s*({whole})(?:{re.escape(decimal)}(\d*))?\s*(?:元|CNY)?")

    def read(text: str) -> Decimal:
        if not text.isascii():
            text = unicodedata.normalize("NFKC", text)
        match = shape.fullmatch(text) if len(text) <= 60 else None
        if match is None or (match[1] and match[2]):
            raise CellRefused(
                "不是数字。若有千位分隔符或小数逗号，请在模板中写明 thousands、decimal。",
                "This is no number. If it has thousands separators or a decimal comma, say so in the profile.",
            )
        digits = match[3].replace(thousands, "") if thousands else match[3]
        return Decimal(f"{'-' if match[1] or match[2] else ''}{digits}.{match[4] or '0'}")

    return read


def amount_text(value: Decimal, field: Amount, *, round_it: bool) -> str:
    """Write a decimal with the field's places; refuses more places unless told to round half up, or many digits."""
    if abs(value) >= 10**12:
        raise CellRefused("数值过大（小数点前最多 12 位）。", "Too large: at most 12 digits before the point.")
    fixed = value.quantize(Decimal(1).scaleb(-field.places), ROUND_HALF_UP)
    if fixed != value and not round_it:
        raise CellRefused(
            f"小数超过 {field.places} 位；如需四舍五入，请在模板中写 round: yes。",
            f"More than {field.places} decimals; say round: yes in the profile to round half up.",
        )
    return str(fixed)


def at_least(value: Decimal | int, least: Decimal | int | None) -> None:
    """Refuse a number below `least`."""
    if least is not None and value < least:
        raise CellRefused(f"小于允许的最小值 {least}。", f"Below the least allowed, {least}.")


def integer_converter(field: Integer, read: Callable[[str], Decimal], sign: int) -> Convert:
    """Read a whole number, also one written 6.0."""

    def convert(text: str) -> int:
        number = read(text) * sign
        whole = int(number)
        if whole != number:
            raise CellRefused("应为整数。", "This should be a whole number.")
        at_least(whole, field.least)
        if whole > field.most:
            raise CellRefused(f"大于允许的最大值 {field.most}。", f"Above the most allowed, {field.most}.")
        return whole

    return convert


def moment_reader(formats: Sequence[str]) -> Callable[[str], datetime]:
    """Make a reader of dates with times: ISO 8601 (it cannot be mistaken), then the formats in their order."""
    slashes = any(f.startswith("%Y/%m/%d") for f in formats)

    def read(text: str) -> datetime:
        iso = text.replace("/", "-") if slashes else text
        try:
            if ISO.fullmatch(iso):
                return _checked(datetime.fromisoformat(iso))
            for form in formats:
                try:
                    moment = datetime.strptime(text, form)  # noqa: DTZ007 (the zone is added by the caller)
                except ValueError:
                    continue
                return _checked(moment)
        except ValueError:
            pass
        shown = "、".join(formats) or "ISO 8601"
        raise CellRefused(
            f"不是日期，或不符合格式 {shown}；请在模板的 dates 中写明格式。",
            f"This is no date in the form {' or '.join(formats) or 'ISO 8601'}; name its form under dates.",
        )

    return read


def _checked(moment: datetime) -> datetime:
    if moment.year not in YEARS:
        raise CellRefused("年份不在 1900 至 2200 之间。", "The year is not between 1900 and 2200.")
    return moment


def check_format(form: str) -> bool:
    """Tell whether a strptime format reads what it writes."""
    try:
        datetime.strptime(datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC).strftime(form), form)  # noqa: DTZ007
    except (ValueError, re.error):
        return False
    return "%" in form


def instant_converter(read: Callable[[str], datetime], zone: ZoneInfo) -> Convert:
    """Read a point in time; one without an offset is local to `zone`."""

    def convert(text: str) -> str:
        moment = read(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC).isoformat()

    return convert


def day_converter(read: Callable[[str], datetime]) -> Convert:
    """Read a calendar day, also one with a time."""
    return lambda text: read(text).date().isoformat()


def moment_converter(read: Callable[[str], datetime]) -> Convert:
    """Read a date with its time as it is said, with its offset or without one."""
    return lambda text: read(text).isoformat()


def choice_converter(field: Choice) -> Convert:
    """Take one of the words of the service."""

    def convert(text: str) -> str:
        if text not in field.words:
            raise CellRefused(
                f"没有对应的值；请在模板的 values 中把它对应到：{'、'.join(field.words)}。",
                f"Not known; map it under values in the profile to one of: {', '.join(field.words)}.",
            )
        return text

    return convert


def restorer(field: FieldType) -> Callable[[str], Value] | None:
    """Give the function that turns a staged text into the type the service asked for; None when it is that already."""
    if isinstance(field, Amount):
        return Decimal
    if isinstance(field, Instant | Moment):
        return datetime.fromisoformat
    if isinstance(field, Day):
        return date.fromisoformat
    return None


class Memo(dict[str, Answer]):
    """A function of one cell that remembers: files repeat themselves, and a look-up costs a tenth of a conversion."""

    def __init__(self, convert: Callable[[str], Answer]) -> None:
        super().__init__()
        self.convert = convert

    def __missing__(self, cell: str) -> Answer:
        value = self.convert(cell)
        if len(self) >= 8192:
            self.clear()
        if len(cell) <= 200:
            self[cell] = value
        return value
