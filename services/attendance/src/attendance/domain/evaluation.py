"""What a person's days were, from roster, punches and leave: values in, answer out, no matter in which order they came.

A shift asks for one arrival and one departure (or one of each a segment; segments that touch count as one). Approved
leave is taken out of it first. With both punches it was worked; with one it is incomplete, neither present nor absent;
with none it was missed. Minutes are whole ones of scheduled time, begun ones not counted.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby, pairwise
from typing import Literal
from uuid import UUID

from attendance.domain.leave import Leave, LeaveType
from attendance.domain.matching import Direction, Press, Slot, assign, clusters, presses
from attendance.domain.shifts import Interval

KindOfDay = Literal["workday", "rest_day", "holiday"]
Status = Literal["present", "incomplete", "absent", "leave", "off"]


@dataclass(frozen=True, slots=True)
class Rules:
    """How far from a shift a punch may lie, and how close together punches are one."""

    before: timedelta
    after: timedelta
    repeat: timedelta


@dataclass(frozen=True, slots=True)
class Duty:
    """A published shift of one person."""

    day: date
    shift: str
    segments: tuple[Interval, ...]
    each_segment: bool = False
    grace_minutes: int = 0
    meal_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Deviation:
    """An arrival or a departure that is off by more than the grace."""

    shift: str
    minutes: int
    due_at: datetime
    punched_at: datetime


@dataclass(frozen=True, slots=True)
class Missing:
    """A punch that lacks while the other one is there."""

    shift: str
    direction: Direction
    due_at: datetime


@dataclass(frozen=True, slots=True)
class LeaveShare:
    """What one leave takes of a day."""

    leave_id: UUID
    leave_type: LeaveType
    minutes: int


@dataclass(frozen=True, slots=True)
class Day:
    """One person's business date; `ends_at` is when its last shift was over."""

    day: date
    shift: str
    kind_of_day: KindOfDay
    status: Status
    scheduled_minutes: int
    worked_minutes: int
    absent_minutes: int
    meal_eligible: bool
    ends_at: datetime
    came_at: datetime | None
    left_at: datetime | None
    late: tuple[Deviation, ...]
    left_early: tuple[Deviation, ...]
    missing: tuple[Missing, ...]
    leave: tuple[LeaveShare, ...]

    @property
    def leave_minutes(self) -> int:
        return sum(share.minutes for share in self.leave)

    @property
    def late_minutes(self) -> int:
        return sum(late.minutes for late in self.late)

    @property
    def left_early_minutes(self) -> int:
        return sum(left.minutes for left in self.left_early)


@dataclass(frozen=True, slots=True)
class _Unit:
    duty: Duty
    pieces: tuple[Interval, ...]

    @property
    def starts(self) -> datetime:
        return self.pieces[0][0]

    @property
    def ends(self) -> datetime:
        return self.pieces[-1][1]


@dataclass(frozen=True, slots=True)
class _Attended:
    unit: _Unit
    came: datetime | None
    left: datetime | None

    @property
    def worked(self) -> int:
        if self.came is None or self.left is None:
            return 0
        return minutes_within(self.unit.pieces, self.came, self.left)


def evaluate(
    duties: Sequence[Duty],
    punches: Sequence[datetime],
    leaves: Sequence[Leave],
    rules: Callable[[date], Rules],
    kinds: Mapping[date, KindOfDay],
) -> list[Day]:
    """Evaluate every business date on which one person has a shift, in the order of time.

    The order of `duties`, `punches` and `leaves` does not matter, nor does a punch that is there twice; `leaves` are
    approved ones. `kinds` must tell the kind of every day of the duties.
    """
    ordered = sorted(duties, key=lambda duty: duty.segments[0][0])
    leaves = sorted(leaves, key=lambda leave: leave.leave_id)
    units = [unit for duty in ordered for unit in _units(duty, leaves)]
    attended: dict[date, list[_Attended]] = {}
    for one in _attendance(units, sorted(set(punches)), rules):
        attended.setdefault(one.unit.duty.day, []).append(one)
    by_day = sorted(ordered, key=lambda duty: duty.day)  # stable: shifts of one day stay in the order of time
    return [
        _day(day, list(own), attended.get(day, ()), leaves, kinds[day])
        for day, own in groupby(by_day, key=lambda duty: duty.day)
    ]


def _units(duty: Duty, leaves: Sequence[Leave]) -> list[_Unit]:
    groups: list[list[Interval]] = [[duty.segments[0]]]
    for before, segment in pairwise(duty.segments):
        if duty.each_segment and segment[0] > before[1]:
            groups.append([])
        groups[-1].append(segment)
    units = []
    for group in groups:
        pieces = [piece for segment in group for piece in _without(duty.day, segment, leaves)]
        if pieces:
            units.append(_Unit(duty, tuple(pieces)))
    return units


def _without(day: date, segment: Interval, leaves: Sequence[Leave]) -> list[Interval]:
    left = [segment]
    for leave in leaves:
        cut: list[Interval] = []
        for piece in left:
            gone = leave.covered(day, piece)
            if gone is None:
                cut.append(piece)
                continue
            cut += [(a, b) for a, b in ((piece[0], gone[0]), (gone[1], piece[1])) if a < b]
        left = cut
    return left


