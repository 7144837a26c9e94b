"""The second process of inventory: its announcements reach the stream, orders and people reach it, files come in, and
planned stocktakes are watched."""

from chassis import clock
from chassis.database import Database
from chassis.door import Door, new_id
from chassis.imports.jobs import import_job
from chassis.settings import ServiceSettings
from chassis.worker import Job, Worker
from inventory.commands.watch_plans import days_passed, pass_days
from inventory.consumers import SUBSCRIPTIONS
from inventory.intake import KINDS
from inventory.settings import Settings


async def watch_plans(database: Database, settings: ServiceSettings) -> bool:
    """Plan the next stocktake of each warehouse and announce those that were missed; tells whether there was any."""
    now = clock.now()
    if not await days_passed(database, now):
        return False
    door = Door(now=now, actor="worker", correlation_id=str(new_id()), timezone=settings.timezone)
    async with database.transaction(door) as session:
        return await pass_days(session)


def create_worker() -> Worker:
    """Describe the worker; nothing starts yet."""
    return Worker(
        settings=Settings,
        producer="inventory",
        subscriptions=SUBSCRIPTIONS,
        jobs=[import_job(KINDS), Job("stocktake plans", watch_plans)],
    )
