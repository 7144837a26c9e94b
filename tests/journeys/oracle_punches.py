"""What the wide punch files must come to, calculated with nothing but the standard library.

Nothing here is shared with the product. One shift from 10:00 to 18:00 on every working day of the file, in China:

- a day that is NA for everybody is a public holiday (data README): nobody is on the roster then;
- who comes after 10:00 is late, who goes before 18:00 leaves early, by whole minutes; there is no grace;
- who has no punch on a working day was absent for the whole shift (480 minutes, one day), and days absent are counted
  on until the next working day on which the person came: days off in between neither count nor end the row.
"""

import csv
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")  # the company's zone; the files name none
BEGINS, ENDS = time(10, 0), time(18, 0)
SHIFT_MINUTES = 480


@dataclass(frozen=True)
class Day:
    """One working day of one person."""

    employee_no: str
    day: date
    came_at: datetime | None
    left_at: datetime | None
    absent_in_a_row: int

    @property
    def begins_at(self) -> datetime:
        return datetime.combine(self.day, BEGINS, CHINA)

    @property
    def ends_at(self) -> datetime:
        return datetime.combine(self.day, ENDS, CHINA)

    @property
    def absent(self) -> bool:
        return self.came_at is None

    @property
    def late_minutes(self) -> int:
        return max(0, _minutes(self.begins_at, self.came_at)) if self.came_at else 0

    @property
    def early_minutes(self) -> int:
        return max(0, _minutes(self.left_at, self.ends_at)) if self.left_at else 0


@dataclass(frozen=True)
class Year:
    """Everything the files say: how many punches, and every working day of everybody."""

    people: list[str]
    working_days: list[date]
    punches: dict[str, int]
    days: list[Day]


def _minutes(earlier: datetime, later: datetime) -> int:
    return int((later - earlier).total_seconds()) // 60


def _cells(path: Path) -> dict[tuple[str, date], datetime | None]:
    with path.open(encoding="utf-8", newline="") as file:
        (_, *days), *rows = csv.reader(file)
    return {
        (number, datetime.strptime(day, "%d/%m/%Y").replace(tzinfo=CHINA).date()): (
            None if cell == "NA" else datetime.strptime(cell, "%d/%m/%Y %H:%M").replace(tzinfo=CHINA)
        )
        for number, *cells in rows
        for day, cell in zip(days, cells, strict=True)
    }


def read(folder: Path) -> Year:
    """Read the files and evaluate every working day."""
    came, left = _cells(folder / "in_time.csv"), _cells(folder / "out_time.csv")
    assert came.keys() == left.keys()
    people = sorted({number for number, _ in came})
    working = sorted({day for (_, day), at in [*came.items(), *left.items()] if at is not None})
    days = []
    for number in people:
        in_a_row = 0
        for day in working:
            arrival, departure = came[number, day], left[number, day]
            assert (arrival is None) == (departure is None), "the files have no single punches"
            in_a_row = in_a_row + 1 if arrival is None else 0
            days.append(Day(number, day, arrival, departure, in_a_row))
    punches = {
        name: sum(at is not None for at in cells.values())
        for name, cells in (("in_time.csv", came), ("out_time.csv", left))
    }
    return Year(people, working, punches, days)
