"""Shift templates: stretches of wall time that belong to one business date, also after midnight."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from attendance.domain.errors import (
    SegmentsAreMissing,
    SegmentsAreTooLong,
    ShiftHasTooManySegments,
    WallTimeUnreadable,
)
from attendance.domain.wall import on_day

DAY = 24 * 60
MOST_SEGMENTS = 8
CLOCK = re.compile(r"(\d{1,2})[:：](\d\d)")
TO = re.compile(r"\s*[-–—~～至]\s*")
AND = re.compile(r"\s*[+＋,，、;；]\s*")

Punched = Literal["shift", "segment"]
Minutes = tuple[int, int]
Interval = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Template:
    """A shift as rosters name it.

    segments       minutes after the midnight that begins the business date; past 1440 it is the next day
    punches        expected once a shift (in at its start, out at its end) or once a segment
    grace_minutes  coming or leaving that much off is not announced
    meal_minutes   from so many worked minutes on the day earns a meal; None: never
    """

    code: str
    name: str
    segments: tuple[Minutes, ...]
    punches: Punched = "shift"
    grace_minutes: int = 0
    meal_minutes: int | None = None


def read_segments(told: Sequence[tuple[str, str]], field: str) -> tuple[Minutes, ...]:
    """Read wall times in order; each that is not after the one before lies on the next day.

    17:30-01:00 ends after midnight, 24:00 is midnight. Raises WallTimeUnreadable, SegmentsAreMissing,
    ShiftHasTooManySegments, SegmentsAreTooLong (more than 24 hours from start to end).
    """
    if not told:
        raise SegmentsAreMissing(field=field)
    if len(told) > MOST_SEGMENTS:
        raise ShiftHasTooManySegments(field=field, most=MOST_SEGMENTS)
    read: list[Minutes] = []
    last = 0
    for starts, ends in told:
        start, end = _minutes(starts, field), _minutes(ends, field)
        while start < last:  # a segment may begin the moment the one before ends
            start += DAY
        while end <= start:
            end += DAY
        read.append((start, end))
        last = end
    if last - read[0][0] > DAY:
        raise SegmentsAreTooLong(field=field)
    return tuple(read)


def parse_segments(text: str, field: str) -> tuple[Minutes, ...]:
    """Read segments in one text: 07:30-11:30+15:00-22:00. Raises what `read_segments` raises."""
    pairs = []
    for part in AND.split(text.strip()):
        ends = TO.split(part)
        if len(ends) != 2:
            raise WallTimeUnreadable(field=field, time=part)
        pairs.append((ends[0], ends[1]))
    return read_segments(pairs, field)


def written(segments: Sequence[Minutes]) -> list[tuple[str, str]]:
    """Write segments as wall times; the end of a day is written 24:00."""
    return [(_clock(start % DAY), _clock(end % DAY or DAY)) for start, end in segments]


def segments_on(segments: Sequence[Minutes], day: date, zone: ZoneInfo) -> tuple[Interval, ...]:
    """Tell the instants of a template's segments on one business date."""
    return tuple((on_day(day, start, zone), on_day(day, end, zone)) for start, end in segments)


def _minutes(text: str, field: str) -> int:
    found = CLOCK.fullmatch(text.strip())
    if found is None:
        raise WallTimeUnreadable(field=field, time=text)
    hours, minutes = int(found[1]), int(found[2])
    if minutes > 59 or hours * 60 + minutes > DAY:
        raise WallTimeUnreadable(field=field, time=text)
    return hours * 60 + minutes


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
