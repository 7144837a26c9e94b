"""Migrations by code: whole or not at all, once, and with the grants that make a ledger one."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio
from alembic import command
from sqlalchemy import Connection
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from chassis.migrations import configuration, migrate, split_statements
from chassis.testing import TestDatabase, at, make_template

VERSION = """
from alembic import op
revision, down_revision, branch_labels, depends_on = {revision!r}, {down!r}, None, None
def upgrade() -> None:
    op.execute({sql!r})
"""


@pytest_asyncio.fixture
async def empty() -> Any:
    """Make an empty database with the two roles of the example service."""
    name = f"test_migrations_{uuid4().hex[:12]}"
    admin = await asyncpg.connect(at("postgres"))
    await make_template(admin, "example")
    await admin.execute(f"CREATE DATABASE {name} OWNER example_owner")
    yield at(name, role="example_owner")
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.close()


@pytest.fixture
def package(tmp_path: Path) -> Iterator[Callable[..., str]]:
    """Make packages of migrations out of SQL, one version for each."""
    sys.path.insert(0, str(tmp_path))

    def make(*versions: str) -> str:
        name = f"made_{uuid4().hex[:12]}"
        folder = tmp_path / name / "migrations"
        (folder / "versions").mkdir(parents=True)
        (tmp_path / name / "__init__.py").touch()
        (folder / "__init__.py").touch()
        (folder / "env.py").write_text(f"from chassis.migrations import run\nrun({name!r})\n")
        for i, sql in enumerate(versions):
            text = VERSION.format(revision=f"v{i}", down=f"v{i - 1}" if i else None, sql=sql)
            (folder / "versions" / f"v{i}.py").write_text(text)
        return name

    yield make
    sys.path.remove(str(tmp_path))


async def tables(url: str) -> set[str]:
    connection = await asyncpg.connect(url)
    rows = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    await connection.close()
    return {row["tablename"] for row in rows}


async def test_migrating_again_changes_nothing(empty: str) -> None:
    await migrate("example", empty)
    before = await tables(empty)
    await migrate("example", empty)
    assert await tables(empty) == before
    assert {"notes", "outbox", "inbox", "watermarks", "quarantine", "idempotency_keys"} <= before


async def test_a_database_from_before_gets_what_came_to_the_chassis_later(empty: str) -> None:
    service = configuration("example")
    engine = create_async_engine(make_url(empty).set(drivername="postgresql+asyncpg"))

    def before(connection: Connection) -> None:
        service.attributes["connection"] = connection
        command.upgrade(service, "head")

    async with engine.begin() as old:
        await old.run_sync(before)
    await engine.dispose()
    connection = await asyncpg.connect(empty)
    for number, state in enumerate(("committed", "validated")):
        await connection.execute(
            "INSERT INTO imports (id, profile_name, profile, kind, parameters, timezone, state, commit_asked,"
            " created_by, correlation_id, created_at, changed_at)"
            " VALUES ($1, 'x', '', '', '{}', 'Asia/Shanghai', $2, false, 'A001', 'c', now(), now())",
            UUID(int=number),
            state,
        )
        await connection.execute("INSERT INTO import_chunks VALUES ($1, 0, 0, 'x')", UUID(int=number))
    await migrate("example", empty)
    kept = await connection.fetch("SELECT import_id FROM import_chunks")
    assert [row["import_id"] for row in kept] == [UUID(int=1)], "what is committed needs its file no more"
    assert await connection.fetchval("SELECT DISTINCT importer::json->>'sub' FROM imports") == "A001"
    await connection.execute("UPDATE imports SET state = 'expired'")
    await connection.close()


async def test_two_at_once_wait_for_each_other(empty: str) -> None:
    one = "import asyncio, sys; from chassis.migrations import migrate; asyncio.run(migrate('example', sys.argv[1]))"
    here = str(Path(__file__).parent)
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            f"import sys; sys.path.insert(0, {here!r}); {one}",
            empty,
            stderr=asyncio.subprocess.PIPE,
        )
        for _ in range(2)
    ]
    said = [await process.communicate() for process in processes]
    assert [p.returncode for p in processes] == [0, 0], said
    assert "notes" in await tables(empty)


async def test_a_version_that_fails_leaves_nothing_of_any(empty: str, package: Callable[..., str]) -> None:
    name = package("CREATE TABLE one (id int)", "CREATE TABLE two (id int)", "CREATE TABLE one (id int)")
    with pytest.raises(Exception, match="already exists"):
        await migrate(name, empty)
    assert await tables(empty) == set()


async def test_only_what_is_new_runs(empty: str, package: Callable[..., str]) -> None:
    name = package("CREATE TABLE one (id int)")
    await migrate(name, empty)
    versions = Path(sys.modules[f"{name}.migrations"].__file__ or "").parent / "versions"
    (versions / "v1.py").write_text(VERSION.format(revision="v1", down="v0", sql="CREATE TABLE two (id int)"))
    await migrate(name, empty)
    assert await tables(empty) == {"one", "two", "alembic_version"}


LEDGERS = ("notes", "outbox", "inbox", "quarantine", "idempotency_keys")


# the relay gives positions, a person releases from quarantine: nothing else of a ledger changes
FREE = {"outbox": {"position", "chain"}, "quarantine": {"released_at", "released_by"}}


async def test_the_runtime_role_cannot_alter_a_ledger(database: Any) -> None:
    db: TestDatabase = await database("example")
    connection = await asyncpg.connect(db.url)
    for table in LEDGERS:
        columns = await connection.fetch(
            "SELECT column_name FROM information_schema.columns WHERE table_name = $1"
            " AND has_column_privilege($1, column_name, 'UPDATE')",
            table,
        )
        assert {row["column_name"] for row in columns} == FREE.get(table, set())
        assert await connection.fetchval("SELECT has_table_privilege($1, 'SELECT, INSERT')", table)
        for attack in (f"DELETE FROM {table}", f"TRUNCATE {table}", f"DROP TABLE {table}"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(attack)
    await connection.close()


async def test_the_runtime_role_works_in_mutable_tables_and_makes_none(database: Any) -> None:
    db: TestDatabase = await database("example")
    connection = await asyncpg.connect(db.url)
    await connection.execute("INSERT INTO drafts VALUES ('a')")
    await connection.execute("UPDATE drafts SET words = 'b'")
    assert await connection.execute("DELETE FROM drafts") == "DELETE 1"
    for attack in (
        "CREATE TABLE mine (id int)",
        "ALTER TABLE drafts ADD COLUMN x int",
        "UPDATE relay_state SET epoch = 7",
        "DELETE FROM watermarks",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(attack)
    await connection.close()


async def test_outbox_positions_are_given_once(database: Any) -> None:
    db: TestDatabase = await database("example")
    connection = await asyncpg.connect(db.owner_url)
    insert = (
        "INSERT INTO outbox (event_id, type, about, business_date, recorded_at, body, position)"
        " VALUES (gen_random_uuid(), 't', 'a', '2026-11-02', now(), '', 1)"
    )
    await connection.execute(insert)
    with pytest.raises(asyncpg.UniqueViolationError):
        await connection.execute(insert)
    await connection.close()


def test_scripts_are_split_outside_of_bodies() -> None:
    script = """
    CREATE TABLE a (id int); -- a remark
    CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS
    $$ BEGIN
        RETURN 1;
    END $$;
    INSERT INTO a VALUES (1);
    """
    assert [" ".join(statement.split()) for statement in split_statements(script)] == [
        "CREATE TABLE a (id int); -- a remark CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS"
        " $$ BEGIN RETURN 1; END $$",
        "INSERT INTO a VALUES (1)",
    ]