def _attendance(units: Sequence[_Unit], punches: Sequence[datetime], rules: Callable[[date], Rules]) -> list[_Attended]:
    slots = _slots(units, rules)
    given: list[Press | None] = []
    for first, end in clusters(slots):
        own = slots[first:end]
        opens, closes = own[0].opens, max(slot.closes for slot in own)
        near = [punch for punch in punches if opens <= punch <= closes]
        given += assign(own, presses(near, rules(units[first // 2].duty.day).repeat))
    pairs = zip(units, given[::2], given[1::2], strict=True)
    return [_Attended(unit, came.first if came else None, left.last if left else None) for unit, came, left in pairs]


def _slots(units: Sequence[_Unit], rules: Callable[[date], Rules]) -> list[Slot]:
    slots: list[Slot] = []
    for place, unit in enumerate(units):
        rule = rules(unit.duty.day)
        opens, closes = unit.starts - rule.before, unit.ends + rule.after
        if place > 0:
            opens = max(opens, units[place - 1].ends + (unit.starts - units[place - 1].ends) / 2)
        if place + 1 < len(units):
            closes = min(closes, units[place + 1].starts)
        slots.append(Slot("in", unit.starts, opens, unit.ends))
        slots.append(Slot("out", unit.ends, unit.starts, closes))
    return slots


def _day(
    day: date, duties: Sequence[Duty], attended: Sequence[_Attended], leaves: Sequence[Leave], kind: KindOfDay
) -> Day:
    whole = [one for one in attended if one.came is not None and one.left is not None]
    partly = [one for one in attended if (one.came is None) != (one.left is None)]
    missed = [one for one in attended if one.came is None and one.left is None]
    return Day(
        day=day,
        shift="+".join(dict.fromkeys(duty.shift for duty in duties))[:64],
        kind_of_day=kind,
        status=_status(whole, partly, missed),
        scheduled_minutes=sum(minutes_within(duty.segments, *_span(duty)) for duty in duties),
        worked_minutes=sum(one.worked for one in whole),
        absent_minutes=sum(minutes_within(one.unit.pieces, one.unit.starts, one.unit.ends) for one in missed),
        meal_eligible=any(_earns_meal(duty, whole) for duty in duties),
        ends_at=max(duty.segments[-1][1] for duty in duties),
        came_at=next((one.came for one in attended if one.came is not None), None),
        left_at=next((one.left for one in reversed(attended) if one.left is not None), None),
        late=tuple(found for one in whole if (found := _late(one)) is not None),
        left_early=tuple(found for one in whole if (found := _left_early(one)) is not None),
        missing=tuple(_missing(one) for one in partly),
        leave=_shares(duties, leaves),
    )


def _status(whole: Sequence[_Attended], partly: Sequence[_Attended], missed: Sequence[_Attended]) -> Status:
    if partly:
        return "incomplete"
    if whole:
        return "present"
    return "absent" if missed else "leave"


def _late(one: _Attended) -> Deviation | None:
    assert one.came is not None
    minutes = minutes_within(one.unit.pieces, one.unit.starts, one.came)
    return _beyond(one.unit, minutes, one.unit.starts, one.came)


def _left_early(one: _Attended) -> Deviation | None:
    assert one.left is not None
    minutes = minutes_within(one.unit.pieces, one.left, one.unit.ends)
    return _beyond(one.unit, minutes, one.unit.ends, one.left)


def _beyond(unit: _Unit, minutes: int, due_at: datetime, punched_at: datetime) -> Deviation | None:
    if minutes <= unit.duty.grace_minutes:
        return None
    return Deviation(unit.duty.shift, minutes, due_at, punched_at)


def _missing(one: _Attended) -> Missing:
    if one.came is None:
        return Missing(one.unit.duty.shift, "in", one.unit.starts)
    return Missing(one.unit.duty.shift, "out", one.unit.ends)


def _earns_meal(duty: Duty, whole: Sequence[_Attended]) -> bool:
    if duty.meal_minutes is None:
        return False
    worked = sum(one.worked for one in whole if one.unit.duty is duty)
    return worked >= max(1, duty.meal_minutes)


def _shares(duties: Sequence[Duty], leaves: Sequence[Leave]) -> tuple[LeaveShare, ...]:
    """Tell what each leave takes of a day; time that two cover is the earlier one's."""
    shares = []
    left = {id(duty): list(duty.segments) for duty in duties}
    for leave in leaves:
        minutes = 0
        for duty in duties:
            pieces = left[id(duty)]
            covered = [part for piece in pieces if (part := leave.covered(duty.day, piece)) is not None]
            minutes += minutes_within(covered, *_span(duty))
            left[id(duty)] = [part for piece in pieces for part in _without(duty.day, piece, [leave])]
        if minutes:
            shares.append(LeaveShare(leave.leave_id, leave.leave_type, minutes))
    return tuple(shares)


def _span(duty: Duty) -> Interval:
    return duty.segments[0][0], duty.segments[-1][1]


def minutes_within(pieces: Sequence[Interval], starts: datetime, ends: datetime) -> int:
    """Count the whole minutes of `pieces` that lie between two instants, begun ones not counted."""
    inside = sum((max(timedelta(0), min(ends, b) - max(starts, a)) for a, b in pieces), timedelta(0))
    return inside // timedelta(minutes=1)
