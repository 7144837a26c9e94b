"""A pay period: one calendar month."""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

PATTERN = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, order=True, slots=True)
class Period:
    """A calendar month in the company's time zone; sorts by time and reads `2026-05`."""

    year: int
    month: int

    @classmethod
    def parse(cls, text: str) -> "Period":
        """Read `2026-05`. Raises ValueError that says so for anything else."""
        match = PATTERN.fullmatch(text)
        if match is None or match[1] == "0000":
            raise ValueError(f"{text!r} is not a period; write year and month like 2026-05")
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, day: date) -> "Period":
        """Find the period a day belongs to."""
        return cls(day.year, day.month)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"

    @property
    def days(self) -> int:
        """Count the calendar days."""
        return _days(self.year, self.month)

    @property
    def first(self) -> date:
        """Name the first day."""
        return date(self.year, self.month, 1)

    @property
    def last(self) -> date:
        """Name the last day."""
        return date(self.year, self.month, self.days)

    @property
    def previous(self) -> "Period":
        """Name the period before."""
        return Period.of(self.first - timedelta(days=1))

    @property
    def next(self) -> "Period":
        """Name the period after."""
        return Period.of(self.last + timedelta(days=1))

    def __contains__(self, day: date) -> bool:
        return (day.year, day.month) == (self.year, self.month)


@lru_cache(maxsize=256)
def _days(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]  # a payslip asks some thirty times
