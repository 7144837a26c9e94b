"""Reading a period out of a request."""

from typing import Annotated

from fastapi import Depends, Query, Request

from chassis.web import Now, settings_of
from payroll.domain.errors import PeriodUnreadable
from payroll.domain.period import Period


def read_period(text: str) -> Period:
    """Read a period. Raises PeriodUnreadable (422) for anything but year and month."""
    try:
        return Period.parse(text)
    except ValueError as error:
        raise PeriodUnreadable(field="period", period=text[:20]) from error


async def _period_or_now(
    request: Request,
    now: Now,
    period: Annotated[str | None, Query(description="year and month; this month unless given")] = None,
) -> Period:
    if period is not None:
        return read_period(period)
    return Period.of(now.astimezone(settings_of(request).timezone).date())


PeriodOrNow = Annotated[Period, Depends(_period_or_now)]
