"""The second process of service-desk: announcements out, directory, roster and orders in, files in, and the clocks."""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import clock
from chassis.database import Database
from chassis.door import Door, new_id
from chassis.imports.jobs import import_job
from chassis.settings import ServiceSettings
from chassis.worker import Job, Worker
from service_desk.commands.settle_chats import settle_chats
from service_desk.commands.settle_days import settle_days
from service_desk.commands.settle_inquiries import settle_inquiries
from service_desk.commands.settle_reviews import settle_reviews
from service_desk.consumers import SUBSCRIPTIONS
from service_desk.intake import KINDS
from service_desk.queries.queues import what_waits
from service_desk.settings import Settings

Settle = Callable[[AsyncSession], Awaitable[bool]]
QUEUES: Mapping[str, Settle] = MappingProxyType(
    {"chats": settle_chats, "days": settle_days, "buyers": settle_inquiries, "reviews": settle_reviews}
)


async def run_clocks(database: Database, settings: ServiceSettings) -> bool:
    """Settle a piece of whatever is due, each queue in a transaction of its own; tells whether there was anything."""
    waiting = await what_waits(database, clock.now())
    busy = False
    for name, settle in QUEUES.items():
        if name in waiting:
            door = Door(clock.now(), "service_desk", f"clocks-{new_id()}", settings.timezone)
            async with database.transaction(door) as session:
                busy = await settle(session) or busy
    return busy


def create_worker() -> Worker:
    """Describe the worker; nothing starts yet."""
    return Worker(
        settings=Settings,
        producer="service_desk",
        subscriptions=SUBSCRIPTIONS,
        jobs=[import_job(KINDS), Job("clocks", run_clocks)],
    )
