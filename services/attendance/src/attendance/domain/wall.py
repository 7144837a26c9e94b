"""Times as a clock on the wall shows them: which instant is meant, if exactly one is."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from attendance.domain.errors import OffsetContradictsZone, WallTimeNever, WallTimeTwice, ZoneUnknown


def zone_called(name: str, field: str) -> ZoneInfo:
    """Find a time zone by its IANA name. Raises ZoneUnknown."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # OSError: a name that is a folder of the time zone data, "Asia"
        raise ZoneUnknown(field=field, zone=name) from None


def instant_of(told: datetime, zone: ZoneInfo, field: str, *, named: bool) -> datetime:
    """Tell the instant (UTC) of a wall time in `zone`; a time with an offset says it itself.

    `named`: the zone was given with the time, so an offset must be one that the zone has then.
    Raises WallTimeTwice, WallTimeNever (the clocks were changed that night), OffsetContradictsZone.
    """
    if told.tzinfo is not None:
        instant = told.astimezone(UTC)
        if named and instant.astimezone(zone).utcoffset() != told.utcoffset():
            raise OffsetContradictsZone(field=field, time=told.isoformat(), zone=zone.key)
        return instant
    if (offset := _steady_offset(zone, told.date())) is not None:
        return (told - offset).replace(tzinfo=UTC)
    earlier, later = told.replace(tzinfo=zone), told.replace(tzinfo=zone, fold=1)
    before, after = earlier.utcoffset(), later.utcoffset()
    assert before is not None
    assert after is not None
    if before > after:
        raise WallTimeTwice(field=field, time=told.isoformat(" "), zone=zone.key)
    if before < after:
        raise WallTimeNever(field=field, time=told.isoformat(" "), zone=zone.key)
    return earlier.astimezone(UTC)


@lru_cache(maxsize=4096)
def _steady_offset(zone: ZoneInfo, day: date) -> timedelta | None:
    """Tell the offset of a day on which, and on the days beside which, the clocks stay as they are."""
    around = (datetime.combine(day + timedelta(days=n), time.min, tzinfo=zone).utcoffset() for n in (-1, 0, 1, 2))
    offsets = set(around)
    return offsets.pop() if len(offsets) == 1 else None


def on_day(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """Tell the instant (UTC) at which a clock in `zone` shows `minutes` after the midnight that begins `day`."""
    return (datetime.combine(day, time.min) + timedelta(minutes=minutes)).replace(tzinfo=zone).astimezone(UTC)
