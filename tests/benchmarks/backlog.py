"""Payroll recording facts from a backlog of events that waits in the broker."""

import asyncio
import os
import signal
import time
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import asyncpg
from benchmarks.flames import flames

from chassis.database import Database, open_database
from chassis.door import Door
from chassis.outbox import Outgoing, announce
from contracts.base import Party, Share
from contracts.orders import OrderCompleted, OrderLine
from local_stack.trial import cpu_seconds, stack

EVENTS = 60_000
NOON = datetime(2026, 11, 2, 4, tzinfo=UTC)


def completed(number: int) -> OrderCompleted:
    """Make a completed order of two lines with one seller, the common case."""
    who = f"A{number % 50:03}"
    shares = (Share(employee_no=who, amount=Decimal("84.40")),)
    lines = (
        OrderLine(line_no=1, sku="S-1", title="春季连衣裙", quantity=Decimal(1), net_amount=Decimal("64.50")),
        OrderLine(line_no=2, sku="S-2", title="腰带", quantity=Decimal(1), net_amount=Decimal("19.90")),
    )
    return OrderCompleted(
        shop="bench",
        order_no=f"B{number:07}",
        net_amount=Decimal("84.40"),
        parties=(Party(employee_no=who),),
        shares=shares,
        lines=lines,
    )


async def fill(database: Database) -> None:
    """Announce the backlog through orders' own outbox."""
    for start in range(0, EVENTS, 1000):
        async with database.transaction(Door(NOON, "bench", "bench", ZoneInfo("Asia/Shanghai"))) as session:
            for number in range(start, start + 1000):
                announce(session, Outgoing(completed(number), f"bench/B{number:07}", NOON))


async def position(connection: asyncpg.Connection) -> int:
    """Read payroll's watermark."""
    return int(await connection.fetchval("SELECT position FROM watermarks WHERE producer = 'orders'") or 0)


async def measure() -> None:
    """Freeze payroll's worker, fill the stream, thaw it and watch the watermark."""
    with stack() as made:
        worker = made.processes()["payroll worker"]["pid"]
        relay = await asyncpg.connect(made.database("orders"))
        facts = await asyncpg.connect(made.database("payroll"))
        os.kill(worker, signal.SIGSTOP)
        database = open_database(made.database("orders"))
        began = time.perf_counter()
        await fill(database)
        await database.close()
        while await relay.fetchval("SELECT count(*) FROM outbox WHERE position IS NULL"):
            await asyncio.sleep(0.1)
        print(f"{EVENTS} events announced and given positions in {time.perf_counter() - began:.1f} s")
        await asyncio.sleep(3)
        before = cpu_seconds(worker)
        os.kill(worker, signal.SIGCONT)
        while (first := await position(facts)) == 0:
            await asyncio.sleep(0.005)
        began = time.perf_counter()
        with flames("facts", worker):
            while (last := await position(facts)) < EVENTS:
                await asyncio.sleep(0.02)
        took = time.perf_counter() - began
        used = cpu_seconds(worker) - before
        recorded = await facts.fetchval("SELECT count(*) FROM facts")
        print(f"{(last - first) / took:.0f} events/s recorded as facts ({recorded} facts)")
        print(f"worker CPU {used / EVENTS * 1e6:.0f} us/event")
        await relay.close()
        await facts.close()
