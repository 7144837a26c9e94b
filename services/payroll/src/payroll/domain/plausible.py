"""Days that somebody may have meant."""

from datetime import date

from payroll.domain.errors import DateImplausible

EARLIEST, LATEST = date(2000, 1, 1), date(2099, 12, 31)


def check_day(day: date, field: str, latest: date = LATEST) -> None:
    """Refuse a day that is a slip of the pen. Raises DateImplausible."""
    if not EARLIEST <= day <= latest:
        raise DateImplausible(field=field, field_name=field, day=day, earliest=EARLIEST, latest=latest)
