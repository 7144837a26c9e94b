"""The period a list is asked for."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import Depends, Query

from attendance.domain.errors import PeriodIsBackwards, PeriodIsTooLong

MOST = 366


@dataclass(frozen=True, slots=True)
class Asked:
    """Days from `first` to `last`, both included."""

    first: date
    last: date


def _period(
    first: Annotated[date, Query(alias="from", description="first day")],
    last: Annotated[date, Query(alias="to", description="last day")],
) -> Asked:
    return checked(first, last, "to")


def checked(first: date, last: date, field: str) -> Asked:
    """Check a period. Raises PeriodIsBackwards, PeriodIsTooLong."""
    if last < first:
        raise PeriodIsBackwards(field=field)
    if (last - first).days >= MOST:
        raise PeriodIsTooLong(field=field, most=MOST)
    return Asked(first, last)


Period = Annotated[Asked, Depends(_period)]
