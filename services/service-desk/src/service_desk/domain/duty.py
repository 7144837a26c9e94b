"""When somebody is on duty, and how long a clock has run that stands still outside of it."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

AHEAD = timedelta(days=7)
"""How far ahead of an unanswered message the next duty is looked for."""


class Stretch(NamedTuple):
    """A stretch of duty; after midnight it still belongs to the business date of its shift."""

    starts_at: datetime
    ends_at: datetime
    business_date: date


def apart(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Bring stretches into order and cut what overlaps, so that no second counts twice."""
    found: list[Stretch] = []
    for stretch in sorted(stretches):
        begin = max(stretch.starts_at, found[-1].ends_at) if found else stretch.starts_at
        if begin < stretch.ends_at:
            found.append(stretch._replace(starts_at=begin))
    return found


def relevant(duty: Sequence[Stretch], start: datetime, end: datetime, zone: ZoneInfo) -> list[Stretch]:
    """Pick the duty that decides how a clock runs between two instants: of their days and those between, and whatever
    else lies between them. None: nobody knows this person's duty then."""
    first, last = start.astimezone(zone).date(), end.astimezone(zone).date()
    return [s for s in duty if first <= s.business_date <= last or (s.starts_at < end and start < s.ends_at)]


def elapsed(stretches: Sequence[Stretch], start: datetime, end: datetime) -> timedelta:
    """Add up what lies of the stretches (in order, apart) between two instants."""
    parts = (min(s.ends_at, end) - max(s.starts_at, start) for s in stretches)
    return sum((part for part in parts if part > timedelta()), timedelta())


def reached(stretches: Sequence[Stretch], start: datetime, allowed: timedelta) -> datetime | None:
    """Tell when a clock that starts at `start` has run for `allowed`; None if the stretches end before."""
    left = allowed
    for stretch in stretches:
        begin = max(stretch.starts_at, start)
        part = stretch.ends_at - begin
        if part >= left and part >= timedelta():
            return begin + left
        left -= max(part, timedelta())
    return None


def day_ends(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """Tell when a business date is closed: some minutes after its midnight, so that a late shift has ended."""
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=zone) + timedelta(minutes=minutes)
