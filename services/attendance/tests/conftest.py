"""The staff directory of one test: its service on a database of its own, and who works with it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest_asyncio
from sqlalchemy import text

from chassis.auth import Principal
from chassis.testing import Client, TestDatabase

LIN = {
    "employee_no": "A001",
    "name": "林小满",
    "department": "电商一部",
    "post": "客服",
    "hire_date": "2026-03-01",
    "work_place": "广州",
}


@dataclass
class Directory:
    """Requests by somebody, and what then lies in the database."""

    http: Client
    db: TestDatabase
    principal: Callable[..., Principal]

    def by(self, role: str, employee_no: str | None = None) -> dict[str, str]:
        return self.http.auth_of(self.principal(role, employee_no=employee_no))

    async def hire(self, **said: Any) -> httpx.Response:
        return await self.http.post("/employees", json=LIN | said, headers=self.by("hr"))

    async def change(self, number: str, **said: Any) -> httpx.Response:
        return await self.http.patch(f"/employees/{number}", json=said, headers=self.by("hr"))

    async def leave(self, number: str, day: str) -> httpx.Response:
        return await self.http.post(f"/employees/{number}/leave", json={"leave_date": day}, headers=self.by("hr"))

    async def read(self, path: str, role: str = "boss", employee_no: str | None = None) -> httpx.Response:
        return await self.http.get(path, headers=self.by(role, employee_no))

    async def rows(self, query: str) -> list[dict[str, Any]]:
        async with self.db.opened.reading() as session:
            return [dict(row) for row in (await session.execute(text(query))).mappings()]


@pytest_asyncio.fixture
async def directory(database: Any, client: Any, principal: Any) -> Directory:
    db = await database("attendance")
    return Directory(await client("attendance", db), db, principal)
