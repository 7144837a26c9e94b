"""Up to which amount leads and HR decide about a deduction: a dated setting of the company."""

from datetime import date
from decimal import Decimal

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.door import door_of, new_id
from payroll.domain.plausible import check_day
from payroll.models import authority_limits


async def set_limit(session: AsyncSession, amount: Decimal, valid_from: date) -> None:
    """Set the limit from a day on; of several from one day the newest holds. Raises DateImplausible."""
    check_day(valid_from, "valid_from")
    door = door_of(session)
    await session.execute(
        insert(authority_limits).values(
            id=new_id(), valid_from=valid_from, amount=amount, set_by=door.actor, set_at=door.now
        )
    )
