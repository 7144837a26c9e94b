"""Who may do what in the databases of the cluster."""

import asyncio
from collections.abc import Iterator

import asyncpg
import pytest

from local_stack import databases
from local_stack.postgres import Postgres
from local_stack.throwaway import start_throwaway, stop_throwaway


@pytest.fixture(scope="module")
def two_services() -> Iterator[Postgres]:
    """Start a cluster with two services' databases, and a table of the first one's owner."""
    cluster = start_throwaway("databases")
    asyncio.run(make_two_services(cluster))
    yield cluster
    stop_throwaway(cluster)


async def make_two_services(cluster: Postgres) -> None:
    await databases.close_system_databases(cluster.admin_url)
    for service in ("orders", "payroll"):
        for _ in range(2):  # making again changes nothing
            await databases.create_service_database(
                cluster.admin_url, service, owner_password="own'er", runtime_password="run"
            )
    owner = await connect(cluster, "orders", "orders_owner")
    await owner.execute("CREATE TABLE sales (amount numeric); GRANT SELECT, INSERT ON sales TO orders_app")
    await owner.close()


async def connect(cluster: Postgres, database: str, role: str) -> asyncpg.Connection:
    secret = "own'er" if role.endswith("_owner") else "run"
    return await asyncpg.connect(cluster.url(database, role, secret.replace("'", "%27")))


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (a int)",
        "CREATE TEMPORARY TABLE mine (a int)",
        "CREATE SCHEMA mine",
        "CREATE DATABASE mine",
        "CREATE ROLE mine",
        "ALTER TABLE sales ADD COLUMN a int",
        "DROP TABLE sales",
        "UPDATE sales SET amount = 1",
        "DELETE FROM sales",
        "TRUNCATE sales",
        "COPY sales TO PROGRAM 'true'",
        "SELECT * FROM pg_authid",
        "SET ROLE orders_owner",
    ],
)
async def test_the_runtime_role_may_not(two_services: Postgres, statement: str) -> None:
    runtime = await connect(two_services, "orders", "orders_app")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await runtime.execute(statement)
    await runtime.close()


async def test_the_runtime_role_may_do_what_it_was_granted(two_services: Postgres) -> None:
    runtime = await connect(two_services, "orders", "orders_app")
    await runtime.execute("INSERT INTO sales VALUES (1.50)")
    assert await runtime.fetchval("SELECT count(*) FROM sales") == 1
    await runtime.close()


@pytest.mark.parametrize("role", ["orders_app", "orders_owner"])
@pytest.mark.parametrize("database", ["payroll", "postgres", "template1"])
async def test_nobody_enters_a_foreign_database(two_services: Postgres, role: str, database: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connect(two_services, database, role)
