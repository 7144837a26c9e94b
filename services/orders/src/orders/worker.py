"""The second process of orders: its announcements reach the stream, others' reach it, files come in, clocks run."""

from chassis import clock
from chassis.database import Database
from chassis.door import Door, new_id
from chassis.imports.jobs import import_job
from chassis.settings import ServiceSettings
from chassis.worker import Job, Worker
from orders.commands.follow import clocks_wait, follow
from orders.consumers import SUBSCRIPTIONS
from orders.intake import KINDS
from orders.settings import Settings


async def run_clocks(database: Database, settings: ServiceSettings) -> bool:
    """Judge the next clocks, in a transaction of their own; tells whether there were any."""
    now = clock.now()
    if not await clocks_wait(database, now):
        return False
    door = Door(now=now, actor="clocks", correlation_id=str(new_id()), timezone=settings.timezone)
    async with database.transaction(door) as session:
        return await follow(session)


def create_worker() -> Worker:
    """Describe the worker; nothing starts yet."""
    return Worker(
        settings=Settings,
        producer="orders",
        subscriptions=SUBSCRIPTIONS,
        jobs=[import_job(KINDS), Job("clocks", run_clocks)],
    )
