"""The desk of one test: the service on a database of its own, and who works with it."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest_asyncio
from sqlalchemy import text

from chassis import clock
from chassis.auth import Principal
from chassis.door import Door
from chassis.testing import Client, TestDatabase
from service_desk.commands.settle_chats import CALM
from service_desk.queries.queues import what_waits
from service_desk.worker import QUEUES

ZONE = ZoneInfo("Asia/Shanghai")


@dataclass
class Desk:
    """Requests by somebody, and what then lies in the database."""

    http: Client
    db: TestDatabase
    principal: Callable[..., Principal]

    def by(self, role: str = "boss", employee_no: str | None = None, **more: Any) -> dict[str, str]:
        return self.http.auth_of(self.principal(role, employee_no=employee_no, **more))

    async def post(self, path: str, by: dict[str, str] | None = None, **said: Any) -> httpx.Response:
        return await self.http.post(path, json=said, headers=by or self.by())

    async def chat(self, *messages: dict[str, Any], by: dict[str, str] | None = None, **said: Any) -> httpx.Response:
        body = {"shop": "tmall", "chat_no": "C1", "buyer": "tb_1", "messages": list(messages)} | said
        return await self.post("/chats", by, **body)

    async def read(self, path: str, by: dict[str, str] | None = None, **query: Any) -> Any:
        answer = await self.http.get(path, headers=by or self.by(), params=query)
        return answer.json() if answer.status_code == 200 else answer.status_code

    async def settle(self, at: datetime | None = None) -> int:
        """Do what the worker's clocks do, until nothing is due at an instant; a minute from now unless said."""
        now, done, calm = at or clock.now() + timedelta(minutes=1), 0, False
        while True:
            waiting = await what_waits(self.db.opened, now)
            if not waiting and calm:
                return done
            calm = not waiting
            if calm:
                now += 2 * CALM
            for name, settle in QUEUES.items():
                if name in waiting:
                    async with self.db.opened.transaction(self.door(now)) as session:
                        done += await settle(session)

    async def events(self, kind: str | None = None) -> list[Any]:
        """Give what was announced: the whole envelopes, in order."""
        rows = await self.rows("SELECT body FROM outbox ORDER BY id")
        bodies = [json.loads(row["body"]) for row in rows]
        return [body for body in bodies if kind is None or body["type"] == kind]

    async def rows(self, query: str) -> Sequence[Any]:
        async with self.db.opened.reading() as session:
            return (await session.execute(text(query))).mappings().all()

    def door(self, now: datetime | None = None) -> Door:
        return Door(now or clock.now(), "service_desk", "corr-1", ZONE)


@pytest_asyncio.fixture
async def desk(database: Any, client: Any, principal: Any) -> Desk:
    db = await database("service_desk")
    return Desk(await client("service_desk", db), db, principal)


def at(clock_time: str, day: str = "2026-11-02") -> str:
    """Write a time of a day as a shop's system does."""
    return f"{day}T{clock_time}+08:00"


def asks(number: str, clock_time: str, **said: Any) -> dict[str, Any]:
    return {"message_no": number, "sent_at": at(clock_time), "sender": "customer"} | said


def says(number: str, clock_time: str, who: str | None = "A001", **said: Any) -> dict[str, Any]:
    found = {"message_no": number, "sent_at": at(clock_time), "sender": "agent", "employee_no": who} | said
    return {name: value for name, value in found.items() if value is not None}


def kinds(events: Sequence[Any]) -> list[str]:
    return [event["type"] for event in events]
