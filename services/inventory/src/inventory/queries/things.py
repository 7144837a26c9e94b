"""Lists of warehouses with their keepers, things with their costs, and settings."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select, true
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.pagination import PageRequest
from inventory.domain.dated import or_first
from inventory.domain.settings import SETTINGS
from inventory.models import CostRow, SettingRow, SkuRow, WarehouseRow
from inventory.queries.catalogue import keepers_of

Rows = Sequence[Any]


async def warehouses(session: AsyncSession, day: date) -> list[dict[str, Any]]:
    """List warehouses with who keeps them on a day and every keeper named so far."""
    found = (await session.execute(select(WarehouseRow).order_by(WarehouseRow.warehouse))).scalars().all()
    keepers = await keepers_of(session, [row.warehouse for row in found])
    return [
        {
            "warehouse": row.warehouse,
            "title": row.title,
            "keeper": or_first(keepers[row.warehouse], day),
            "keepers": [{"employee_no": k.value, "valid_from": k.valid_from} for k in keepers[row.warehouse]],
        }
        for row in found
    ]


async def things_page(session: AsyncSession, page: PageRequest, day: date, *, sku: str | None = None) -> Rows:
    """List things with what one costs on a day; before its first cost begins, the first holds already."""
    cost = CostRow
    begun = (
        select(cost.unit_cost, cost.valid_from)
        .where(cost.sku == SkuRow.sku)
        .order_by((cost.valid_from <= day).desc(), *_nearest(day))
        .limit(1)
        .lateral()
    )
    query = (
        select(SkuRow.sku, SkuRow.title, begun.c.unit_cost, begun.c.valid_from)
        .outerjoin(begun, true())
        .order_by(SkuRow.sku)
        .limit(page.limit + 1)
    )
    if sku is not None:
        query = query.where(SkuRow.sku == sku)
    if (after := page.after_key(str)) is not None:
        query = query.where(SkuRow.sku > after[0])
    return (await session.execute(query)).all()


def _nearest(day: date) -> list[Any]:
    from_then = CostRow.valid_from - day
    return [(from_then * from_then), CostRow.serial.desc()]


async def settings(session: AsyncSession) -> Rows:
    """List what was set, the last recorded first."""
    return (await session.execute(select(*SettingRow.__table__.c).order_by(SettingRow.serial.desc()))).all()


def shipped_settings() -> dict[str, str]:
    """Give what every setting is unless said otherwise."""
    return {name: setting.default for name, setting in SETTINGS.items()}
