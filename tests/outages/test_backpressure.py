"""While too many events wait in the outbox nothing is taken on that would announce more; it ends by itself."""

import asyncio
from itertools import count
from typing import Any

import httpx
import pytest

from chassis.backlog import Backlog
from chassis.imports.jobs import work_on_next
from local_stack.nats import Nats
from orders.intake import KINDS

from .conftest import BOSS, Orders, all_streamed, unavailable, until, working

LIMIT, ORDERS = 4, 1100


async def test_writes_are_refused_while_the_outbox_is_full_and_reads_are_not(
    orders: Orders, broker: Nats, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = {"Idempotency-Key": "first"}
    assert (await orders.place(1, **key)).status_code == 201
    taken = 1

    async def refused() -> httpx.Response | None:
        nonlocal taken
        answer = await orders.place(taken + 1)
        taken += answer.status_code == 201
        return None if answer.status_code == 201 else answer

    said = unavailable(await until("the outbox is full", refused), "outbox-full")
    assert "nothing was changed" in said["detail"]
    assert taken >= LIMIT
    assert await orders.value("SELECT count(*) FROM orders") == taken, "what was refused left nothing"
    assert await orders.value("SELECT count(*) FROM outbox") == taken
    listed = await orders.list()
    assert (listed.status_code, len(listed.json()["items"])) == (200, taken)
    again = await orders.place(1, **key)
    assert (again.status_code, again.headers["idempotency-replayed"]) == (201, "true"), "it announces nothing new"

    async with working(orders.db, broker, monkeypatch) as worker:

        async def measured() -> bool:
            return 'zhanggui_outbox_waiting_events{producer="orders"} 0.0' in (await worker.get("/metrics")).text

        async def accepted() -> bool:
            return (await orders.place(taken + 1)).status_code == 201

        await until("the outbox empties", lambda: orders.value("SELECT bool_and(position > 0) FROM outbox"))
        await until("orders are taken again", accepted)
        await until("the metric says so", measured)
        await until("all in the stream", lambda: all_streamed(orders, broker))
    assert await orders.value("SELECT count(*) FROM outbox WHERE type = 'order.created'") == taken + 1


async def test_a_full_outbox_that_emptied_long_ago_refuses_nobody(orders: Orders) -> None:
    numbers = count()
    await until("the outbox is full", lambda: _refused(orders, next(numbers)))
    connection = await orders.db.opened.connect()
    await connection.execute("UPDATE outbox SET position = id")
    await connection.close()
    await asyncio.sleep(0.06)
    assert (await orders.place(next(numbers))).status_code == 201, "it is looked at again before it is believed"


async def _refused(orders: Orders, number: int) -> bool:
    return (await orders.place(number)).status_code == 503


async def test_an_import_waits_between_two_chunks_and_goes_on(
    orders: Orders, broker: Nats, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = "".join(f"F{n:05},tmall,2026-05-06 10:20:00,A001,S-1,1,3.00\n" for n in range(ORDERS))
    content = ("订单号,店铺,下单时间,销售员,商品编码,数量,单价\n" + rows).encode()
    headers = orders.http.auth_of(BOSS)
    given = {"profile": "generic", "kind": "orders", "commit": "yes"}
    answer = await orders.http.post("/imports", data=given, files={"file": ("o.csv", content)}, headers=headers)
    assert answer.status_code == 202, answer.text
    address = f"/imports/{answer.json()['id']}"
    database = orders.db.opened
    backlog = Backlog(database, LIMIT)

    async def import_all() -> None:
        while await work_on_next(database, KINDS, backlog):
            pass

    importing = asyncio.create_task(import_all())

    async def shown() -> Any:
        return (await orders.http.get(address, headers=headers)).json()

    async def waits() -> bool:
        return backlog.full and bool(await orders.value("SELECT count(*) > 0 FROM orders"))

    await until("a chunk is in", waits)
    part = await orders.value("SELECT count(*) FROM orders")
    assert 0 < part < ORDERS
    assert await orders.value("SELECT count(*) FROM outbox") == part, "a chunk is whole"
    await asyncio.sleep(0.3)
    assert (await orders.value("SELECT count(*) FROM orders"), (await shown())["state"]) == (part, "committing")

    async with working(orders.db, broker, monkeypatch):
        await until("the import goes on", lambda: _done(importing))
        assert (await shown())["state"] == "committed"
        await until("all in the stream", lambda: all_streamed(orders, broker))
    assert await orders.value("SELECT count(*) FROM orders") == ORDERS
    assert await orders.value("SELECT count(*) FROM outbox WHERE type = 'order.created'") == ORDERS


async def _done(task: asyncio.Task[None]) -> bool:
    if task.done():
        task.result()
    return task.done()
