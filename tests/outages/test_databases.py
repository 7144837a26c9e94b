"""A database that is silent, or has no room left: 503 within a bounded time, nothing half done, and back by itself."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from chassis.database import open_database
from chassis.migrations import migrate
from chassis.testing import Client, TestDatabase
from local_stack import databases, postgres

from .conftest import Orders, unavailable, until
from .disks import fill, small_disk

PASSWORD = "outages"
PATIENCE = 2


@asynccontextmanager
async def orders_on(cluster: postgres.Postgres, client: Callable[..., Awaitable[Client]]) -> AsyncIterator[Orders]:
    """Open orders on a cluster of the test's own."""
    await databases.create_service_database(
        cluster.admin_url, "orders", owner_password=PASSWORD, runtime_password=PASSWORD
    )
    owner, url = (cluster.url("orders", f"orders_{role}", PASSWORD) for role in ("owner", "app"))
    await migrate("orders", owner)
    opened = open_database(url, pool_size=2, name="test")
    db = TestDatabase("orders", url, owner, opened)
    yield Orders(await client("orders", db), db)
    await opened.close()


async def test_a_silent_database_is_503_in_time_and_used_again_when_it_speaks(
    open_folder: Path, client: Callable[..., Awaitable[Client]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZHANGGUI_STATEMENT_SECONDS", str(PATIENCE - 1))
    cluster = postgres.start(open_folder / "postgres", durable=False)
    try:
        async with orders_on(cluster, client) as orders:
            answers = await asyncio.gather(*(orders.place(number) for number in range(4)), orders.list())
            assert [answer.status_code for answer in answers] == [201] * 4 + [200]
            postgres.freeze(cluster)
            began = time.monotonic()
            waiting = [orders.place(9), orders.place(10), orders.list(), orders.http.get("/healthz")]
            for answer in await asyncio.gather(*waiting):
                unavailable(answer, "unavailable")
            took = time.monotonic() - began
            postgres.thaw(cluster)
            began = time.monotonic()
            await until("orders are taken again", lambda: _taken(orders))
            print(f"503 after {took:.1f} s for a patience of {PATIENCE} s, back after {time.monotonic() - began:.1f} s")
            assert took < 15, "beyond the time for a connection, and for giving up a statement and its transaction"
            placed = await orders.value("SELECT count(*) FROM orders")
            assert placed == await orders.value("SELECT count(*) FROM outbox") == 5
    finally:
        postgres.thaw(cluster)
        postgres.kill(cluster)


async def _taken(orders: Orders) -> bool:
    return (await orders.place(11)).status_code == 201


async def test_a_database_without_room_is_503_and_nothing_is_half_done(
    open_folder: Path, client: Callable[..., Awaitable[Client]]
) -> None:
    """What is announced is written to a small disk of its own, which is full (SQLSTATE 53100)."""
    cluster = postgres.start(open_folder / "postgres", durable=False)
    disk = open_folder / "disk"
    try:
        with small_disk(disk, "4m"):
            async with orders_on(cluster, client) as orders:
                owner = (cluster.folder / "data").stat()
                os.chown(disk, owner.st_uid, owner.st_gid)
                await _move_outbox(cluster, disk)
                assert (await orders.place(0)).status_code == 201
                fill(disk / "ballast")
                taken, refused = 1, None
                while refused is None:
                    answer = await orders.place(taken)
                    taken += answer.status_code == 201
                    refused = None if answer.status_code == 201 else answer
                unavailable(refused, "unavailable")
                assert (await orders.list()).status_code == 200
                assert await orders.value("SELECT count(*) FROM orders") == taken
                assert await orders.value("SELECT count(*) FROM outbox") == taken
                (disk / "ballast").unlink()
                assert (await orders.place(taken)).status_code == 201, "the same order, once there is room"
                assert await orders.value("SELECT count(*) FROM outbox") == taken + 1
            postgres.kill(cluster)
    finally:
        postgres.kill(cluster)


async def _move_outbox(cluster: postgres.Postgres, disk: Path) -> None:
    admin = await asyncpg.connect(cluster.url("orders", "postgres", cluster.password))
    try:
        await admin.execute(f"CREATE TABLESPACE small LOCATION '{disk}'")
        await admin.execute("ALTER TABLE outbox SET TABLESPACE small")
    finally:
        await admin.close()
