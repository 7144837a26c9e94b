"""The second process of the gateway: it learns of people and tidies up after them."""

import asyncio

from chassis import clock
from chassis.database import Database
from chassis.door import Door
from chassis.settings import ServiceSettings
from chassis.worker import Job, Worker
from gateway.commands.accounts import disable_leavers
from gateway.commands.sessions import forget_expired
from gateway.consumers import DIRECTORY
from gateway.queries.accounts import leavers
from gateway.settings import GatewaySettings

PAUSE = 5.0  # seconds; whoever has left opens nothing meanwhile, the account is only marked later


def create_worker() -> Worker:
    """Describe the worker; nothing starts yet."""
    return Worker(settings=GatewaySettings, subscriptions=[DIRECTORY], jobs=[Job("tidy", tidy)])


async def tidy(database: Database, settings: ServiceSettings) -> bool:
    """Disable the accounts of those who have left and remove what has expired."""
    door = Door(now=clock.now(), actor="gateway", correlation_id="tidy", timezone=settings.timezone)
    async with database.transaction(door) as session:
        await disable_leavers(session, await leavers(session, door.business_date(door.now)))
        await forget_expired(session)
    await asyncio.sleep(PAUSE)
    return False
