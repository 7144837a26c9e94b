"""What was recorded stays; the projection says what the ledgers say; the tables are those of the models."""

import random
from typing import Any

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import String
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from chassis.orm import Base
from contracts.orders import OrderCancelled, OrderPaid, OrderShipped
from inventory import models
from inventory.consumers import on_orders

from .conftest import House, at, order

LEDGERS = (
    "warehouses",
    "warehouse_keepers",
    "sku_costs",
    "inventory_settings",
    "stock_moves",
    "goods_returned",
    "stocktake_items",
    "stocktake_people",
    "stocktake_counts",
    "stocktake_findings",
    "stocktake_results",
    "mismatches",
    "mismatch_shares",
    "mismatch_resolutions",
)
FOLDED = """
SELECT l.warehouse, l.sku FROM stock_levels l
WHERE l.on_hand <> (SELECT COALESCE(sum(m.change), 0) FROM stock_moves m
                    WHERE m.warehouse = l.warehouse AND m.sku = l.sku)
   OR l.reserved <> (SELECT COALESCE(sum(o.reserved), 0) FROM order_goods o
                     WHERE o.warehouse = l.warehouse AND o.sku = l.sku)
   OR l.on_hand IS DISTINCT FROM COALESCE((SELECT m.on_hand FROM stock_moves m
                     WHERE m.warehouse = l.warehouse AND m.sku = l.sku ORDER BY m.event_id DESC LIMIT 1), 0)
UNION ALL
SELECT m.warehouse, m.sku FROM stock_moves m
WHERE NOT EXISTS (SELECT FROM stock_levels l WHERE l.warehouse = m.warehouse AND l.sku = m.sku)
"""


async def test_the_runtime_role_cannot_change_what_was_recorded(house: House) -> None:
    connection = await asyncpg.connect(house.db.url)
    try:
        for table in LEDGERS:
            for statement in (f"UPDATE {table} SET ctid = NULL", f"DELETE FROM {table}", f"TRUNCATE {table}"):
                with pytest.raises((asyncpg.InsufficientPrivilegeError, asyncpg.FeatureNotSupportedError)):
                    await connection.execute(statement)
            granted = await connection.fetch(
                "SELECT privilege_type FROM information_schema.table_privileges"
                " WHERE table_name = $1 AND grantee = current_user",
                table,
            )
            assert {row[0] for row in granted} == {"SELECT", "INSERT"}, table
    finally:
        await connection.close()


@pytest.mark.parametrize("seed", [1, 2])
async def test_the_projection_is_what_the_ledgers_fold_to(house: House, seed: int) -> None:
    """Forty acts in any order, a stocktake in the middle of them: after each the levels are the sum of the ledger."""
    chance = random.Random(seed)
    for number in range(40):
        name, some = f"T{chance.randrange(12)}", str(chance.randint(1, 9))
        acts: list[Any] = [
            lambda n=number, q=some: house.document("/receipts", f"RK-{n}", cup=q),
            lambda n=number, q=some: house.document("/issues", f"CK-{n}", cup=q, pot="1"),
            lambda n=number, q=some: house.document("/corrections", f"GZ-{n}", cup=f"-{q}"),
            lambda o=name, q=some: house.hear(on_orders, order(OrderPaid, o, cup=q, pot="2")),
            lambda o=name, q=some: house.hear(on_orders, order(OrderShipped, o, cup=q)),
            lambda o=name: house.hear(on_orders, order(OrderCancelled, o)),
        ]
        await chance.choice(acts)()
        if number == 20:
            stocktake = await house.open(opened_at=at(1, 13))
            await house.count(stocktake, cup="3", pot="3", when=at(1, 14))
            await house.count(stocktake, "A007", cup="3", pot="3", when=at(1, 15))
            for sku in ("cup", "pot"):
                await house.find(stocktake, sku=sku)
            assert (await house.complete(stocktake)).status_code == 200
        assert await house.rows(FOLDED) == [], number


def other_type(*said: Any) -> bool | None:
    """Tell apart all types but the names of text; a collation is the database's business."""
    inspected, declared = said[3], said[4]
    return False if isinstance(inspected, String) and isinstance(declared, String) else None


async def test_the_tables_are_those_of_the_models(bare: House) -> None:
    ours = {
        cls.__tablename__
        for cls in vars(models).values()
        if getattr(cls, "__module__", "") == models.__name__ and hasattr(cls, "__tablename__")
    }

    def differences(connection: Any) -> list[Any]:
        def included(_: Any, name: str | None, kind: str, *__: Any) -> bool:
            return name in ours if kind == "table" else kind == "column"

        context = MigrationContext.configure(connection, opts={"compare_type": other_type, "include_object": included})
        return list(compare_metadata(context, Base.metadata))

    engine = create_async_engine(make_url(bare.db.owner_url).set(drivername="postgresql+asyncpg"))
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()
