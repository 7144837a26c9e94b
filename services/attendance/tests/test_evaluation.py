"""What days come to: the cases of the rules, and what must hold for any roster and any punches."""

import random
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from attendance.domain.evaluation import Day, Duty, evaluate
from attendance.domain.leave import Leave
from attendance.domain.matching import Slot, assign, presses

from .times import MONDAY, RULES, at, duty, kinds, rules

TUESDAY = MONDAY + timedelta(days=1)
DAY, EVENING, SPLIT = "08:30-17:30", "17:30-24:00", "07:30-11:30+15:00-22:00"


def days(duties: Sequence[Duty], punches: Sequence[datetime], *leaves: Leave) -> list[Day]:
    return evaluate(duties, punches, leaves, rules, kinds(*(one.day for one in duties)))


def one(shift: Duty, *punches: str, leave: Sequence[Leave] = ()) -> Day:
    [day] = days([shift], [at(text) for text in punches], *leave)
    return day


def test_a_day_as_it_should_be() -> None:
    day = one(duty(DAY, meal=240), "08:21", "12:01", "13:00", "17:34")
    assert (day.status, day.scheduled_minutes, day.worked_minutes) == ("present", 540, 540)
    assert (day.late, day.left_early, day.missing, day.absent_minutes) == ((), (), (), 0)
    assert day.meal_eligible
    assert (day.came_at, day.left_at) == (at("08:21"), at("17:34"))


def test_begun_minutes_do_not_count_and_grace_is_not_announced() -> None:
    assert one(duty(DAY), "08:30:59", "17:30").late == ()
    [late] = one(duty(DAY), "08:47:59", "17:30").late
    assert (late.minutes, late.due_at, late.punched_at) == (17, at("08:30"), at("08:47:59"))
    assert one(duty(DAY, grace=5), "08:35:30", "17:30").late_minutes == 0
    assert one(duty(DAY, grace=5), "08:36", "17:30").late_minutes == 6
    early = one(duty(DAY), "08:30", "17:00:01")
    assert (early.left_early_minutes, early.worked_minutes) == (29, 510)


def test_a_break_is_neither_late_nor_worked() -> None:
    day = one(duty(SPLIT), "15:10", "22:00")
    assert (day.late_minutes, day.worked_minutes, day.scheduled_minutes) == (250, 410, 660)


def test_a_lone_punch_makes_the_day_incomplete() -> None:
    for punch, missing, due in (("08:40", "out", "17:30"), ("17:32", "in", "08:30"), ("13:00", "out", "17:30")):
        day = one(duty(DAY), punch)
        assert (day.status, day.late, day.worked_minutes, day.absent_minutes) == ("incomplete", (), 0, 0)
        assert [(m.direction, m.due_at) for m in day.missing] == [(missing, at(due))]


def test_pressing_again_within_minutes_is_one_punch() -> None:
    assert one(duty(DAY), "08:40", "08:43", "08:44").status == "incomplete"
    day = one(duty(DAY), "08:28", "08:33", "17:28", "17:32")
    assert (day.status, day.late, day.left_early) == ("present", (), ())


def test_nobody_came() -> None:
    day = one(duty(DAY))
    assert (day.status, day.absent_minutes, day.missing) == ("absent", 540, ())


def test_a_night_shifts_leaving_punch_is_never_taken_by_the_next_day() -> None:
    shifts = [duty(EVENING), duty(DAY, TUESDAY)]
    monday, tuesday = days(shifts, [at("17:25"), at("24:05")])
    assert (monday.status, monday.left_at, tuesday.status) == ("present", at("24:05"), "absent")
    monday, tuesday = days(shifts, [at("17:25"), at("24:05"), at("1 17:31")])
    assert (monday.status, tuesday.status) == ("present", "incomplete")
    assert [m.direction for m in tuesday.missing] == ["in"]


def test_overtime_past_the_middle_of_the_night_still_closes_the_evening() -> None:
    shifts = [duty("17:30-01:00"), duty("07:30-11:30", TUESDAY)]
    monday, tuesday = days(shifts, [at("17:25"), at("28:40"), at("31:25"), at("35:30")])
    assert (monday.left_at, tuesday.came_at) == (at("28:40"), at("31:25"))
    assert (monday.status, tuesday.status) == ("present", "present")


