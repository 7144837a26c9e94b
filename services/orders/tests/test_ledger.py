"""What was recorded stays; the projection says what the ledgers say; the tables are those of the models."""

from typing import Any

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import String
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from chassis.orm import Base
from orders import models

from .conftest import Orders
from .test_refunds import DONE, refund

LEDGERS = (
    "orders",
    "order_lines",
    "order_parties",
    "order_states",
    "order_amendments",
    "order_assignments",
    "refunds",
    "refund_lines",
    "refund_shares",
    "refund_requests",
    "order_chases",
    "clock_events",
    "oversold_skus",
    "outbox",
)


async def test_the_runtime_role_cannot_change_what_was_recorded(orders: Orders) -> None:
    await orders.place(**DONE)
    await refund(orders)
    connection = await asyncpg.connect(orders.db.url)
    try:
        for table in LEDGERS:
            column = "about" if table == "outbox" else "order_id"
            for statement in (
                f"UPDATE {table} SET {column} = NULL",
                f"DELETE FROM {table}",
                f"TRUNCATE {table}",
                f"ALTER TABLE {table} ADD x int",
            ):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await connection.execute(statement)
        assert await connection.fetchval("SELECT count(*) FROM order_lines") == 2
    finally:
        await connection.close()


FOLDED = """
SELECT s.order_id FROM order_status s
WHERE s.state IS DISTINCT FROM
      (SELECT t.state FROM order_states t WHERE t.order_id = s.order_id ORDER BY t.step_no DESC LIMIT 1)
   OR s.net_amount IS DISTINCT FROM
      (SELECT sum(l.net_amount) FROM order_lines l WHERE l.order_id = s.order_id AND l.revision = s.revision)
   OR s.refunded IS DISTINCT FROM
      (SELECT COALESCE(sum(r.amount), 0) FROM refund_lines r WHERE r.order_id = s.order_id)
   OR s.revision IS DISTINCT FROM (SELECT max(l.revision) FROM order_lines l WHERE l.order_id = s.order_id)
   OR s.assignment IS DISTINCT FROM (SELECT max(p.assignment) FROM order_parties p WHERE p.order_id = s.order_id)
"""


async def test_the_projection_is_what_the_ledgers_fold_to(orders: Orders) -> None:
    await orders.place(paid_at=DONE["paid_at"])
    await refund(orders, amount="5.00", line_no=2)
    await orders.act(
        "amendments", lines=[{"sku": "S-1", "unit_price": "50"}, {"sku": "S-2", "unit_price": "6"}], reason="改"
    )
    await orders.act("assignments", sellers=[{"employee_no": "A002"}], line_no=2)
    await orders.act("completed")
    await refund(orders, "R2", "51.00")
    await orders.place(order_no="T2")
    assert await orders.rows(FOLDED) == []
    [row] = await orders.rows("SELECT net_amount, refunded FROM order_status WHERE state = 'completed'")
    assert (row["net_amount"], row["refunded"]) == (56, 56)


def other_type(*said: Any) -> bool | None:
    """Tell apart all types but the names of text; a collation is the database's business."""
    inspected, declared = said[3], said[4]
    return False if isinstance(inspected, String) and isinstance(declared, String) else None


async def test_the_tables_are_those_of_the_models(orders: Orders) -> None:
    def differences(connection: Any) -> list[Any]:
        ours = {table.name for table in Base.metadata.sorted_tables if table.name in OURS}

        def included(item: Any, name: str | None, kind: str, *_: Any) -> bool:
            return name in ours if kind == "table" else kind == "column"

        context = MigrationContext.configure(connection, opts={"compare_type": other_type, "include_object": included})
        return list(compare_metadata(context, Base.metadata))

    engine = create_async_engine(make_url(orders.db.owner_url).set(drivername="postgresql+asyncpg"))
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


OURS = {
    cls.__tablename__
    for cls in vars(models).values()
    if getattr(cls, "__module__", "") == models.__name__ and hasattr(cls, "__tablename__")
}
