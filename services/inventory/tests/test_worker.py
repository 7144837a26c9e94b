"""The second process: orders and people reach the warehouse through a real broker, files come in."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest_asyncio

from chassis.outbox import Outgoing, announce
from chassis.relay import relay
from chassis.worker import Condition, end, work
from contracts.attendance import EmployeeHired, EmployeeLeft
from contracts.orders import OrderPaid
from inventory.settings import Settings
from inventory.worker import create_worker
from local_stack.nats import Nats

from .conftest import House, order

MOVEMENTS = """仓库,类型,单号,商品编码,数量,时间
main,出库,CK-1,cup,25,2026-10-01 11:00
main,入库,RK-8,cup,10,2026-10-01 10:00
main,入库,RK-9,mug,10,2026-10-01 10:00
main,入库,RK-9,pot,-1,2026-10-01 10:00
"""
COUNTS = """仓库,商品编码,实盘数量,盘点时间,盘点人
main,cup,20,2026-10-02 18:00,K001
main,pot,4,2026-10-02 18:01,K001
"""
THINGS = """商品编码,商品名称,单位成本,生效日期
mug,马克杯,3.50,2026-01-01
cup,杯,41.00,2026-10-10
"""


@pytest_asyncio.fixture
async def working(house: House, broker: Nats) -> AsyncIterator[House]:
    """The worker of inventory at work beside its web application."""
    settings = Settings(
        database_url=house.db.url, nats_url=broker.url("inventory"), nats_monitor_url=broker.monitor_url
    )
    condition = Condition()
    task = asyncio.create_task(work(create_worker(), house.db.opened, settings, condition))
    yield house
    await end(task)
    assert condition.stopped == {}


async def until(question: Callable[[], Awaitable[Any]], seconds: float = 30) -> Any:
    """Ask until the answer is something."""
    async with asyncio.timeout(seconds):
        while True:
            if answer := await question():
                return answer
            await asyncio.sleep(0.02)


async def test_orders_and_people_become_known(working: House, broker: Nats, database: Any) -> None:
    sources = {name: (await database(name)).opened for name in ("orders", "attendance")}
    sending = [asyncio.create_task(relay(db.url, broker.url(name), name)) for name, db in sources.items()]
    door = working.door()
    entry: dict[str, Any] = {"name": "林小满", "department": "一部", "post": "仓管", "hire_date": date(2026, 1, 1)}
    async with sources["attendance"].transaction(door) as session:
        for fact in (
            EmployeeHired(employee_no="K009", **entry),
            EmployeeLeft(employee_no="K009", leave_date=date(2026, 10, 5)),
        ):
            announce(session, Outgoing(fact, about="K009", time=door.now))
    async with sources["orders"].transaction(door) as session:
        for number in range(30):
            data = order(OrderPaid, f"T{number}", cup="1").data
            announce(session, Outgoing(data, about=f"T{number}", time=door.now))
    await until(lambda: working.rows("SELECT 1 FROM stock_levels WHERE sku = 'cup' AND reserved = 20"))
    await until(lambda: working.rows("SELECT 1 FROM order_goods HAVING count(*) = 30"))
    await until(lambda: working.rows("SELECT 1 FROM colleagues WHERE employee_no = 'K009' AND leave_date IS NOT NULL"))
    assert len((await working.read("/shortages"))["items"]) == 10
    gone = await working.post("/warehouses/main/keepers", employee_no="K009", valid_from="2026-10-06")
    assert gone.json()["code"] == "employee-gone"
    for task in sending:
        await end(task)


async def imported(house: House, profile: str, content: str) -> dict[str, Any]:
    """Send a file by a shipped profile and give the counts when it is committed."""
    files = {"files": ("表.csv", content.encode("gb18030"), "text/csv")}
    sent = await house.http.post(
        "/imports", files=files, data={"profile": profile, "commit": "true"}, headers=house.by()
    )
    assert sent.status_code == 202, sent.text

    async def done() -> Any:
        state = await house.read(f"/imports/{sent.json()['id']}")
        assert state["state"] != "failed", state
        return state if state["state"] == "committed" else None

    counts: dict[str, Any] = (await until(done))["counts"]
    return {name: counts[name] for name in ("read", "new", "amended", "refused")}


async def test_files_come_in_by_the_shipped_profiles(working: House) -> None:
    assert await imported(working, "generic-movements", MOVEMENTS) == {"read": 4, "new": 2, "amended": 0, "refused": 2}
    assert await working.level() == (5, 0), "what came in further down was booked before what went out"
    assert await imported(working, "generic-skus", THINGS) == {"read": 2, "new": 1, "amended": 1, "refused": 0}
    await working.open()
    assert await imported(working, "generic-counts", COUNTS) == {"read": 2, "new": 2, "amended": 0, "refused": 0}
    [pot] = await working.rows("SELECT counted, counted_by FROM stocktake_counts WHERE sku = 'pot'")
    assert (pot["counted"], pot["counted_by"]) == (Decimal(4), "K001")
