"""A producer and a consumer that are nothing but chassis: an outbox here, facts in a table there."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import asyncpg
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import Database, open_database
from chassis.door import Door
from chassis.inbox import Received, Subscription
from chassis.migrations import CHASSIS_TABLES, split_statements
from chassis.outbox import Outgoing, announce
from chassis.settings import ServiceSettings
from chassis.testing import at
from contracts.orders import OrderCreated
from local_stack import nats

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 2, 4, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Pair:
    """A producer's database, a consumer's database, and how each reaches the broker."""

    producer: Database
    consumer: Database
    server: nats.Nats

    def settings(self, database: Database) -> ServiceSettings:
        user = "orders" if database is self.producer else "payroll"
        return ServiceSettings(
            database_url=database.url, nats_url=self.server.url(user), nats_monitor_url=self.server.monitor_url
        )

    async def announce(self, *numbers: int, amount: str = "1.00") -> None:
        async with self.producer.transaction(Door(NOON, "tester", "corr-1", SHANGHAI)) as session:
            for number in numbers:
                announce(session, Outgoing(order(number, amount), about=str(number), time=NOON))

    async def facts(self) -> list[int]:
        async with self.consumer.reading() as session:
            rows = await session.execute(text("SELECT number FROM facts ORDER BY id"))
            return list(rows.scalars())


def order(number: int, amount: str = "1.00") -> OrderCreated:
    return OrderCreated(shop="s", order_no=str(number), net_amount=Decimal(amount))


async def record(session: AsyncSession, events: Sequence[Received[OrderCreated]]) -> None:
    """Keep a fact per event; the table refuses negative amounts, as real ones do."""
    await session.execute(
        text("INSERT INTO facts (number, amount, day) VALUES (:number, :amount, :day)"),
        [{"number": int(e.data.order_no), "amount": e.data.net_amount, "day": e.business_date} for e in events],
    )


def subscription(handler: Any = record) -> Subscription:
    return Subscription("orders", {OrderCreated: handler})


@pytest_asyncio.fixture
async def fresh_database() -> AsyncIterator[Callable[[], Any]]:
    """Make databases that hold the chassis' tables and a table of facts."""
    made: list[tuple[str, Database]] = []
    admin = await asyncpg.connect(at("postgres"))

    async def make() -> Database:
        name = f"test_events_{uuid4().hex[:12]}"
        await admin.execute(f"CREATE DATABASE {name}")
        database = open_database(at(name), pool_size=5)
        made.append((name, database))
        connection = await database.connect()
        for statement in split_statements(CHASSIS_TABLES):
            await connection.execute(statement)
        await connection.execute(
            "CREATE TABLE facts (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, number int NOT NULL,"
            " amount numeric(14,2) NOT NULL CHECK (amount >= 0), day date NOT NULL)"
        )
        await connection.close()
        return database

    yield make
    for name, database in made:
        await database.close()
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.close()


@pytest_asyncio.fixture
async def pair(fresh_database: Callable[[], Any], broker: nats.Nats) -> Pair:
    return Pair(await fresh_database(), await fresh_database(), broker)
