"""What is known of warehouses, things, people and settings; asked in bulk by commands."""

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from inventory.domain.counting import Threshold
from inventory.domain.dated import Dated, in_force, or_first
from inventory.domain.people import Directory
from inventory.domain.settings import SETTINGS

KNOWN = """
SELECT 'sku' AS what, sku AS name FROM skus WHERE sku = ANY ($1::text[])
UNION ALL SELECT 'warehouse', warehouse FROM warehouses WHERE warehouse = ANY ($2::text[])
"""
SETTING = "SELECT scope, valid_from, value FROM inventory_settings WHERE name = $1 AND scope = ANY ($2) ORDER BY serial"
KEEPERS = "SELECT warehouse, valid_from, employee_no FROM warehouse_keepers WHERE warehouse = ANY ($1) ORDER BY serial"
# before the first cost begins the first holds already; of several begun on one day the last recorded
# asked for each SKU by itself: joined, a plan made while the table was small reads all of it every time
COSTS = """
SELECT k.sku, c.unit_cost FROM unnest($1::text[], $2::date[]) AS k (sku, day) CROSS JOIN LATERAL (
    SELECT unit_cost FROM sku_costs WHERE sku = k.sku
    ORDER BY valid_from <= k.day DESC,
             CASE WHEN valid_from <= k.day THEN k.day - valid_from ELSE valid_from - k.day END, serial DESC
    LIMIT 1
) AS c
"""
PEOPLE = """
SELECT a.anybody, c.employee_no, c.leave_date FROM (SELECT EXISTS (SELECT FROM colleagues) AS anybody) a
LEFT JOIN colleagues c ON c.employee_no = ANY ($1::text[])
"""


async def known_names(
    session: AsyncSession, *, skus: Collection[str] = (), warehouses: Collection[str] = ()
) -> tuple[set[str], set[str]]:
    """Give those of these SKUs and warehouses that are recorded."""
    rows = await (await raw(session)).fetch(KNOWN, list(skus), list(warehouses))
    found: dict[str, set[str]] = {"sku": set(), "warehouse": set()}
    for row in rows:
        found[row["what"]].add(row["name"])
    return found["sku"], found["warehouse"]


async def setting_values(session: AsyncSession, name: str, scopes: Collection[str]) -> dict[str, list[Dated]]:
    """Give what was set for each scope, and under '' for all, in the order of recording."""
    rows = await (await raw(session)).fetch(SETTING, name, ["", *scopes])
    found: dict[str, list[Dated]] = {scope: [] for scope in ("", *scopes)}
    for row in rows:
        found[row["scope"]].append(Dated(row["valid_from"], row["value"]))
    return found


async def setting(session: AsyncSession, name: str, scope: str, day: date) -> str:
    """Give the value of a setting on a day: of its scope, else of all, else as shipped."""
    values = await setting_values(session, name, [scope])
    return in_force(values[scope], day) or in_force(values[""], day) or SETTINGS[name].default


async def threshold(session: AsyncSession, warehouse: str, day: date) -> Threshold:
    """Give the difference above which somebody else counts again."""
    quantity = await setting(session, "second_count_quantity", warehouse, day)
    value = await setting(session, "second_count_value", warehouse, day)
    return Threshold(Decimal(quantity), Decimal(value))


async def planned_weekdays(session: AsyncSession, warehouse: str) -> list[Dated]:
    """Give the weekdays planned for a warehouse: its own where any was set, else those of all."""
    values = await setting_values(session, "stocktake_weekday", [warehouse])
    return values[warehouse] or values[""]


async def stock_is_kept(session: AsyncSession) -> bool:
    """Tell whether there is any warehouse."""
    return bool(await (await raw(session)).fetchval("SELECT EXISTS (SELECT FROM warehouses)"))


async def keepers_of(session: AsyncSession, warehouses: Collection[str]) -> dict[str, list[Dated]]:
    """Give who kept each of these warehouses, in the order of recording."""
    found: dict[str, list[Dated]] = {warehouse: [] for warehouse in warehouses}
    for row in await (await raw(session)).fetch(KEEPERS, list(warehouses)):
        found[row["warehouse"]].append(Dated(row["valid_from"], row["employee_no"]))
    return found


async def keeper_of(session: AsyncSession, warehouse: str, day: date) -> str:
    """Tell who keeps a warehouse on a day; before the first keeper begins, the first does already."""
    keeper = or_first((await keepers_of(session, [warehouse]))[warehouse], day)
    assert keeper is not None, "a warehouse is recorded with its keeper"
    return keeper


async def keeps_any(session: AsyncSession, employee_no: str, day: date) -> bool:
    """Tell whether somebody keeps a warehouse on a day."""
    rows = await (await raw(session)).fetch("SELECT DISTINCT warehouse FROM warehouse_keepers")
    kept = await keepers_of(session, [row["warehouse"] for row in rows])
    return employee_no in {or_first(keepers, day) for keepers in kept.values()}


async def unit_costs(session: AsyncSession, days: Mapping[str, date]) -> dict[str, Decimal]:
    """Give what one of each SKU costs on its day; those without any cost are left out."""
    rows = await (await raw(session)).fetch(COSTS, list(days), list(days.values()))
    return {row["sku"]: row["unit_cost"] for row in rows}


async def directory_of(session: AsyncSession, people: Collection[str]) -> Directory:
    """Tell what the staff directory knows of these people."""
    rows = await (await raw(session)).fetch(PEOPLE, list(people))
    return Directory(rows[0]["anybody"], {r["employee_no"]: r["leave_date"] for r in rows if r["employee_no"]})


async def shipping_warehouses(session: AsyncSession, days: Mapping[str, date]) -> dict[str, str | None]:
    """Give the warehouse each shop ships from on its day: as set, else the one recorded first; None without any."""
    values = await setting_values(session, "ships_from", list(days))
    first = await (await raw(session)).fetchval(
        "SELECT warehouse FROM warehouses ORDER BY recorded_at, warehouse LIMIT 1"
    )
    return {shop: in_force(values[shop], day) or in_force(values[""], day) or first for shop, day in days.items()}
