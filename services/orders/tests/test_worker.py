"""The second process: facts reach the stream, the staff directory reaches the service, files come in."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest_asyncio

from chassis.door import Door
from chassis.outbox import Outgoing, announce
from chassis.relay import relay
from chassis.streams import connect, stored
from chassis.worker import Condition, end, work
from contracts.attendance import EmployeeChanged, EmployeeHired, EmployeeLeft
from contracts.inventory import ReturnReceived, StockChanged, StockDepleted
from local_stack.nats import Nats
from orders.settings import Settings
from orders.worker import create_worker

from .conftest import Orders
from .test_refunds import DONE, refund

CSV = """订单号,店铺,下单时间,付款时间,完成时间,状态,备注,商品编码,数量,单价
T1,tmall,2026-05-06 10:20:00,2026-05-06 10:21:00,2026-05-20 09:00:00,已完成,工号：A001,S-1,2,30.00
T1,tmall,2026-05-06 10:20:00,2026-05-06 10:21:00,2026-05-20 09:00:00,已完成,工号：A001,S-2,1,40.01
T2,tmall,2026-05-07 10:20:00,,,待付款,,S-1,1,30.00
T3,tmall,2026-05-07 10:20:00,,,待付款,,S-1,0,30.00
"""


@pytest_asyncio.fixture
async def working(orders: Orders, broker: Nats) -> AsyncIterator[Orders]:
    """The worker of orders at work beside its web application."""
    settings = Settings(database_url=orders.db.url, nats_url=broker.url("orders"), nats_monitor_url=broker.monitor_url)
    condition = Condition()
    task = asyncio.create_task(work(create_worker(), orders.db.opened, settings, condition))
    yield orders
    await end(task)
    assert condition.stopped == {}


async def until(question: Callable[[], Awaitable[Any]], seconds: float = 30) -> Any:
    """Ask until the answer is something."""
    async with asyncio.timeout(seconds):
        while True:
            if answer := await question():
                return answer
            await asyncio.sleep(0.02)


async def test_what_happened_arrives_on_the_stream(working: Orders, broker: Nats) -> None:
    await working.place(**DONE)
    await refund(working)
    client = await connect(broker.url("orders"), name="test")
    try:
        last = await until(lambda: stored(client, "orders", 4))
        first = await stored(client, "orders", 1)
    finally:
        await client.close()
    assert first is not None
    assert [event["type"] for event in await working.events()] == [
        "order.created",
        "order.paid",
        "order.completed",
        "refund.executed",
    ]
    rows = await working.rows("SELECT position, body FROM outbox ORDER BY position")
    assert [row["position"] for row in rows] == [1, 2, 3, 4]
    assert (first.body, last.body) == (rows[0]["body"], rows[3]["body"]), "the bytes are those of the outbox"
    assert json.loads(last.body)["data"]["amount"] == "10.00"


async def test_the_staff_directory_becomes_known(working: Orders, broker: Nats, database: Any) -> None:
    attendance = (await database("attendance")).opened
    sending = asyncio.create_task(relay(attendance.url, broker.url("attendance"), "attendance"))
    entry: dict[str, Any] = {
        "name": "林小满",
        "department": "一部",
        "post": "客服",
        "hire_date": date(2026, 1, 1),
        "manager_no": "L1",
    }
    facts: list[EmployeeHired | EmployeeChanged | EmployeeLeft] = [
        EmployeeHired(employee_no="A001", **entry),
        EmployeeHired(employee_no="A002", **entry),
        EmployeeChanged(employee_no="A001", **(entry | {"department": "二部"})),
        EmployeeLeft(employee_no="A002", leave_date=date(2026, 5, 5)),
    ]
    door: Door = working.door()
    async with attendance.transaction(door) as session:
        for fact in facts:
            announce(session, Outgoing(fact, about=fact.employee_no, time=door.now))
    left = "SELECT employee_no, department FROM employees WHERE leave_date = '2026-05-05'"
    await until(lambda: working.rows(left))
    rows = await working.rows("SELECT employee_no, department, manager_no FROM employees ORDER BY employee_no")
    assert [tuple(row.values()) for row in rows] == [("A001", "二部", "L1"), ("A002", "一部", "L1")]
    assert (await working.place()).status_code == 201
    assert (await working.place(order_no="T2", seller="A003")).json()["code"] == "seller-unknown"
    assert (await working.place(order_no="T2", seller="A002")).json()["code"] == "seller-left"
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)


async def test_what_inventory_says_opens_the_gate_and_finds_what_was_oversold(
    working: Orders, broker: Nats, database: Any
) -> None:
    inventory = (await database("inventory")).opened
    sending = asyncio.create_task(relay(inventory.url, broker.url("inventory"), "inventory"))
    stock: dict[str, Any] = {"warehouse": "一号仓", "sku": "S-1", "reserved": Decimal(0)}
    at = datetime(2026, 5, 6, 2, 30, tzinfo=UTC)
    facts: list[Any] = [
        StockChanged(**stock, change=Decimal(1), on_hand=Decimal(1), reason="received"),
        StockChanged(**stock, change=Decimal(-1), on_hand=Decimal(0), reason="issued"),
        StockDepleted(**stock, on_hand=Decimal(0)),
        ReturnReceived(
            return_no="B1",
            shop="tmall",
            order_no="T1",
            line_no=1,
            sku="S-1",
            quantity=Decimal(1),
            grade="sellable",
            disposition="stock",
        ),
    ]
    async with inventory.transaction(working.door()) as session:
        for fact in facts:
            announce(session, Outgoing(fact, about="S-1", time=at))
    await until(lambda: working.rows("SELECT 1 FROM returns_received"))
    turns = await working.rows("SELECT available FROM stock_turns ORDER BY position")
    assert [row["available"] for row in turns] == [True, False]
    await working.place(**DONE)
    [oversold] = await until(lambda: working.events("order.oversold"))
    assert (oversold["subject"], oversold["data"]["sku"], oversold["actor"]) == ("T1", "S-1", "clocks")
    await working.http.put("/shops/tmall/refund-seat", json={"employee_no": "S001"}, headers=working.by())
    asked = {"shop": "tmall", "order_no": "T1", "refund_no": "R1", "line_no": 1, "amount": "60.00"}
    await working.http.post("/refunds", json=asked | {"goods_come_back": True}, headers=working.by())
    paid = await working.http.post("/refunds/tmall/R1/execute", headers=working.by("lead", "S001"))
    assert (paid.status_code, paid.json()["result"]) == (201, "new")
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)


async def test_a_file_comes_in_by_the_generic_profile(working: Orders) -> None:
    files = {"files": ("订单.csv", CSV.encode("gb18030"), "text/csv")}
    sent = await working.http.post(
        "/imports", files=files, data={"kind": "orders", "profile": "generic", "commit": "true"}, headers=working.by()
    )
    assert sent.status_code == 202, sent.text
    path = f"/imports/{sent.json()['id']}"

    async def done() -> Any:
        state = await working.read(path)
        assert state["state"] != "failed", state
        return state if state["state"] == "committed" else None

    counts = (await until(done))["counts"]
    assert {name: counts[name] for name in ("read", "new", "refused")} == {"read": 4, "new": 2, "refused": 1}
    order = await working.read()
    assert (order["state"], order["net_amount"]) == ("completed", "100.01")
    assert order["placed_at"] == "2026-05-06T02:20:00Z"
    assert [party["employee_no"] for party in order["parties"]] == ["A001"]
