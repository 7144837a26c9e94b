"""What was set for shops, and who holds their refund seats."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from orders.domain.shop_settings import REFUND_SEAT, Setting, ShopSettings, settings_of
from orders.models import ShopSettingRow

ROWS = """
SELECT name, shop, value, valid_from FROM shop_settings
WHERE shop IS NULL OR shop = ANY ($1) ORDER BY setting_id
"""
HISTORY = """
SELECT name, shop, value, valid_from, recorded_at, recorded_by FROM shop_settings
WHERE shop IS NULL OR shop = $1 ORDER BY name, shop NULLS FIRST, valid_from DESC, setting_id DESC
"""


async def shop_settings(session: AsyncSession, shops: Collection[str]) -> ShopSettings:
    """Give everything that was ever set for these shops, and for all."""
    rows = await (await raw(session)).fetch(ROWS, list(shops))
    return settings_of(Setting(*row) for row in rows)


async def settings_history(session: AsyncSession, shop: str) -> Sequence[dict[str, Any]]:
    """List what was set for a shop and for all shops: by name, the latest first."""
    return [dict(row) for row in await (await raw(session)).fetch(HISTORY, shop)]


def shops_of_holder(employee_no: str, on: date) -> Select[tuple[str | None]]:
    """Say in SQL whose refund seats somebody holds on a day."""
    row = ShopSettingRow
    seats = (
        select(row.shop, row.value)
        .where(row.name == REFUND_SEAT, row.valid_from <= on)
        .ext(distinct_on(row.shop))
        .order_by(row.shop, row.valid_from.desc(), row.setting_id.desc())
        .subquery()
    )
    return select(seats.c.shop).where(seats.c.value == employee_no)
