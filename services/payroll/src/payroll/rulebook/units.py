"""Kinds of value a formula works with, how literals of each are written, and which kinds go together."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from payroll.domain.facts import Value
from payroll.domain.money import CONTEXT, shown
from payroll.domain.text import Text


class Kind(StrEnum):
    """What a value measures; an operation on kinds that do not go together is refused when the rulebook is saved."""

    MONEY = "money"
    RATIO = "ratio"
    DURATION = "duration"
    DAYS = "days"
    COUNT = "count"
    NUMBER = "number"
    BOOLEAN = "boolean"
    TEXT = "text"


# unit -> kind and how many of the kind's base (CNY, 1, second, working day) one of it is.
# A day is a working day, not 24 hours: the two never mix.
UNITS: dict[str, tuple[Kind, Decimal]] = {
    "CNY": (Kind.MONEY, Decimal(1)),
    "%": (Kind.RATIO, Decimal("0.01")),
    "s": (Kind.DURATION, Decimal(1)),
    "min": (Kind.DURATION, Decimal(60)),
    "h": (Kind.DURATION, Decimal(3600)),
    "day": (Kind.DAYS, Decimal(1)),
    "days": (Kind.DAYS, Decimal(1)),
}
NUMERIC = frozenset({Kind.MONEY, Kind.RATIO, Kind.DURATION, Kind.DAYS, Kind.COUNT, Kind.NUMBER})
PLAIN = frozenset({Kind.COUNT, Kind.NUMBER})

_M, _R, _T, _D, _C, _N = Kind.MONEY, Kind.RATIO, Kind.DURATION, Kind.DAYS, Kind.COUNT, Kind.NUMBER
PRODUCTS: dict[frozenset[Kind], Kind] = {
    frozenset({_M, _R}): _M, frozenset({_M, _C}): _M, frozenset({_M, _N}): _M, frozenset({_M, _D}): _M,
    frozenset({_R}): _R, frozenset({_R, _C}): _R, frozenset({_R, _N}): _R,
    frozenset({_T, _C}): _T, frozenset({_T, _N}): _T, frozenset({_D, _C}): _D, frozenset({_D, _N}): _D,
    frozenset({_C}): _N, frozenset({_N}): _N, frozenset({_C, _N}): _N,
}  # fmt: skip
QUOTIENTS: dict[tuple[Kind, Kind], Kind] = {
    (_M, _M): _R, (_M, _R): _M, (_M, _C): _M, (_M, _N): _M, (_M, _D): _M,
    (_R, _R): _N, (_R, _C): _R, (_R, _N): _R, (_C, _C): _R, (_C, _N): _N, (_N, _C): _N, (_N, _N): _N,
    (_T, _T): _N, (_T, _C): _T, (_T, _N): _T, (_D, _D): _N, (_D, _C): _D, (_D, _N): _D,
}  # fmt: skip


def joined(left: Kind, right: Kind) -> Kind | None:
    """Find the kind that both belong to: the same one, or number for a count beside a number; None when none."""
    if left is right:
        return left
    return Kind.NUMBER if {left, right} == PLAIN else None


@dataclass(frozen=True, slots=True)
class Table:
    """A table parameter: rows by ascending bound. `over` is what holds above the last bound of a band table."""

    keys: Kind
    values: Kind
    rows: tuple[tuple[Decimal, Decimal], ...]
    over: Decimal | None = None


def written(value: Value, kind: Kind) -> Text:  # noqa: PLR0911 - one way of writing per kind
    """Write a value for a reader, with its unit."""
    if isinstance(value, bool):
        return Text("是" if value else "否", "yes" if value else "no")
    if isinstance(value, str):
        return Text(value, value)
    if kind is Kind.MONEY:
        return Text(shown(_readable(value)), shown(_readable(value)))
    if kind is Kind.RATIO:
        return _both(f"{_plain(value * 100)} %")
    if kind is Kind.DURATION:
        return _duration(value)
    if kind is Kind.DAYS:
        return Text(f"{_plain(value)} 天", f"{_plain(value)} day" + ("" if value == 1 else "s"))
    return _both(_plain(value))


def _duration(seconds: Decimal) -> Text:
    if seconds and seconds % 60 == 0:
        return Text(f"{_plain(seconds / 60)} 分钟", f"{_plain(seconds / 60)} min")
    return Text(f"{_plain(seconds)} 秒", f"{_plain(seconds)} s")


def _both(text: str) -> Text:
    return Text(text, text)


def _readable(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.000001"), context=CONTEXT)


def _plain(value: Decimal) -> str:
    """Write a number without trailing zeros, cut at six places for the reader; the calculation is not cut."""
    text = f"{_readable(value):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
