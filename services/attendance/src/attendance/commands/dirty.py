"""Person-days that must be evaluated anew: marked by whoever changes what they follow from."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw

MARK = "INSERT INTO dirty_days (employee_no, business_date) SELECT * FROM unnest($1::text[], $2::date[])"


async def mark_dirty(session: AsyncSession, days: Iterable[tuple[str, date]]) -> None:
    """Have the worker evaluate these person-days, and what hangs on them, anew."""
    marks = sorted(set(days))
    if marks:
        people, dates = zip(*marks, strict=True)
        await (await raw(session)).execute(MARK, people, dates)
