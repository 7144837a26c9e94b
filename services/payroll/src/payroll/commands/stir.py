"""Having deductions looked at again, because of something other than a fact: terms, rulebook, decisions."""

from collections.abc import Collection
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from payroll.domain.period import Period

STIR = "INSERT INTO stirred (period, employee_no, type) SELECT $1, number, '' FROM unnest($2::text[]) AS number"
STIR_FROM = """
INSERT INTO stirred (period, employee_no, type)
SELECT DISTINCT period, employee_no, '' FROM facts
WHERE period >= $1 AND ($2::text[] IS NULL OR employee_no = ANY($2)) AND employee_no <> ''
"""


async def stir(session: AsyncSession, period: Period, numbers: Collection[str]) -> None:
    """Have the deductions of some people in a period looked at again."""
    await (await raw(session)).execute(STIR, period.first, list(numbers))


async def stir_from(session: AsyncSession, day: date, numbers: Collection[str] | None = None) -> None:
    """Have the deductions of some people (None: of everybody) looked at again from the month of a day on."""
    wanted = list(numbers) if numbers is not None else None
    await (await raw(session)).execute(STIR_FROM, day.replace(day=1), wanted)
