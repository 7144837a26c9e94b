"""The orders of one test: the service on a database of its own, and who works with it."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest_asyncio
from sqlalchemy import text

from chassis import clock
from chassis.auth import Principal
from chassis.door import Door
from chassis.testing import Client, TestDatabase

LINE = {"sku": "S-1", "title": "茶壶", "quantity": "2", "unit_price": "30.00"}
ORDER = {
    "shop": "tmall",
    "order_no": "T1",
    "placed_at": "2026-05-06T10:20:00+08:00",
    "buyer": "买家",
    "seller": "A001",
    "lines": [LINE, {"sku": "S-2", "unit_price": "40.01"}],
}
"""60.00 and 40.01, sold by A001."""


@dataclass
class Orders:
    """Requests by somebody, and what then lies in the database."""

    http: Client
    db: TestDatabase
    principal: Callable[..., Principal]

    def by(self, role: str = "boss", employee_no: str | None = None, **more: Any) -> dict[str, str]:
        return self.http.auth_of(self.principal(role, employee_no=employee_no, **more))

    async def place(self, *, by: dict[str, str] | None = None, **said: Any) -> httpx.Response:
        body = {name: value for name, value in (ORDER | said).items() if value is not None}
        return await self.http.post("/orders", json=body, headers=by or self.by())

    async def act(self, path: str, by: dict[str, str] | None = None, **said: Any) -> httpx.Response:
        return await self.http.post(f"/orders/tmall/T1/{path}", json=said, headers=by or self.by())

    async def read(self, path: str = "/orders/tmall/T1", by: dict[str, str] | None = None, **query: Any) -> Any:
        answer = await self.http.get(path, headers=by or self.by(), params=query)
        return answer.json() if answer.status_code == 200 else answer.status_code

    async def events(self, kind: str | None = None) -> list[Any]:
        """Give what was announced: the whole envelopes, in order."""
        rows = await self.rows("SELECT body FROM outbox ORDER BY id")
        bodies = [json.loads(row["body"]) for row in rows]
        return [body for body in bodies if kind is None or body["type"] == kind]

    async def rows(self, query: str) -> Sequence[Any]:
        async with self.db.opened.reading() as session:
            return (await session.execute(text(query))).mappings().all()

    def door(self) -> Door:
        return Door(clock.now(), "importer", "corr-1", ZoneInfo("Asia/Shanghai"))


@pytest_asyncio.fixture
async def orders(database: Any, client: Any, principal: Any) -> Orders:
    db = await database("orders")
    return Orders(await client("orders", db), db, principal)


def shares(data: Any, name: str = "shares") -> dict[str, str]:
    """Give an event's shares by person."""
    return {share["employee_no"]: share["amount"] for share in data[name]}
