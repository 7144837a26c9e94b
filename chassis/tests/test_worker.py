"""A worker ends when it is told to, whatever its parts make of it."""

import asyncio

from chassis.database import Database, open_database
from chassis.settings import ServiceSettings
from chassis.worker import Condition, Job, Worker, end, work

NOWHERE = "postgresql://nobody@127.0.0.1:1/none"


async def test_a_part_that_swallows_its_cancellation_is_told_again() -> None:
    """What asyncpg does on Python 3.11 when the database goes away in the moment in which the worker is to end."""
    asked = asyncio.Event()
    told = 0

    async def connect(database: Database, settings: ServiceSettings) -> bool:
        nonlocal told
        asked.set()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            told += 1
            if told == 1:
                raise ConnectionError("connection lost") from None
            raise
        return True

    worker = Worker(ServiceSettings, jobs=(Job("stubborn", connect), Job("docile", connect)))
    settings = ServiceSettings(database_url=NOWHERE, nats_monitor_url="http://127.0.0.1:1")
    working = asyncio.create_task(work(worker, open_database(NOWHERE), settings, Condition()))
    await asked.wait()
    async with asyncio.timeout(10):
        await end(working)
    assert told == 3  # the stubborn one twice
