"""Warehouses, who keeps them from when, and settings that begin on a day."""

from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from chassis.door import door_of
from inventory.domain.errors import WarehouseDiffers, WarehouseNotFound, WarehouseUnknown
from inventory.domain.settings import SETTINGS, check_setting
from inventory.queries.catalogue import directory_of, known_names

WAREHOUSE = """
INSERT INTO warehouses (warehouse, title, recorded_at, recorded_by) VALUES ($1, $2, $3, $4)
ON CONFLICT DO NOTHING RETURNING warehouse
"""
KEEPER = """
INSERT INTO warehouse_keepers (warehouse, employee_no, valid_from, recorded_at, recorded_by)
VALUES ($1, $2, $3, $4, $5)
"""
FIRST_KEEPER = "SELECT employee_no, valid_from FROM warehouse_keepers WHERE warehouse = $1 ORDER BY serial LIMIT 1"
SETTING = """
INSERT INTO inventory_settings (name, scope, value, valid_from, recorded_at, recorded_by)
VALUES ($1, $2, $3, $4, $5, $6)
"""


async def record_warehouse(
    session: AsyncSession, warehouse: str, *, title: str, keeper: str, keeper_from: date
) -> bool:
    """Record a warehouse with its first keeper; returns whether it was new.

    Raises WarehouseDiffers when it is recorded otherwise, EmployeeUnknown, EmployeeGone.
    """
    connection, door = await raw(session), door_of(session)
    if await connection.fetchval(WAREHOUSE, warehouse, title, door.now, door.actor) is not None:
        await _begin(session, warehouse, keeper, keeper_from)
        return True
    known = await connection.fetchval("SELECT title FROM warehouses WHERE warehouse = $1", warehouse)
    first = await connection.fetchrow(FIRST_KEEPER, warehouse)
    assert first is not None, "a warehouse is recorded with its keeper"
    said = {"title": (known, title), "keeper": (first[0], keeper), "keeper_from": (first[1], keeper_from)}
    for name, (recorded, asked) in said.items():
        if recorded != asked:
            raise WarehouseDiffers(field=name, warehouse=warehouse)
    return False


async def name_keeper(session: AsyncSession, warehouse: str, employee_no: str, valid_from: date) -> None:
    """Name who keeps a warehouse from a day on. Raises WarehouseNotFound, EmployeeUnknown, EmployeeGone."""
    _, warehouses = await known_names(session, warehouses=[warehouse])
    if not warehouses:
        raise WarehouseNotFound()
    await _begin(session, warehouse, employee_no, valid_from)


async def _begin(session: AsyncSession, warehouse: str, employee_no: str, valid_from: date) -> None:
    (await directory_of(session, [employee_no])).check(employee_no, valid_from, field="keeper")
    door = door_of(session)
    await (await raw(session)).execute(KEEPER, warehouse, employee_no, valid_from, door.now, door.actor)


async def set_value(session: AsyncSession, name: str, *, scope: str, value: str, valid_from: date) -> None:
    """Set something from a day on, for one warehouse or shop, or with an empty scope for all.

    Raises SettingUnknown, SettingUnusable, WarehouseUnknown.
    """
    check_setting(name, value)
    named = {scope} if SETTINGS[name].scope == "warehouse" and scope else set()
    named |= {value} if name == "ships_from" else set()
    _, known = await known_names(session, warehouses=named)
    for warehouse in named - known:
        raise WarehouseUnknown(field="value" if name == "ships_from" else "scope", warehouse=warehouse)
    door = door_of(session)
    arguments: tuple[Any, ...] = (name, scope, value, valid_from, door.now, door.actor)
    connection = await raw(session)
    await connection.execute(SETTING, *arguments)
    if name == "stocktake_weekday":  # days not yet due are planned anew
        await connection.execute(
            "DELETE FROM stocktake_due WHERE state = 'waiting' AND due_at > $2 AND ($1 = '' OR warehouse = $1)",
            scope,
            door.now,
        )
