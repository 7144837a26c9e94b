"""The warehouse of one test: the service on a database of its own, and who works with it."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx
import pytest_asyncio
from sqlalchemy import text

from chassis import clock
from chassis.auth import Principal
from chassis.door import Door
from chassis.inbox import Received
from chassis.testing import Client, TestDatabase
from contracts.orders import OrderLine
from inventory.commands.directory import Entry, learn_employees

ZONE = ZoneInfo("Asia/Shanghai")
PEOPLE = ("A001", "A007", "K001", "K002", "L001")


def at(day: int, hour: int = 9, minute: int = 0) -> str:
    """Give an instant of October 2026; the 2nd, 9th, 16th, 23rd and 30th are Fridays."""
    return datetime(2026, 10, day, hour, minute, tzinfo=ZONE).isoformat()


@dataclass
class House:
    """Requests by somebody, and what then lies in the database."""

    http: Client
    db: TestDatabase
    principal: Callable[..., Principal]

    def by(self, role: str = "boss", employee_no: str | None = "B001", **more: Any) -> dict[str, str]:
        return self.http.auth_of(self.principal(role, employee_no=employee_no, **more))

    async def post(self, path: str, by: dict[str, str] | None = None, **said: Any) -> httpx.Response:
        body = {name: value for name, value in said.items() if value is not None}
        return await self.http.post(path, json=body, headers=by or self.by())

    async def read(self, path: str, by: dict[str, str] | None = None, **query: Any) -> Any:
        answer = await self.http.get(path, headers=by or self.by(), params=query)
        return answer.json() if answer.status_code == 200 else answer.status_code

    async def document(
        self, path: str, number: str, by: dict[str, str] | None = None, when: str = "", **lines: str
    ) -> httpx.Response:
        """Book `cup="5"` and the like at the beginning of October."""
        name = "change" if path == "/corrections" else "quantity"
        rows = [{"sku": sku, name: quantity} for sku, quantity in lines.items()]
        note = "更正" if path == "/corrections" else None
        return await self.post(path, by, warehouse="main", document_no=number, lines=rows, at=when or at(1), note=note)

    async def open(self, by: dict[str, str] | None = None, **said: Any) -> str:
        answer = await self.post("/stocktakes", by, **({"warehouse": "main", "opened_at": at(2, 17)} | said))
        assert answer.status_code == 201, answer.text
        return str(answer.json()["stocktake_id"])

    async def count(
        self, stocktake: str, who: str = "K001", when: str = "", by: dict[str, str] | None = None, **counted: str
    ) -> httpx.Response:
        counts = [{"sku": sku, "counted": n, "counted_at": when or at(2, 18)} for sku, n in counted.items()]
        return await self.post(f"/stocktakes/{stocktake}/counts", by or self.by(), counts=counts, counted_by=who)

    async def find(self, stocktake: str, by: dict[str, str] | None = None, **said: Any) -> httpx.Response:
        body = {"sku": "cup", "outcome": "keeper", "finding": "未查明"} | said
        return await self.post(f"/stocktakes/{stocktake}/findings", by, **body)

    async def complete(self, stocktake: str, when: str = "", by: dict[str, str] | None = None) -> httpx.Response:
        return await self.post(f"/stocktakes/{stocktake}/completed", by, completed_at=when or at(2, 20))

    async def level(self, sku: str = "cup") -> tuple[Any, Any]:
        [row] = await self.rows(f"SELECT on_hand, reserved FROM stock_levels WHERE sku = '{sku}'")
        return row["on_hand"], row["reserved"]

    async def events(self, kind: str | None = None) -> list[Any]:
        """Give what was announced: the whole envelopes, in order."""
        bodies = [json.loads(row["body"]) for row in await self.rows("SELECT body FROM outbox ORDER BY id")]
        return [body for body in bodies if kind is None or body["type"] == kind]

    async def rows(self, query: str) -> Sequence[Any]:
        async with self.db.opened.reading() as session:
            return (await session.execute(text(query))).mappings().all()

    def door(self, now: datetime | None = None) -> Door:
        return Door(now or clock.now(), "worker", "corr-1", ZONE)

    async def hear(self, handler: Any, *orders: Any) -> None:
        """Hand events of orders to one of our handlers, as the consumer does: in one call and one transaction."""
        async with self.db.opened.transaction(self.door()) as session:
            await handler(session, orders)


def heard(data: Any, when: str = "") -> Received[Any]:
    """Wrap event data as it comes from the stream."""
    time = datetime.fromisoformat(when or at(1, 12))
    return Received(data, uuid4(), data.type, "", time, time.date(), "A001", "corr-1", 1)


def order(kind: Any, number: str = "T1", when: str = "", basis: str = "live", **lines: str) -> Received[Any]:
    """Make an event of an order that wants `cup="2"` and the like."""
    rows = tuple(
        OrderLine(line_no=no, sku=sku, quantity=Decimal(quantity), net_amount=Decimal(1))
        for no, (sku, quantity) in enumerate(lines.items(), 1)
    )
    return heard(kind(shop="tmall", order_no=number, net_amount=Decimal(1), lines=rows, basis=basis), when)


@pytest_asyncio.fixture
async def bare(database: Any, client: Any, principal: Any) -> House:
    """Nothing is recorded yet."""
    db = await database("inventory")
    return House(await client("inventory", db), db, principal)


@pytest_asyncio.fixture
async def house(bare: House) -> House:
    """A warehouse kept by K001 with 20 cups at 40.00 and 5 pots at 9.99, received on 1 October."""
    entries = [Entry(who, who, "电商部", "客服", "L001", date(2026, 1, 1)) for who in PEOPLE]
    async with bare.db.opened.transaction(bare.door()) as session:
        await learn_employees(session, entries, hired=True)
    await bare.post("/warehouses", warehouse="main", title="主仓", keeper="K001", keeper_from="2026-01-01")
    for sku, cost in (("cup", "40.00"), ("pot", "9.99")):
        await bare.post("/skus", sku=sku, title=sku, unit_cost=cost, valid_from="2026-01-01")
    answer = await bare.document("/receipts", "RK-1", cup="20", pot="5")
    assert answer.status_code == 201, answer.text
    return bare
