"""The database and the one transaction: whatever commits, commits here."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
from sqlalchemy import event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import Session

from chassis.door import Door
from chassis.outbox import write_outbox


@dataclass(frozen=True, slots=True)
class Database:
    """One service's database, as its runtime role."""

    engine: AsyncEngine
    url: str

    @asynccontextmanager
    async def transaction(self, door: Door | None) -> AsyncIterator[AsyncSession]:
        """Open the transaction of a door: its outbox is written and it is committed when the block ends well.

        Without a door it is the transaction of several, and whoever writes says whose each row is.
        """
        session = AsyncSession(self.engine, expire_on_commit=False)
        session.info["door"] = door
        try:
            yield session
            if rows := session.info.pop("outbox", []):
                await write_outbox(await raw(session), rows)
            await session.commit()  # gives the connection back: closing is for what went wrong
        except BaseException:
            await asyncio.shield(session.close())  # a request given up midway must not keep its connection
            raise

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """Open a read-only transaction on one snapshot of the data."""
        async with self.engine.connect() as connection:
            await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            async with AsyncSession(connection, expire_on_commit=False) as session:
                yield session

    async def glance(self, statement: str, *arguments: object) -> Any:
        """Ask for one value in one round trip, outside a transaction: for what is looked at again and again."""
        async with self.engine.connect() as connection:
            pooled = await connection.get_raw_connection()
            driver: Any = pooled.driver_connection
            return await driver.fetchval(statement, *arguments)

    async def connect(self) -> asyncpg.Connection:
        """Open a connection of one's own, outside the pool: for session locks, LISTEN and the relay."""
        return await asyncpg.connect(self.url, timeout=10, command_timeout=60)

    async def close(self) -> None:
        """Close the pool."""
        await self.engine.dispose()


def open_database(url: str, *, pool_size: int = 10, name: str = "zhanggui", patience: int = 60) -> Database:
    """Open the database at `url` (postgresql://role:password@host:port/name); nothing connects before it must.

    `patience` are the seconds one statement may take: the server ends it then, and a server that says nothing is given
    up a second later (TimeoutError).
    """
    plain = make_url(url).set(drivername="postgresql")
    engine = create_async_engine(
        plain.set(drivername="postgresql+asyncpg"),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=10,
        connect_args={
            "timeout": 10,
            # a statement that runs longer than this is a mistake; the server ends it, so that no lock outlives it
            "server_settings": {"application_name": name, "statement_timeout": f"{patience}s", "jit": "off"},
            "command_timeout": patience + 1,
        },
    )
    event.listen(engine.sync_engine, "checkout", _refuse_closed)
    return Database(engine, _rendered(plain))


def _refuse_closed(connection: Any, *_: object) -> None:
    """Keep the pool from handing out connections whose server went away; it then opens others.

    The driver notices by itself when its socket closes, so nobody need ask the server before each transaction.
    """
    if connection.driver_connection.is_closed():
        raise DisconnectionError


def _rendered(url: URL) -> str:
    return url.render_as_string(hide_password=False)


def _driver(session: Session) -> tuple[Any, asyncpg.Connection]:
    pooled = session.connection().connection
    return pooled.dbapi_connection, pooled.driver_connection  # type: ignore[return-value]


async def raw(session: AsyncSession) -> asyncpg.Connection:
    """Hand out the driver's connection inside the same transaction, for COPY, unnest and few round trips.

    SQLAlchemy begins a transaction only with its own first statement; without one the driver would commit each
    statement by itself, so it is begun here where none has run. A session is one transaction and keeps its connection,
    so that the way there is walked once.
    """
    known: asyncpg.Connection | None = session.info.get("driver")
    if known is not None and not session.in_nested_transaction():
        return known  # a savepoint is made only when the session is asked for its connection
    connection, driver = await session.run_sync(_driver)
    if not driver.is_in_transaction():
        try:
            await connection._start_transaction()
        except Exception as error:  # nothing but a lost connection keeps a transaction from beginning
            raise ConnectionError("the database's connection is lost") from error
    session.info["driver"] = driver
    return driver


async def wait_for_turn(connection: asyncpg.Connection, name: str) -> None:
    """Wait for the session lock `name`: of all processes that want it one is active, the others stand by."""
    # asked again and again rather than waited for, so that a silent server is noticed by the command's timeout
    while not await connection.fetchval("SELECT pg_try_advisory_lock(hashtextextended($1, 0))", name):  # noqa: ASYNC110
        await asyncio.sleep(0.5)
