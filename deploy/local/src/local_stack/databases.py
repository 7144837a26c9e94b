"""The databases of a cluster and who may do what in them.

Every call takes the superuser's address, is idempotent, and is safe beside others doing the same.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from urllib.parse import urlsplit, urlunsplit

import asyncpg

_LOCK = 0x7A68616E  # roles and databases belong to the whole cluster: one maker at a time


def owner_role(service: str) -> str:
    """Name the role that owns a service's tables and migrates them."""
    return f"{service}_owner"


def runtime_role(service: str) -> str:
    """Name the role a service works as: no DDL, and only its own database."""
    return f"{service}_app"


async def create_service_database(admin_url: str, service: str, *, owner_password: str, runtime_password: str) -> None:
    """Make the service's two roles and its database, and set who may do what; existing ones are brought in line."""
    owner, runtime = owner_role(service), runtime_role(service)
    async with _maker(admin_url) as connection:
        for role, secret in ((owner, owner_password), (runtime, runtime_password)):
            await _set_role(connection, role, secret)
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", service):
            await connection.execute(f'CREATE DATABASE "{service}" OWNER "{owner}" TEMPLATE template0')
        await _open_to(connection, service, runtime)
    inside = await asyncpg.connect(database_url(admin_url, service))
    try:
        await inside.execute(
            f"""
            REVOKE ALL ON SCHEMA public FROM PUBLIC;
            ALTER SCHEMA public OWNER TO "{owner}";
            GRANT USAGE ON SCHEMA public TO "{runtime}";
            """
        )
    finally:
        await inside.close()


async def close_system_databases(admin_url: str) -> None:
    """Take from everybody the right to connect to the databases every cluster starts with."""
    async with _maker(admin_url) as connection:
        await _revoke_public(connection, ("postgres", "template1"))


def database_url(url: str, database: str) -> str:
    """The same address with another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


@asynccontextmanager
async def _maker(admin_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(admin_url)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", _LOCK)
        yield connection
    finally:
        await connection.close()


async def _set_role(connection: asyncpg.Connection, role: str, secret: str) -> None:
    exists = await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role)
    verb = "ALTER" if exists else "CREATE"
    quoted = await connection.fetchval("SELECT quote_literal($1::text)", secret)
    await connection.execute(
        f'{verb} ROLE "{role}" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD {quoted}'
    )


async def _open_to(connection: asyncpg.Connection, database: str, runtime: str) -> None:
    await _revoke_public(connection, (database,))
    await connection.execute(f'GRANT CONNECT ON DATABASE "{database}" TO "{runtime}"')


async def _revoke_public(connection: asyncpg.Connection, databases: Sequence[str]) -> None:
    for database in databases:
        await connection.execute(f'REVOKE ALL ON DATABASE "{database}" FROM PUBLIC')
