"""The example service lies among the tests and is imported like any other service; here it runs on a real database."""

import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest_asyncio

from chassis.auth import Principal
from chassis.testing import Client, TestDatabase

sys.path.insert(0, str(Path(__file__).parent))


@dataclass
class Example:
    """The example service, requests by its writer, and what then lies in its database."""

    http: Client
    db: TestDatabase
    connection: asyncpg.Connection
    principal: Callable[..., Principal]

    def by(self, *roles: str, **headers: str) -> dict[str, str]:
        return self.http.auth_of(self.principal(*roles), **headers)

    async def write(self, words: str, *, headers: dict[str, str] | None = None, **said: Any) -> httpx.Response:
        body = {"words": words} | said
        return await self.http.post("/notes", json=body, headers=self.by("boss") | (headers or {}))

    async def notes(self) -> list[str]:
        return [row["words"] for row in await self.connection.fetch("SELECT words FROM notes ORDER BY id")]


@pytest_asyncio.fixture
async def example(database: Any, client: Any, principal: Any) -> AsyncIterator[Example]:
    db = await database("example")
    connection = await asyncpg.connect(db.owner_url)
    yield Example(await client("example", db), db, connection, principal)
    await connection.close()
