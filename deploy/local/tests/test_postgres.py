"""The cluster comes back from everything that can happen to it, with what it promised to keep."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import asyncpg
import psutil
import pytest

from local_stack import postgres
from local_stack.postgres import Postgres
from local_stack.processes import await_end
from local_stack.troubles import FolderUnreachable


async def remember(cluster: Postgres, word: str) -> None:
    connection = await asyncpg.connect(cluster.admin_url)
    await connection.execute("CREATE TABLE IF NOT EXISTS words (word text)")
    await connection.execute("INSERT INTO words VALUES ($1)", word)
    await connection.close()


async def remembered(cluster: Postgres) -> list[str]:
    connection = await asyncpg.connect(cluster.admin_url)
    rows = await connection.fetch("SELECT word FROM words ORDER BY word")
    await connection.close()
    return [row["word"] for row in rows]


async def test_committed_rows_survive_a_kill_and_the_address_stays(cluster: Postgres) -> None:
    await remember(cluster, "before")
    left = psutil.Process(cluster.process.pid).children()
    postgres.kill(cluster)
    assert not await_end(left, 0)

    again = postgres.start(cluster.folder)

    assert again.admin_url == cluster.admin_url
    assert await remembered(again) == ["before"]
    postgres.stop(again)


def test_a_stale_pid_file_that_names_a_living_stranger_of_the_same_account(cluster: Postgres) -> None:
    owner = psutil.Process(cluster.process.pid).uids().real
    note = cluster.folder / "data" / "postmaster.pid"
    lines = note.read_text().splitlines()
    postgres.kill(cluster)
    stranger = subprocess.Popen(["sleep", "60"], user=owner if os.geteuid() == 0 else None)
    try:
        note.write_text("\n".join([str(stranger.pid), *lines[1:]]))
        again = postgres.start(cluster.folder)
        assert again.admin_url == cluster.admin_url
        assert stranger.poll() is None, "a process that is not ours was ended"
        postgres.stop(again)
    finally:
        stranger.kill()
        stranger.wait()


async def test_start_ends_a_cluster_that_still_runs_there(cluster: Postgres) -> None:
    await remember(cluster, "kept")
    again = postgres.start(cluster.folder)
    assert cluster.process.wait(timeout=10) == 0
    assert await remembered(again) == ["kept"]
    postgres.stop(again)


async def test_an_initialisation_that_was_cut_off_is_made_anew(open_folder: Path) -> None:
    half = open_folder / "postgres" / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    started = postgres.start(open_folder / "postgres")
    await remember(started, "fine")
    postgres.stop(started)


async def test_a_frozen_cluster_answers_nobody_until_it_thaws(cluster: Postgres) -> None:
    connection = await asyncpg.connect(cluster.admin_url)
    postgres.freeze(cluster)
    with pytest.raises(TimeoutError):
        await connection.fetchval("SELECT 1", timeout=0.3)
    postgres.thaw(cluster)
    fresh = await asyncpg.connect(cluster.admin_url)
    assert await fresh.fetchval("SELECT 1") == 1
    await fresh.close()
    connection.terminate()


async def test_only_passwords_open_it(cluster: Postgres) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(cluster.url("postgres", "postgres", "wrong"))
    assert oct((cluster.folder / "postgres.password").stat().st_mode & 0o777) == "0o600"


def test_it_ends_with_the_process_that_started_it_however_that_ends(open_folder: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from local_stack import postgres\n"
        "print(postgres.start(Path(sys.argv[1])).process.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(open_folder / "postgres")], stdout=subprocess.PIPE, text=True
    ) as starter:
        assert starter.stdout is not None
        started = psutil.Process(int(starter.stdout.readline()))
        everybody = [started, *started.children()]
        starter.kill()
    assert not await_end(everybody, 10)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as another account")
def test_as_root_a_closed_folder_is_named_with_its_remedy(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(FolderUnreachable, match=r"chmod o\+x "):
        postgres.start(closed / "postgres")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as another account")
async def test_as_root_the_programs_are_copied_when_the_account_cannot_reach_them(
    open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = postgres.binary("postgres").parents[2]
    closed = open_folder / "closed"
    for part in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(part, closed / part.name, ignore=shutil.ignore_patterns("pginstall", "include"))
    closed.chmod(0o700)
    monkeypatch.setattr(postgres, "binary", lambda name: closed / package.name / "pginstall18" / "bin" / name)
    started = postgres.start(open_folder / "postgres")
    program = psutil.Process(started.process.pid).exe()
    await remember(started, "fine")
    postgres.stop(started)
    assert program.startswith(str(open_folder / "postgres" / "binaries-"))
