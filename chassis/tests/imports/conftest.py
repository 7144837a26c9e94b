"""The shelf lies among these tests and is imported like any other service; here it runs on a real database."""

import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import asyncpg
import pytest_asyncio

from chassis.auth import Principal
from chassis.backlog import Backlog
from chassis.imports.jobs import work_on_next
from chassis.imports.kinds import Kind
from chassis.settings import ServiceSettings
from chassis.testing import Client, TestDatabase

sys.path.insert(0, str(Path(__file__).parent))


@dataclass
class Shelf:
    """The shelf, uploads by its boss, its worker's steps, and what then lies in its database."""

    http: Client
    db: TestDatabase
    connection: asyncpg.Connection
    principal: Callable[..., Principal]

    def by(self, *roles: str, employee_no: str = "A001", **limits: Any) -> dict[str, str]:
        return self.http.auth_of(self.principal(*roles, employee_no=employee_no, **limits))

    async def send(self, files: Mapping[str, bytes] | bytes, *, by: dict[str, str] | None = None, **fields: str) -> Any:
        given = {"boxes.csv": files} if isinstance(files, bytes) else files
        parts = [("file", (name, body, "text/csv")) for name, body in given.items()]
        return await self.http.post("/imports", files=parts, data=fields, headers=by or self.by("boss"))

    async def sent(self, files: Mapping[str, bytes] | bytes, **fields: Any) -> str:
        answer = await self.send(files, **fields)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    @property
    def backlog(self) -> Backlog:
        return Backlog(self.db.opened, ServiceSettings.model_fields["outbox_limit"].default)

    async def work(self) -> None:
        while await work_on_next(self.db.opened, self.kinds, self.backlog):
            pass

    @property
    def kinds(self) -> Sequence[Kind]:
        kinds: Sequence[Kind] = import_module("shelf.intake").KINDS
        return kinds

    async def shown(self, import_id: str) -> Any:
        return (await self.http.get(f"/imports/{import_id}", headers=self.by("employee"))).json()

    async def validated(self, files: Mapping[str, bytes] | bytes, **fields: Any) -> Any:
        import_id = await self.sent(files, **fields)
        await self.work()
        return await self.shown(import_id)

    async def boxes(self) -> dict[str, Any]:
        rows = await self.connection.fetch("SELECT * FROM boxes ORDER BY box_no")
        return {row["box_no"]: row for row in rows}


@pytest_asyncio.fixture
async def shelf(database: Any, client: Any, principal: Any) -> AsyncIterator[Shelf]:
    db = await database("shelf")
    connection = await asyncpg.connect(db.owner_url)
    yield Shelf(await client("shelf", db), db, connection, principal)
    await connection.close()
