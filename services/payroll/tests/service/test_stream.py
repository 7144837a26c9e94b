"""Payroll's worker on a real broker: what orders announces becomes facts, what is issued is announced."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from chassis import clock, streams
from chassis.door import Door
from chassis.outbox import Outgoing, announce
from chassis.relay import relay
from chassis.worker import Condition, end, work
from contracts.orders import OrderCompleted, OrderCreated
from local_stack import nats
from payroll.settings import Settings
from payroll.worker import create_worker

from .conftest import SHANGHAI, Payroll, shares


@asynccontextmanager
async def running(*works: Any) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(each) for each in works]
    yield
    for task in tasks:
        await end(task)


async def until(asked: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        while not await asked():
            await asyncio.sleep(0.02)


async def test_an_order_crosses_the_broker_and_a_payslip_goes_out(
    payroll: Payroll, database: Any, broker: nats.Nats
) -> None:
    orders = await database("orders")
    settings = Settings(
        database_url=payroll.db.url, nats_url=broker.url("payroll"), nats_monitor_url=broker.monitor_url
    )
    condition = Condition()
    await payroll.adopt()
    noon = datetime(2026, 5, 10, 4, tzinfo=UTC)
    async with running(
        relay(orders.url, broker.url("orders"), "orders"),
        work(create_worker(), payroll.db.opened, settings, condition),
    ):
        async with orders.opened.transaction(Door(clock.now(), "shop", "c1", SHANGHAI)) as session:
            for kind in (OrderCreated, OrderCompleted):
                sold = kind(shop="店", order_no="N1", net_amount=Decimal("1234.50"), shares=shares(A1="1234.50"))
                announce(session, Outgoing(sold, about="N1", time=noon))

        async def recorded() -> bool:
            return len(await payroll.rows("SELECT 1 FROM facts")) == 2

        await until(recorded)
        rows = await payroll.rows("SELECT type, about, amount, business_date FROM facts ORDER BY type DESC")
        assert [tuple(row.values()) for row in rows] == [
            ("order.created", "N1", Decimal("1234.50"), date(2026, 5, 10)),
            ("order.completed", "N1", Decimal("1234.50"), date(2026, 5, 10)),
        ]
        issued = await payroll.issue("2026-05")
        listener = await streams.connect(broker.url("payroll"), name="test")

        async def announced() -> bool:
            return bool((await streams.check(listener, "payroll"))["last_seq"])

        await until(announced)
        message = await streams.stored(listener, "payroll", 1)
        await streams.leave(listener)
    assert condition.stopped == {}
    assert message is not None
    said = json.loads(message.body)
    assert (said["type"], said["data"]) == (
        "payslip.issued",
        {"employee_no": "A1", "period": "2026-05", "net": "12.35", "run_id": issued["id"]},
    )
