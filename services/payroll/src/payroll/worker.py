"""The second process of payroll: facts come in, deductions are assessed, payslips go out, files reach the terms."""

import asyncio

from chassis import clock
from chassis.database import Database
from chassis.door import Door
from chassis.imports.jobs import import_job
from chassis.settings import ServiceSettings
from chassis.worker import Job, Worker
from payroll.commands.assess import assess_stirred, end_month
from payroll.consumers import SUBSCRIPTIONS
from payroll.intake import KINDS
from payroll.queries.assessing import anything_waits, newest_stirred
from payroll.settings import Settings

ACTOR = "payroll.assess"
QUIET = 0.5
"""Seconds without new facts after which everybody who waits is looked at."""
PATIENCE = 3.0
"""Seconds after which some are looked at all the same: while facts keep coming, a sixth of the time at most."""


async def assess(database: Database, settings: ServiceSettings) -> bool:
    """Look at the deductions of the people who wait, once facts are quiet; tells whether there is more to do.

    Whoever is looked at while their facts still arrive is looked at again for the next ones, and the looking takes
    the processor from the recording.
    """
    if not await anything_waits(database, _door(settings)):
        return False
    known = await newest_stirred(database)
    loop = asyncio.get_running_loop()
    deadline = loop.time() + PATIENCE
    while known is not None and loop.time() < deadline:
        await asyncio.sleep(QUIET)
        before, known = known, await newest_stirred(database)
        if known == before:
            while await look(database, settings):
                if await newest_stirred(database) not in (None, known):
                    break  # facts arrive again
            return True
    return await look(database, settings)


async def look(database: Database, settings: ServiceSettings) -> bool:
    """Look at the deductions of those who wait longest, a chunk of them; tells whether there was anything to do."""
    async with database.transaction(_door(settings)) as session:
        return await end_month(session) or await assess_stirred(session) is not None


def _door(settings: ServiceSettings) -> Door:
    return Door(clock.now(), ACTOR, ACTOR, settings.timezone)


def create_worker() -> Worker:
    """Describe the worker; nothing starts yet."""
    return Worker(
        settings=Settings,
        producer="payroll",
        subscriptions=SUBSCRIPTIONS,
        jobs=[import_job(KINDS), Job("assessments", assess)],
    )
