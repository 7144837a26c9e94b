"""Shift hours, wall times and rosters: values in, answer out."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attendance.domain import errors
from attendance.domain.roster import Planned, longest_run, place
from attendance.domain.shifts import parse_segments, segments_on, written
from attendance.domain.wall import instant_of, zone_called
from attendance.queries.calendar import kind_of

from .times import CHINA, MONDAY


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("08:30-17:30", [(510, 1050)]),  # B-05.N1a
        ("17:30-24:00", [(1050, 1440)]),  # B-05.N1a
        ("17:30-01:00", [(1050, 1500)]),  # B-01.1a
        ("07:30-11:30+15:00-22:00", [(450, 690), (900, 1320)]),  # A-000-1.2.2.1c
        ("15:00-18:00、18:00-24:00", [(900, 1080), (1080, 1440)]),  # B-07.D1a
        ("22:00–23:30, 00:30–06:00", [(1320, 1410), (1470, 1800)]),
        ("8：00至12：00＋13:30~17:30", [(480, 720), (810, 1050)]),
    ],
)
def test_hours_cross_midnight(text: str, minutes: list[tuple[int, int]]) -> None:
    assert list(parse_segments(text, "segments")) == minutes


@pytest.mark.parametrize("text", ["", "8-17", "08:30", "24:30-25:00", "08:61-09:00", "08:30-17:30+"])
def test_what_is_no_stretch_of_time(text: str) -> None:
    with pytest.raises(errors.WallTimeUnreadable):
        parse_segments(text, "segments")


def test_a_shift_spans_a_day_at_most() -> None:
    assert parse_segments("08:00-08:00", "segments") == ((480, 1920),)
    with pytest.raises(errors.SegmentsAreTooLong):
        parse_segments("08:00-12:00+13:00-09:00", "segments")
    with pytest.raises(errors.ShiftHasTooManySegments):
        parse_segments("+".join(f"{h:02}:00-{h:02}:30" for h in range(9)), "segments")


def test_hours_are_written_as_they_were_read() -> None:
    for text in ("08:30-17:30", "17:30-24:00", "17:30-01:00", "07:30-11:30+15:00-22:00"):
        assert "+".join("-".join(pair) for pair in written(parse_segments(text, "segments"))) == text


def test_hours_after_midnight_belong_to_the_day_of_the_shift() -> None:
    [(starts, ends)] = segments_on(parse_segments("17:30-01:00", "segments"), MONDAY, CHINA)
    assert starts == datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
    assert ends == datetime(2026, 11, 2, 17, 0, tzinfo=UTC)


def test_a_wall_time_that_is_not_exactly_one_instant() -> None:
    berlin = zone_called("Europe/Berlin", "zone")
    with pytest.raises(errors.WallTimeTwice):
        instant_of(datetime.fromisoformat("2026-10-25T02:30"), berlin, "at", named=True)
    with pytest.raises(errors.WallTimeNever):
        instant_of(datetime.fromisoformat("2026-03-29T02:30"), berlin, "at", named=True)
    told = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Etc/GMT-1"))
    assert instant_of(told, berlin, "at", named=True) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    with pytest.raises(errors.OffsetContradictsZone):
        instant_of(told, CHINA, "at", named=True)
    assert instant_of(told, CHINA, "at", named=False) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../etc/passwd", "Asia", "北京"])
def test_a_zone_that_is_none(name: str) -> None:
    with pytest.raises(errors.ZoneUnknown):
        zone_called(name, "zone")


def planned(hours: str, day: date = MONDAY, shift: str = "X") -> Planned:
    segments = segments_on(parse_segments(hours, "segments"), day, CHINA)
    return Planned(UUID(int=0), "A001", day, shift, 1, segments)


def test_a_night_shift_and_the_next_morning_overlap_across_days() -> None:
    standing: list[Planned] = []
    night = planned("22:00-06:00", shift="夜")
    assert place(standing, night, CHINA) is night
    assert place(standing, planned("22:00-06:00", shift="夜"), CHINA) is None, "it stands there already"
    with pytest.raises(errors.ShiftsOverlap) as refused:
        place(standing, planned("05:30-12:00", MONDAY + timedelta(days=1), "早"), CHINA)
    assert "夜 2026-11-02 (11-02 22:00–11-03 06:00)" in refused.value.detail
    assert "早 2026-11-03 (11-03 05:30–11-03 12:00)" in refused.value.detail_zh
    assert place(standing, planned("06:00-12:00", MONDAY + timedelta(days=1), "早"), CHINA) is not None
    with pytest.raises(errors.ShiftsOverlap):
        place(standing, planned("21:00-22:01", shift="短"), CHINA)


START = st.integers(0, 24 * 12 - 1)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 3), START, st.integers(1, 24 * 12)), max_size=12))
def test_whatever_is_placed_never_overlaps(wanted: list[tuple[int, int, int]]) -> None:
    standing: list[Planned] = []
    for day, start, length in wanted:
        ends = (start + length) * 5
        starts = f"{start * 5 // 60:02}:{start * 5 % 60:02}"
        hours = f"{starts}-{ends // 60 % 24:02}:{ends % 60:02}"
        try:
            place(standing, planned(hours, MONDAY + timedelta(days=day)), CHINA)
        except errors.ShiftsOverlap:
            continue
    assert standing == sorted(standing, key=lambda one: one.starts_at)
    assert all(a.ends_at <= b.starts_at for a, b in pairwise(standing))


def test_the_longest_run_of_days_on_duty() -> None:
    assert longest_run([]) == 0
    week = [MONDAY + timedelta(days=n) for n in range(6)]
    assert longest_run(week) == 6
    assert longest_run([*week, MONDAY + timedelta(days=7)]) == 6


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        (date(2026, 1, 1), "holiday"),
        (date(2026, 1, 2), "rest_day"),  # in lieu of 4 January
        (date(2026, 1, 4), "workday"),  # a Sunday
        (date(2026, 2, 14), "workday"),  # a Saturday before Spring Festival
        (date(2026, 2, 16), "holiday"),  # New Year's Eve, statutory since 2025
        (date(2026, 2, 20), "rest_day"),
        (date(2026, 5, 2), "holiday"),  # the second day of Labour Day, statutory since 2025
        (date(2026, 10, 4), "rest_day"),
        (date(2026, 10, 5), "rest_day"),
        (date(2026, 11, 2), "workday"),
        (date(2026, 11, 1), "rest_day"),
    ],
)
def test_kinds_of_day_of_2026(day: date, kind: str) -> None:
    assert kind_of(day) == kind
