"""Values that hold from a day on: keepers, costs, settings."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple, TypeVar

T = TypeVar("T")
HORIZON = 14  # days; a weekly plan has a day among any seven


class Dated(NamedTuple):
    """A value as it was recorded: a person, a number, a text."""

    valid_from: date
    value: str


def in_force(values: Iterable[Dated], day: date) -> str | None:
    """Give the value that holds on a day: the latest begun, of several begun on one day the last recorded.

    `values` are in the order of recording.
    """
    begun = [(value.valid_from, place, value.value) for place, value in enumerate(values) if value.valid_from <= day]
    return max(begun)[2] if begun else None


def or_first(values: Iterable[Dated], day: date) -> str | None:
    """Give the value that holds on a day; before the first one begins, the first holds already."""
    known = list(values)
    if not known:
        return None
    first = min(value.valid_from for value in known)
    return in_force(known, max(day, first))


def planned_after(weekdays: Iterable[Dated], default: str, day: date) -> date | None:
    """Give the first planned day after `day` within a fortnight: 1 Monday … 7 Sunday; 0 plans none (A-004-1.22b)."""
    known = list(weekdays)
    for ahead in range(1, HORIZON + 1):
        later = day + timedelta(days=ahead)
        if (in_force(known, later) or default) == str(later.isoweekday()):
            return later
    return None
