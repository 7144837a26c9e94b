"""What an import leaves: its files go with the commit or the failure, an import that nobody commits expires."""

from datetime import timedelta
from typing import Any

import pytest

from chassis import clock
from chassis.imports.jobs import import_job
from chassis.settings import ServiceSettings

PROFILE = """
title: {zh: 箱子, en: Boxes}
records:
  - kind: boxes
    fields: {place: {constant: x}, box_no: no, packed_at: {constant: "2024-05-01"}}
    lines: {item: item, count: n}
"""
FILE = b"no,item,n\n1,saw,1\n2,nail,many\n"


async def left(shelf: Any) -> dict[str, int]:
    """Count what lies in the import machine's tables."""
    tables = ("import_files", "import_chunks", "import_parts", "import_joined", "import_refusals")
    return {name: await shelf.connection.fetchval(f"SELECT count(*) FROM {name}") for name in tables}


async def age(shelf: Any, import_id: str, days: int) -> None:
    """Make an import look as if it had waited for some days."""
    await shelf.connection.execute(
        "UPDATE imports SET changed_at = $2 WHERE id = $1", import_id, clock.now() - timedelta(days=days)
    )


async def run_job(shelf: Any, **settings: Any) -> None:
    told = ServiceSettings(database_url=shelf.db.url, **settings)
    assert await import_job(shelf.kinds).run(shelf.db.opened, told) is False


async def test_the_commit_drops_the_files_and_keeps_counts_and_refusals(shelf: Any) -> None:
    done = await shelf.validated(FILE, profile=PROFILE, commit="yes")
    assert (done["state"], done["files"], done["counts"]["new"]) == ("committed", ["boxes.csv"], 1)
    assert [r["value"] for r in done["refusals"]] == ["many"]
    assert await left(shelf) == {
        "import_files": 1,
        "import_chunks": 0,
        "import_parts": 0,
        "import_joined": 0,
        "import_refusals": 1,
    }


async def test_a_failed_import_leaves_no_content(shelf: Any) -> None:
    failed = await shelf.validated(b"a,b\n1,2\n", profile=PROFILE)
    assert (failed["state"], failed["files"]) == ("failed", ["boxes.csv"])
    assert (await left(shelf))["import_chunks"] == 0


async def test_an_import_that_nobody_commits_expires(shelf: Any) -> None:
    old = (await shelf.validated(FILE, profile=PROFILE))["id"]
    young = (await shelf.validated(FILE, profile=PROFILE))["id"]
    await age(shelf, old, 8)
    await age(shelf, young, 6)
    await run_job(shelf)
    shown = await shelf.shown(old)
    assert (shown["state"], shown["counts"]["new"], shown["preview"]) == ("expired", 1, [])
    assert [r["value"] for r in shown["refusals"]] == ["many"]
    assert (await shelf.shown(young))["state"] == "validated"
    assert await shelf.connection.fetchval("SELECT count(*) FROM import_parts WHERE import_id = $1", old) == 0
    assert await shelf.connection.fetchval("SELECT count(*) FROM import_chunks WHERE import_id = $1", old) == 0

    answer = await shelf.http.post(f"/imports/{old}/commit", headers=shelf.by("boss"))
    assert (answer.status_code, answer.json()["code"]) == (409, "import-expired")
    assert "重新上传" in answer.json()["detail_zh"]
    assert (await shelf.http.post(f"/imports/{young}/commit", headers=shelf.by("boss"))).status_code == 202
    await shelf.work()
    assert (await shelf.shown(young))["state"] == "committed"


async def test_how_long_an_import_waits_is_a_setting(shelf: Any) -> None:
    ids = [(await shelf.validated(FILE, profile=PROFILE))["id"] for _ in range(3)]
    for import_id, days in zip(ids, (1, 3, 4), strict=True):
        await age(shelf, import_id, days)
    await run_job(shelf, import_days=2)
    assert [(await shelf.shown(i))["state"] for i in ids] == ["validated", "expired", "expired"]


@pytest.mark.parametrize("state", ["received", "committing", "committed", "failed"])
async def test_only_what_waits_for_a_person_expires(shelf: Any, state: str) -> None:
    found = (await shelf.validated(FILE, profile=PROFILE))["id"]
    await shelf.connection.execute("UPDATE imports SET state = $1", state)
    await age(shelf, found, 400)
    told = ServiceSettings(database_url=shelf.db.url)
    job = import_job(shelf.kinds)
    while await job.run(shelf.db.opened, told):
        pass
    assert await shelf.connection.fetchval("SELECT state FROM imports") != "expired"