def test_a_late_upload_changes_the_right_day() -> None:
    shifts = [duty(EVENING), duty(EVENING, TUESDAY)]
    early = [at("17:25"), at("41:50"), at("48:02")]
    before = days(shifts, early)
    assert [d.status for d in before] == ["incomplete", "present"]
    after = days(shifts, [*early, at("24:03")])
    assert [d.status for d in after] == ["present", "present"]
    assert after[1] == before[1]
    assert after[1].late_minutes == 20


def test_four_punches_a_day() -> None:
    four = duty(SPLIT, each=True)
    assert one(four, "07:25", "11:31", "14:58", "22:00").status == "present"
    missing = one(four, "07:25", "14:58", "22:00")
    assert (missing.status, [m.due_at for m in missing.missing]) == ("incomplete", [at("11:30")])
    half = one(four, "07:40", "11:31")
    assert (half.status, half.absent_minutes, half.late_minutes) == ("present", 420, 10)


def test_segments_that_touch_need_no_punch_between_them() -> None:
    touching = duty("08:00-12:00+12:00-17:30", each=True)  # B-07.D1a
    assert one(touching, "07:59", "17:30").worked_minutes == 570


def leave(first: date, last: date, starts: str = "", ends: str = "") -> Leave:
    hours = (at(starts), at(ends)) if starts else (None, None)
    return Leave(UUID(int=1), "A001", "personal", first, last, *hours)


def test_leave_of_a_whole_day_covers_the_shift_past_midnight() -> None:
    day = one(duty("17:30-01:00"), leave=[leave(MONDAY, MONDAY)])
    assert (day.status, day.leave_minutes, day.absent_minutes) == ("leave", 450, 0)


def test_a_late_arrival_becomes_leave() -> None:
    """A-000-1.2.5.3."""
    assert one(duty(DAY), "09:10", "17:30").late_minutes == 40
    day = one(duty(DAY), "09:10", "17:30", leave=[leave(MONDAY, MONDAY, "08:30", "09:15")])
    assert (day.status, day.late_minutes, day.leave_minutes, day.worked_minutes) == ("present", 0, 45, 495)


def test_hours_in_the_middle_and_the_rest_missed() -> None:
    away = leave(MONDAY, MONDAY, "10:00", "12:00")
    assert one(duty(DAY), "08:30", "17:30", leave=[away]).worked_minutes == 420
    day = one(duty(DAY), leave=[away])
    assert (day.status, day.leave_minutes, day.absent_minutes) == ("absent", 120, 420)


def test_a_rest_day_is_told_from_a_workday() -> None:
    [day] = evaluate([duty(DAY)], [], [], rules, {MONDAY: "holiday"})
    assert day.kind_of_day == "holiday"


def test_two_shifts_of_one_day_are_one_day() -> None:
    [day] = days([duty("14:00-18:00"), duty("08:00-12:00")], [at("07:58"), at("12:03"), at("14:20"), at("18:00")])
    assert (day.shift, day.scheduled_minutes, day.worked_minutes) == ("08:00-12:00+14:00-18:00", 480, 460)
    assert day.late_minutes == 20


# what must hold for any roster and any punches

FEW = settings(max_examples=60)
HOURS = st.sampled_from([DAY, EVENING, "17:30-01:00", SPLIT, "22:00-06:00", "06:00-14:00", "08:00-12:00+12:00-17:30"])


@st.composite
def rosters(draw: st.DrawFn) -> list[Duty]:
    """Shifts of a week that do not overlap, some days off, some split."""
    shifts: list[Duty] = []
    for n in range(draw(st.integers(1, 7))):
        hours = draw(st.none() | HOURS)
        if hours is None:
            continue
        new = duty(hours, MONDAY + timedelta(days=n), each=draw(st.booleans()))
        if not shifts or shifts[-1].segments[-1][1] <= new.segments[0][0]:
            shifts.append(new)
    return shifts


PUNCHES = st.lists(
    st.integers(-600, 9 * 1440).map(lambda minutes: at("00:00") + timedelta(minutes=minutes)), max_size=24
)


@FEW
@given(rosters(), PUNCHES, st.randoms())
def test_order_and_repetition_do_not_matter(shifts: list[Duty], punches: list[datetime], any_: random.Random) -> None:
    expected = days(shifts, punches)
    again = [*punches, *punches]
    any_.shuffle(again)
    mixed = list(shifts)
    any_.shuffle(mixed)
    assert days(mixed, again) == expected


