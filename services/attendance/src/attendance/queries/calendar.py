"""Kinds of day by the official calendar of China: statutory days, days off in lieu, make-up working days.

The library `holidays` follows the yearly notices of the State Council. For a year whose notice it does not know yet,
statutory days and weekends are right and swapped days are missing.
"""

from collections.abc import Iterable
from datetime import date

import holidays

from attendance.domain.evaluation import KindOfDay

CHINA = holidays.country_holidays("CN", language="zh_CN")
IN_LIEU = ("补假", "休息日")
"""What the library adds to the name of a day off that makes up for another one: rest, not a statutory day."""


def kind_of(day: date) -> KindOfDay:
    """Tell the kind of a day; `holiday` only where work is paid at 300 % (Labour Law art. 44)."""
    if day in CHINA:
        names = CHINA.get_list(day)
        return "rest_day" if all(any(mark in name for mark in IN_LIEU) for name in names) else "holiday"
    return "workday" if CHINA.is_working_day(day) else "rest_day"


def kinds_of(days: Iterable[date]) -> dict[date, KindOfDay]:
    """Tell the kinds of several days."""
    return {day: kind_of(day) for day in set(days)}


def works(day: date) -> bool:
    """Tell whether a day is a working day."""
    return kind_of(day) == "workday"
