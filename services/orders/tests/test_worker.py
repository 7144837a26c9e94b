"""The second process: facts reach the stream, the staff directory reaches the service, files come in."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date
from typing import Any

import pytest_asyncio

from chassis.door import Door
from chassis.outbox import Outgoing, announce
from chassis.relay import relay
from chassis.streams import connect, stored
from chassis.worker import Condition, work
from contracts.attendance import EmployeeChanged, EmployeeHired, EmployeeLeft
from local_stack.nats import Nats
from orders.settings import Settings
from orders.worker import create_worker

from .conftest import Orders
from .test_refunds import DONE

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
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
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
    await working.act("refunds", refund_no="R1", amount="10.00")
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
    entry: dict[str, Any] = {"name": "林小满", "department": "一部", "post": "客服", "hire_date": date(2026, 1, 1)}
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
    rows = await working.rows("SELECT employee_no, department FROM employees ORDER BY employee_no")
    assert [tuple(row.values()) for row in rows] == [("A001", "二部"), ("A002", "一部")]
    assert (await working.place()).status_code == 201
    assert (await working.place(order_no="T2", seller="A003")).json()["code"] == "seller-unknown"
    assert (await working.place(order_no="T2", seller="A002")).json()["code"] == "seller-left"
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
