"""Migrations by code: alembic without an ini file, the chassis' own tables, and who may do what to a table."""

import asyncio
import importlib
from pathlib import Path
from typing import Protocol

from alembic import command, context
from alembic.config import Config
from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from chassis.imports.tables import IMPORT_TABLES, WORKING_TABLES
from chassis.orm import Base

CHASSIS_TABLES = """
CREATE TABLE outbox (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id      uuid        NOT NULL UNIQUE,
    type          text        NOT NULL,
    about         text        NOT NULL,
    business_date date        NOT NULL,
    recorded_at   timestamptz NOT NULL,
    body          bytea       NOT NULL,
    position      bigint      UNIQUE,
    chain         bytea
) WITH (fillfactor = 85);
CREATE INDEX ix_outbox_unpositioned ON outbox (id) WHERE position IS NULL;

CREATE FUNCTION outbox_wake() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_notify('outbox', ''); RETURN NULL; END $$;
CREATE TRIGGER outbox_wake AFTER INSERT ON outbox FOR EACH STATEMENT EXECUTE FUNCTION outbox_wake();

-- one row: the last position given out. The epoch is raised by the restore of an older copy of this database.
CREATE TABLE relay_state (
    one      boolean PRIMARY KEY DEFAULT true CHECK (one),
    epoch    integer NOT NULL DEFAULT 1,
    position bigint  NOT NULL DEFAULT 0,
    chain    bytea   NOT NULL DEFAULT '\\x'
);
INSERT INTO relay_state DEFAULT VALUES;

CREATE TABLE watermarks (
    producer  text PRIMARY KEY,
    position  bigint  NOT NULL DEFAULT 0,
    epoch     integer NOT NULL DEFAULT 1,
    chain     bytea   NOT NULL DEFAULT '\\x',
    passed_by bigint  NOT NULL DEFAULT 0
);
-- the watermark alone makes consuming exact; the unique event id is a tripwire
CREATE TABLE inbox (
    event_id    uuid PRIMARY KEY,
    producer    text        NOT NULL,
    position    bigint      NOT NULL,
    received_at timestamptz NOT NULL
);
CREATE TABLE quarantine (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    producer      text        NOT NULL,
    position      bigint      NOT NULL,
    type          text        NOT NULL,
    body          bytea       NOT NULL,
    reason        text        NOT NULL,
    quarantined_at timestamptz NOT NULL,
    released_at   timestamptz,
    released_by   text,
    UNIQUE (producer, position)
);
CREATE TABLE idempotency_keys (
    key         text        NOT NULL,
    caller      text        NOT NULL,
    route       text        NOT NULL,
    fingerprint bytea       NOT NULL,
    status      integer     NOT NULL,
    answer      text        NOT NULL, -- JSON, the same bytes again
    stored_at   timestamptz NOT NULL,
    PRIMARY KEY (caller, route, key)
);
"""


UPGRADES = "chassis.upgrades"
"""Where what came to the chassis' tables later lies, with a history of its own in every service's database."""


class Operations(Protocol):
    """What is used here of `alembic.op`, which is a module to type checkers."""

    def get_bind(self) -> Connection: ...
    def execute(self, sqltext: str) -> None: ...


def runtime_role(op: Operations) -> str:
    """Name the runtime role that belongs to the owner running this migration: `orders_owner` serves `orders_app`."""
    owner: str = op.get_bind().execute(text("SELECT current_user")).scalar_one()
    return owner.removesuffix("_owner") + "_app"


def run_sql(op: Operations, script: str) -> None:
    """Run a script of several statements as it stands."""
    for statement in split_statements(script):
        op.get_bind().exec_driver_sql(statement)


def split_statements(script: str) -> list[str]:
    """Split a script at the semicolons that end a line, outside `$$` bodies (asyncpg takes one statement a time)."""
    statements, current, quoted = [], "", False
    for line in script.splitlines():
        current += line + "\n"
        quoted ^= line.count("$$") % 2 == 1
        if not quoted and line.rstrip().endswith(";"):
            statements.append(current.strip().removesuffix(";"))
            current = ""
    return [s for s in [*statements, current.strip()] if s]


def chassis_tables(op: Operations) -> None:
    """Make the chassis' own tables, once, in a service's first migration."""
    run_sql(op, CHASSIS_TABLES)
    role = runtime_role(op)
    for statement in (
        f"GRANT SELECT, INSERT ON outbox, inbox, idempotency_keys TO {role}",
        f"GRANT UPDATE (position, chain) ON outbox TO {role}",
        f"GRANT SELECT ON relay_state TO {role}",
        f"GRANT UPDATE (position, chain) ON relay_state TO {role}",
        f"GRANT SELECT, INSERT, UPDATE ON watermarks TO {role}",
        f"GRANT SELECT, INSERT ON quarantine TO {role}",
        f"GRANT UPDATE (released_at, released_by) ON quarantine TO {role}",
    ):
        op.execute(statement)
    run_sql(op, IMPORT_TABLES)
    grant_mutable(op, *WORKING_TABLES)


def grant_ledger(op: Operations, *tables: str) -> None:
    """Let the runtime role read and append; what is written in these tables stays as it was written."""
    op.execute(f"GRANT SELECT, INSERT ON {', '.join(tables)} TO {runtime_role(op)}")


def grant_mutable(op: Operations, *tables: str) -> None:
    """Let the runtime role read, append, change and remove rows."""
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {', '.join(tables)} TO {runtime_role(op)}")


def run(package: str) -> None:
    """Run inside alembic: migrate on the connection that `migrate` hands over."""
    connection: Connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        transaction_per_migration=False,
        version_table="chassis_version" if package == UPGRADES else "alembic_version",
    )
    with context.begin_transaction():
        context.run_migrations()


def configuration(package: str) -> Config:
    """Point alembic at the migrations that lie in `package`."""
    name = package if package == UPGRADES else f"{package}.migrations"
    module = importlib.import_module(name)
    assert module.__file__ is not None
    config = Config()
    config.set_main_option("script_location", str(Path(module.__file__).parent))
    config.set_main_option("path_separator", "os")
    return config


async def migrate(package: str, owner_url: str) -> None:
    """Bring the database of `package` to the newest version, all steps in one transaction; idempotent.

    Two migrations at once wait for each other (advisory lock).
    """
    config, upgrades = configuration(package), configuration(UPGRADES)
    engine = create_async_engine(make_url(owner_url).set(drivername="postgresql+asyncpg"), poolclass=NullPool)

    def upgrade(connection: Connection) -> None:
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('zhanggui.migrate', 0))"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        if inspect(connection).has_table("outbox"):  # the service took the chassis' tables, so also what came later
            upgrades.attributes["connection"] = connection
            command.upgrade(upgrades, "head")

    try:
        async with engine.begin() as connection:
            await connection.run_sync(upgrade)
    finally:
        await engine.dispose()


def migrate_now(package: str, owner_url: str) -> None:
    """Migrate from code that has no event loop."""
    asyncio.run(migrate(package, owner_url))
