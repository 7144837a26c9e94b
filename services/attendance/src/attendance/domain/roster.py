"""Who is on duty when: nobody twice at a time, whatever the day the shifts are counted to."""

from bisect import bisect_left, insort
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from attendance.domain.errors import ShiftsOverlap
from attendance.domain.shifts import Interval

Seat = tuple[str, str | None]
"""Shop, and the account of it that must be staffed."""


@dataclass(frozen=True, slots=True)
class Planned:
    """Somebody's shift on one business date, with the instants of its segments."""

    duty_id: UUID
    employee_no: str
    day: date
    shift: str
    version: int
    segments: tuple[Interval, ...]
    seats: tuple[Seat, ...] = ()

    @property
    def starts_at(self) -> datetime:
        return self.segments[0][0]

    @property
    def ends_at(self) -> datetime:
        return self.segments[-1][1]

    def same_as(self, other: "Planned") -> bool:
        """Tell whether both say the same of the same day; the identity does not matter."""
        mine = (self.employee_no, self.day, self.shift, self.segments, sorted(self.seats, key=str))
        return mine == (other.employee_no, other.day, other.shift, other.segments, sorted(other.seats, key=str))


def _start(planned: Planned) -> datetime:
    return planned.starts_at


def place(standing: list[Planned], new: Planned, zone: ZoneInfo) -> Planned | None:
    """Put a shift among those of the same person, `standing` in the order of time; None if it stands there already.

    Raises ShiftsOverlap, which names both shifts.
    """
    at = bisect_left(standing, new.starts_at, key=_start)
    for other in standing[max(0, at - 1) : at + 1]:
        if other.same_as(new):
            return None
        if other.starts_at < new.ends_at and new.starts_at < other.ends_at:
            raise ShiftsOverlap(
                field="shift",
                employee_no=new.employee_no,
                shift=told(new, zone),
                other=told(other, zone),
            )
    insort(standing, new, key=_start)
    return new


def told(planned: Planned, zone: ZoneInfo) -> str:
    """Write a shift as people speak of it: code, day, from, to."""
    starts, ends = planned.starts_at.astimezone(zone), planned.ends_at.astimezone(zone)
    return f"{planned.shift} {planned.day} ({starts:%m-%d %H:%M}–{ends:%m-%d %H:%M})"


def longest_run(days: Sequence[date]) -> int:
    """Count the most calendar days in a row among the (sorted, distinct) days on duty (B-01.1b: six on, one off)."""
    longest = run = 0
    before: date | None = None
    for day in days:
        run = run + 1 if before is not None and (day - before).days == 1 else 1
        longest, before = max(longest, run), day
    return longest
