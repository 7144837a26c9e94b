"""A worker killed in the middle: what it had committed stays, nothing is done twice, the next one goes on."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from chassis import clock
from chassis.imports import committing, stored
from chassis.imports.jobs import work_on_next

PROFILE = """
title: {zh: 很多箱子, en: Many boxes}
records:
  - kind: boxes
    fields: {place: {constant: x}, box_no: no, packed_at: {constant: "2024-05-01"}}
    lines: {item: item, count: n}
"""
BOXES = 12_000


def rows(boxes: int) -> bytes:
    """Two lines a box, the second far from the first."""
    lines = [f"B{no:06},{item},{no % 7 + 1}" for item in ("saw", "nail") for no in range(boxes)]
    return ("no,item,n\n" + "\n".join(lines)).encode()


@asynccontextmanager
async def worker(shelf: Any, tmp_path: Path) -> AsyncIterator[subprocess.Popen[bytes]]:
    """Run the shelf's worker process; whatever happens inside, it ends by SIGKILL."""
    code = "from chassis.serve import serve; serve('shelf', 'worker', host='127.0.0.1', port=0)"
    environment = os.environ | {"ZHANGGUI_DATABASE_URL": shelf.db.url, "PYTHONPATH": str(Path(__file__).parent)}
    with (tmp_path / "worker.log").open("ab") as log:
        process = subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


async def until(question: Callable[[], Any]) -> None:
    async with asyncio.timeout(60):
        while not await question():
            await asyncio.sleep(0.01)


async def test_killed_while_validating_and_three_times_while_committing(shelf: Any, tmp_path: Path) -> None:
    async def ask(sql: str) -> Any:
        return await shelf.connection.fetchval(sql)

    await shelf.sent(rows(BOXES), profile=PROFILE, commit="yes")
    async with worker(shelf, tmp_path):
        await until(lambda: ask("SELECT count(*) > 0 FROM import_parts"))
    assert await ask("SELECT state FROM imports") == "validating"

    kills = 0
    for share in (0, 3000, 6000):
        async with worker(shelf, tmp_path):
            await until(partial(ask, f"SELECT count(*) > {share} FROM boxes"))
        if await ask("SELECT state FROM imports") == "committing":
            kills += 1
    assert kills >= 2, "the commit was over before it could be killed: use more boxes"
    assert await ask("SELECT attempt FROM imports") == 2

    await until(lambda: _locks_gone(shelf))
    await shelf.work()
    found = (await shelf.http.get("/imports", headers=shelf.by("boss"))).json()["items"][0]
    assert (found["state"], found["counts"]["new"], found["counts"]["same"]) == ("committed", BOXES, 0)
    assert await ask("SELECT count(*) FROM boxes") == BOXES
    assert await ask("SELECT max(writes) FROM boxes") == 1
    assert await ask("SELECT count(*) FROM boxes WHERE content NOT LIKE '%nail%'") == 0
    assert await ask("SELECT count(*) FROM import_parts") == 0


async def _locks_gone(shelf: Any) -> bool:
    held = await shelf.connection.fetchval(
        "SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database"
        " WHERE locktype = 'advisory' AND datname = current_database()"
    )
    return bool(held == 0)


async def test_two_workers_do_not_work_on_one_import(shelf: Any) -> None:
    await shelf.sent(rows(3000), profile=PROFILE, commit="yes")
    while any(await asyncio.gather(*(work_on_next(shelf.db.opened, shelf.kinds, shelf.backlog) for _ in range(3)))):
        pass
    done = (await shelf.http.get("/imports", headers=shelf.by("boss"))).json()["items"][0]
    assert (done["state"], done["counts"]["new"], done["counts"]["same"]) == ("committed", 3000, 0)
    assert await shelf.connection.fetchval("SELECT max(attempt) FROM imports") == 1


async def test_a_worker_that_lost_its_import_cannot_commit(shelf: Any) -> None:

    await shelf.sent(rows(3000), profile=PROFILE, commit="yes")
    await work_on_next(shelf.db.opened, shelf.kinds, shelf.backlog)
    before = await stored.next_import(shelf.db.opened)
    assert before is not None
    await shelf.work()
    with pytest.raises(stored.Superseded):
        await committing.commit(shelf.db.opened, before, shelf.kinds, clock.now, shelf.backlog)
    assert await shelf.connection.fetchval("SELECT max(writes) FROM boxes") == 1


async def test_a_fault_of_the_service_fails_the_import_and_keeps_what_was_done(shelf: Any) -> None:
    await shelf.connection.execute(
        "ALTER TABLE boxes ADD CONSTRAINT ck_boxes_small CHECK (box_no < 'B002000') NOT VALID"
    )
    await shelf.sent(rows(3000), profile=PROFILE, commit="yes")
    await shelf.work()
    found = (await shelf.http.get("/imports", headers=shelf.by("boss"))).json()["items"][0]
    assert found["state"] == "failed"
    assert 0 < await shelf.connection.fetchval("SELECT count(*) FROM boxes") <= 2000
    await shelf.connection.execute("ALTER TABLE boxes DROP CONSTRAINT ck_boxes_small")
    again = await shelf.validated(rows(3000), profile=PROFILE, commit="yes")
    assert again["counts"]["new"] + again["counts"]["same"] == 3000
    assert await shelf.connection.fetchval("SELECT max(writes) FROM boxes") == 1
