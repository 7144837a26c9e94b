"""The service of one test on a database of its own, and who works with it: a directory, an office that is open."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import httpx
import pytest_asyncio
from sqlalchemy import text

from attendance.settings import Settings
from attendance.worker import evaluate_days
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


MONDAY = date(2026, 3, 2)
SHIFTS = (
    {"code": "白班", "name": "白班", "segments": [{"starts": "08:30", "ends": "17:30"}], "meal_minutes": 240},
    {"code": "晚班", "name": "晚班", "segments": [{"starts": "17:30", "ends": "01:00"}]},
)


@dataclass
class Office(Directory):
    """Three people, A001 led by A002 led by A003, and two shifts."""

    async def open(self) -> None:
        for number, manager in (("A003", None), ("A002", "A003"), ("A001", "A002"), ("A004", "A003")):
            assert (await self.hire(employee_no=number, manager_no=manager)).status_code == 201
        for shift in SHIFTS:
            assert (await self.post("/shift-templates", shift)).status_code == 201

    async def post(self, path: str, body: Any, role: str = "hr", employee_no: str | None = None) -> httpx.Response:
        return await self.http.post(path, json=body, headers=self.by(role, employee_no))

    async def roster(self, number: str, *entries: tuple[int, str]) -> None:
        """Publish shifts, each so many days after MONDAY."""
        said = [{"employee_no": number, "day": str(day(n)), "shift": shift} for n, shift in entries]
        planned = await self.post("/roster", {"entries": said})
        assert planned.status_code == 201, planned.text
        days = sorted(day(n) for n, _ in entries)
        period = {"first_day": str(days[0]), "last_day": str(days[-1]), "employee_nos": [number]}
        published = await self.post("/roster/publish", period)
        assert published.json()["published"] == len(entries), published.text

    async def punch(self, number: str, *times: str) -> None:
        """Hand punches in: `0 08:29` is at that time so many days after MONDAY."""
        said = [{"employee_no": number, "at": wall(text)} for text in times]
        answer = await self.post("/punches", {"punches": said})
        assert answer.status_code == 201, answer.text

    async def evaluate(self) -> int:
        """Let the worker evaluate until nothing is left; tells how many events came of it."""
        [before] = await self.rows("SELECT count(*) AS n FROM outbox")
        while await evaluate_days(self.db.opened, Settings(database_url=self.db.url)):
            pass
        [after] = await self.rows("SELECT count(*) AS n FROM outbox")
        return int(after["n"]) - int(before["n"])

    async def said(self, since: int = 0) -> list[tuple[str, str, dict[str, Any]]]:
        """Events of evaluations and rosters: type, business date, data."""
        rows = await self.rows(
            "SELECT type, business_date, body FROM outbox WHERE type NOT LIKE 'employee.%' ORDER BY id"
        )
        return [(r["type"], str(r["business_date"]), json.loads(r["body"])["data"]) for r in rows][since:]

    async def day(self, number: str, n: int) -> dict[str, Any]:
        """How a day was evaluated last."""
        answer = await self.read(f"/days?from={day(n)}&to={day(n)}&employee_no={number}")
        found: list[dict[str, Any]] = answer.json()["items"]
        return found[0] if found else {}


def day(n: int) -> date:
    return MONDAY + timedelta(days=n)


def wall(text: str) -> str:
    days, clock = text.split()
    return f"{day(int(days))}T{clock}"


@pytest_asyncio.fixture
async def office(database: Any, client: Any, principal: Any) -> Office:
    db = await database("attendance")
    made = Office(await client("attendance", db), db, principal)
    await made.open()
    return made