@FEW
@given(rosters(), PUNCHES)
def test_minutes_add_up(shifts: list[Duty], punches: list[datetime]) -> None:
    found = days(shifts, punches)
    assert [d.day for d in found] == sorted({s.day for s in shifts})
    for day in found:
        off = day.late_minutes + day.left_early_minutes
        assert 0 <= day.worked_minutes <= day.scheduled_minutes
        if day.status == "present" and not day.absent_minutes:
            assert day.worked_minutes + off <= day.scheduled_minutes <= day.worked_minutes + off + 2 * 4
        assert (day.status == "absent") == (day.absent_minutes > 0 and day.came_at is None and day.left_at is None)
        assert (day.status == "incomplete") == bool(day.missing)


@FEW
@given(rosters(), PUNCHES, st.data())
def test_a_punch_changes_no_day_it_cannot_belong_to(
    shifts: list[Duty], punches: list[datetime], data: st.DataObject
) -> None:
    new = at("00:00") + timedelta(minutes=data.draw(st.integers(-600, 9 * 1440)))
    before = {d.day: d for d in days(shifts, punches)}
    after = {d.day: d for d in days(shifts, [*punches, new])}
    # shifts whose windows hang together with one that the punch lies in
    touched: set[date] = set()
    for group in _hanging_together(shifts):
        opens, closes = group[0].segments[0][0] - RULES.before, group[-1].segments[-1][1] + RULES.after
        if opens <= new <= closes:
            touched |= {s.day for s in group}
    assert {day for day, one in after.items() if one != before[day]} <= touched


def _hanging_together(shifts: Sequence[Duty]) -> list[list[Duty]]:
    groups: list[list[Duty]] = []
    for shift in shifts:
        if groups and shift.segments[0][0] - RULES.before <= groups[-1][-1].segments[-1][1] + RULES.after:
            groups[-1].append(shift)
        else:
            groups.append([shift])
    return groups


@FEW
@given(rosters(), PUNCHES)
def test_a_punch_before_the_middle_of_the_night_never_opens_the_next_shift(
    shifts: list[Duty], punches: list[datetime]
) -> None:
    found = {d.day: d for d in days(shifts, punches)}
    for earlier, later in pairwise(shifts):
        middle = earlier.segments[-1][1] + (later.segments[0][0] - earlier.segments[-1][1]) / 2
        came = found[later.day].came_at
        assert came is None or came >= middle


SLOTS = st.lists(st.tuples(st.integers(0, 300), st.integers(0, 40), st.integers(0, 40)), max_size=5)


@FEW
@given(SLOTS, st.lists(st.integers(0, 300), max_size=7, unique=True))
def test_the_alignment_is_as_good_as_any(told: list[tuple[int, int, int]], punched: list[int]) -> None:
    """Against every possible assignment, tried one by one."""
    start = at("00:00")

    def instant(minutes: int) -> datetime:
        return start + timedelta(minutes=minutes)

    slots = [
        Slot("in" if n % 2 == 0 else "out", instant(due), instant(due - early), instant(due + late))
        for n, (due, early, late) in enumerate(sorted(told))
    ]
    pressed = presses([instant(minutes) for minutes in sorted(punched)], timedelta(0))
    given_ = assign(slots, pressed)
    used = [press for press in given_ if press is not None]
    assert used == sorted(used, key=lambda press: press.first)
    assert len(set(used)) == len(used), "no punch is given twice"
    assert _worth(slots, given_) == max(_worth(slots, other) for other in _all(slots, pressed))


def _all(slots: Sequence[Slot], pressed: Sequence[object]) -> list[list[object]]:
    if not slots:
        return [[]]
    found = [[None, *rest] for rest in _all(slots[1:], pressed)]
    for place, press in enumerate(pressed):
        time = press.time(slots[0].direction)  # type: ignore[attr-defined]
        if slots[0].opens <= time <= slots[0].closes:
            found += [[press, *rest] for rest in _all(slots[1:], pressed[place + 1 :])]
    return found


def _worth(slots: Sequence[Slot], given_: Sequence[object]) -> tuple[int, int]:
    cost = 0
    for slot, press in zip(slots, given_, strict=True):
        if press is not None:
            seconds = int((press.time(slot.direction) - slot.due).total_seconds())  # type: ignore[attr-defined]
            off = seconds if slot.direction == "in" else -seconds
            cost += 1000 * off if off > 0 else -off
    return sum(press is not None for press in given_), -cost
