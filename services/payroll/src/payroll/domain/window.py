"""How long occurrences are counted together: a day, a week, a month, a quarter, a year, or the last N days."""

from datetime import date, timedelta
from typing import NamedTuple

NAMES = ("day", "week", "month", "quarter", "year")


class Window(NamedTuple):
    """A stretch of days that ends with the day of a fact; `days` counts those of a rolling one, the day included."""

    name: str
    days: int = 0

    def begin(self, day: date) -> date:
        """Name the first day of the window in which a day lies."""
        match self.name:
            case "day":
                return day
            case "week":
                return day - timedelta(days=day.weekday())
            case "month":
                return day.replace(day=1)
            case "quarter":
                return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
            case "year":
                return date(day.year, 1, 1)
        return day - timedelta(days=self.days - 1)


MONTH = Window("month")
