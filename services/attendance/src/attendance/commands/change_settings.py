"""Setting a threshold from a day on; the days since then that were evaluated already are evaluated anew."""

from datetime import date

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from attendance.domain.thresholds import check_setting
from attendance.models import settings
from chassis.database import raw
from chassis.door import door_of

MARK = """
INSERT INTO dirty_days (employee_no, business_date)
SELECT employee_no, business_date FROM days WHERE business_date >= $1
"""


async def change_setting(session: AsyncSession, name: str, value: int, valid_from: date) -> None:
    """Record a value in force from a day on. Raises SettingUnknown, SettingOutOfRange."""
    check_setting(name, value)
    door = door_of(session)
    row = {
        "name": name,
        "value": value,
        "valid_from": valid_from,
        "recorded_at": door.now,
        "recorded_by": door.actor,
    }
    await session.execute(insert(settings), row)
    if name.startswith("punch_"):
        await (await raw(session)).execute(MARK, valid_from)
