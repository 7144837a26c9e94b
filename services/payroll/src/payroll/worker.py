"""The second process of payroll: facts come in, deductions are assessed, payslips go out, files reach the terms."""

from chassis import clock
from chassis.database import Database
from chassis.door import Door
from chassis.imports.jobs import import_job
from chassis.settings import ServiceSettings
from chassis.worker import Job, Worker
from payroll.commands.assess import assess_stirred, end_month
from payroll.consumers import SUBSCRIPTIONS
from payroll.intake import KINDS
from payroll.settings import Settings

ACTOR = "payroll.assess"


async def assess(database: Database, settings: ServiceSettings) -> bool:
    """Look at the deductions of the people who wait longest; tells whether there was anything to do."""
    door = Door(clock.now(), ACTOR, ACTOR, settings.timezone)
    async with database.transaction(door) as session:
        return await end_month(session) or await assess_stirred(session) is not None


def create_worker() -> Worker:
    """Describe the worker; nothing starts yet."""
    return Worker(
        settings=Settings,
        producer="payroll",
        subscriptions=SUBSCRIPTIONS,
        jobs=[import_job(KINDS), Job("assessments", assess)],
    )
