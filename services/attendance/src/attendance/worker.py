"""The second process of attendance: its announcements reach the stream, files come in, days are evaluated."""

from attendance.commands.evaluate import days_wait, evaluate_due
from attendance.intake.kinds import KINDS
from attendance.settings import Settings
from chassis import clock
from chassis.database import Database
from chassis.door import Door, new_id
from chassis.imports.jobs import import_job
from chassis.settings import ServiceSettings
from chassis.worker import Job, Worker


async def evaluate_days(database: Database, settings: ServiceSettings) -> bool:
    """Evaluate a batch of person-days; tells whether there was any."""
    now = clock.now()
    if not await days_wait(database, now):
        return False
    door = Door(now=now, actor="worker", correlation_id=str(new_id()), timezone=settings.timezone)
    async with database.transaction(door) as session:
        return await evaluate_due(session) > 0


def create_worker() -> Worker:
    """Describe the worker; nothing starts yet."""
    jobs = [import_job(KINDS), Job("evaluation of days", evaluate_days)]
    return Worker(settings=Settings, producer="attendance", jobs=jobs)
