"""Whether somebody's pay lies within a scope."""

from sqlalchemy import Text, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.scope import Scope, about_people
from payroll.models import directory


async def covers(session: AsyncSession, scope: Scope, employee_no: str) -> bool:
    """Tell whether a scope covers one person, also one of whom the directory knows nothing."""
    if scope.everybody or scope.own == employee_no:
        return True
    covered = about_people(scope, literal(employee_no, Text(collation="C")), directory)
    return bool((await session.execute(select(covered))).scalar_one())
