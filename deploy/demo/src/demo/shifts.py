"""Who is on duty when: day and evening shifts in both shops, the evening's last hour after midnight."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from demo.month import Month, at
from demo.people import STAFF, Person, doing

SHIFTS = {
    "DAY": ("售前白班", "08:30-12:00+13:00-17:30", ((510, 720), (780, 1050))),
    "EVE": ("售前晚班", "17:00-20:30+21:00-01:00", ((1020, 1230), (1260, 1500))),
    "SVC": ("售后班", "09:00-12:30+13:30-18:00", ((540, 750), (810, 1080))),
    "STD": ("常白班", "09:00-12:00+13:00-18:00", ((540, 720), (780, 1080))),
    "WHS": ("仓库班", "09:00-12:00+13:00-18:30", ((540, 720), (780, 1110))),
}
"""Code: name, hours as they are entered, and the same in minutes after the midnight that begins the day."""

OFFICE_OFF = frozenset(date(2026, 10, day) for day in range(1, 8))
OFFICE_ON = frozenset({date(2026, 9, 20), date(2026, 10, 10)})
"""The National Day holidays of 2026 and the weekend days worked for them, as the State Council arranged them."""

Interval = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Duty:
    """Somebody's shift on one day; `place` counts the duties of the month of the same person from 0."""

    person: Person
    day: date
    place: int
    shift: str
    segments: tuple[Interval, ...]

    @property
    def starts_at(self) -> datetime:
        return self.segments[0][0]

    @property
    def ends_at(self) -> datetime:
        return self.segments[-1][1]

    @property
    def seat(self) -> str:
        """The shop account that is kept during the shift, if there is one."""
        return f"客服{self.person.employee_no}" if self.person.work == "pre_sales" else ""


def roster(month: Month) -> list[Duty]:
    """Plan the month for everybody, by person and day."""
    return [duty for person in STAFF for duty in _of(person, month)]


def _of(person: Person, month: Month) -> Iterable[Duty]:
    """Six days on, one off; the office keeps weekends and public holidays, the others do not."""
    row = doing(person.work, person.shop if person.work == "pre_sales" else "").index(person)
    place = 0
    for day in month.days:
        shift = _shift(person, row, day)
        if shift is not None:
            segments = tuple((at(day, start), at(day, end)) for start, end in SHIFTS[shift][2])
            yield Duty(person, day, place, shift, segments)
            place += 1


def _shift(person: Person, row: int, day: date) -> str | None:
    if person.work == "office":
        off = day in OFFICE_OFF or (day.weekday() >= 5 and day not in OFFICE_ON)
        return None if off else "STD"
    if person.work == "warehouse":
        # Friday is the day of the count, so nobody is off then
        return None if day.weekday() == (6, 0, 1, 2)[row] else "WHS"
    if person.work == "after_sales":
        return None if day.weekday() == (0, 2, 5)[row] else "SVC"
    # day and evening change places after each one's day off, and neighbours in the list have opposite shifts
    week, weekday = divmod((day - date(2024, 1, 1)).days, 7)
    if weekday == (row - 1) % 7:
        return None
    return ("DAY", "EVE")[(week - (weekday < row) + row) % 2]


def shift_rows() -> list[dict[str, str]]:
    """The shift templates as a list."""
    return [
        {"班次编码": code, "班次名称": name, "时段": segments, "餐补分钟": "480"}
        for code, (name, segments, _) in SHIFTS.items()
    ]


def roster_rows(duties: Iterable[Duty]) -> list[dict[str, str]]:
    """The roster as a list: a row for each person and day, with the shop account that is kept during the shift."""
    return [
        {
            "工号": duty.person.employee_no,
            "姓名": duty.person.name,
            "日期": str(duty.day),
            "班次": duty.shift,
            "店铺": duty.person.shop if duty.seat else "",
            "账号": duty.seat,
        }
        for duty in duties
    ]


def cut(segments: Iterable[Interval], since: datetime, until: datetime) -> tuple[Interval, ...]:
    """Keep what of some intervals lies between two moments, nothing shorter than a minute."""
    parts = ((max(start, since), min(end, until)) for start, end in segments)
    return tuple((start, end) for start, end in parts if end - start >= timedelta(minutes=1))
