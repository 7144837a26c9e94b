"""Reading a period out of a request."""

from typing import Annotated

from fastapi import Depends, Query, Request

from chassis.web import Now, settings_of
from payroll.domain.errors import PeriodUnreadable
from payroll.domain.period import Period
from payroll.domain.plausible import EARLIEST, LATEST


def read_period(text: str) -> Period:
    """Read a period of this century. Raises PeriodUnreadable (422) for anything but its years and months."""
    try:
        period = Period.parse(text)
    except ValueError as error:
        raise PeriodUnreadable(field="period", period=text[:20]) from error
    if not EARLIEST <= period.first <= LATEST:
        raise PeriodUnreadable(field="period", period=text[:20])
    return period


async def _period_or_now(
    request: Request,
    now: Now,
    period: Annotated[str | None, Query(description="year and month; this month unless given")] = None,
) -> Period:
    if period is not None:
        return read_period(period)
    return Period.of(now.astimezone(settings_of(request).timezone).date())


PeriodOrNow = Annotated[Period, Depends(_period_or_now)]
