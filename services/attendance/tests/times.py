"""Times and shifts as the tests of the domain speak of them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from attendance.domain.evaluation import Duty, KindOfDay, Rules
from attendance.domain.shifts import parse_segments, segments_on

CHINA = ZoneInfo("Asia/Shanghai")
MONDAY = date(2026, 11, 2)
RULES = Rules(timedelta(minutes=240), timedelta(minutes=360), timedelta(minutes=5))


def at(text: str, day: date = MONDAY) -> datetime:
    """08:29 of a day; 24:10 and +1 08:00 are the next one."""
    days, _, clock = text.rpartition(" ")
    hours, minutes, *seconds = (int(part) for part in clock.split(":"))
    wall = datetime.combine(day + timedelta(days=int(days or 0)), datetime.min.time())
    wall += timedelta(hours=hours, minutes=minutes, seconds=seconds[0] if seconds else 0)
    return wall.replace(tzinfo=CHINA).astimezone(UTC)


def duty(hours: str, day: date = MONDAY, *, each: bool = False, grace: int = 0, meal: int | None = None) -> Duty:
    """A shift on a day."""
    segments = segments_on(parse_segments(hours, "segments"), day, CHINA)
    return Duty(day, hours, segments, each, grace, meal)


def rules(day: date) -> Rules:
    return RULES


def kinds(*days: date) -> dict[date, KindOfDay]:
    return dict.fromkeys(days, "workday")
