"""The month that is made up: its days, its wall times, and the chance that everything in it is drawn from."""

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

SEED = "掌柜"
FRIDAY = 4
OFFSET = "+08:00"
"""The company's zone, Asia/Shanghai, knows no other offset in these years; all wall times here are its."""


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month; nothing in it depends on today."""

    first: date

    @property
    def name(self) -> str:
        """The month as payroll calls it: 2026-10."""
        return f"{self.first:%Y-%m}"

    @property
    def after(self) -> date:
        """The first day of the month after it."""
        return (self.first + timedelta(days=31)).replace(day=1)

    @property
    def days(self) -> list[date]:
        """All days of the month."""
        return [self.first + timedelta(days=n) for n in range((self.after - self.first).days)]

    @property
    def counts(self) -> list[date]:
        """The last four Fridays of the month, on which stock is counted."""
        return [day for day in self.days if day.weekday() == FRIDAY][-4:]

    @property
    def exported_at(self) -> datetime:
        """When the shops' exports were drawn: what happens later is in none of them."""
        return at(self.after, 12 * 60) + timedelta(days=2)

    def chance(self, subject: str) -> random.Random:
        """Make the source of chance of one subject: more of one subject never moves another."""
        return random.Random(f"{SEED} {self.first} {subject}")


DEMO = Month(date(2026, 10, 1))


def at(day: date, minutes: float) -> datetime:
    """Tell the wall time so many minutes after the midnight that begins `day`, in whole seconds."""
    return datetime.combine(day, time.min) + timedelta(seconds=round(minutes * 60))


def wall(moment: datetime | None) -> str:
    """Write a wall time as exports do; nothing for what has not happened."""
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M:%S}"


def instant(moment: datetime) -> str:
    """Write a wall time as the APIs take it, with its offset."""
    return moment.isoformat() + OFFSET
