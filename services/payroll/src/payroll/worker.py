"""The second process of payroll: facts come in, payslips are announced, files reach the terms."""

from chassis.imports.jobs import import_job
from chassis.worker import Worker
from payroll.consumers import SUBSCRIPTIONS
from payroll.intake import KINDS
from payroll.settings import Settings


def create_worker() -> Worker:
    """Describe the worker; nothing starts yet."""
    return Worker(settings=Settings, producer="payroll", subscriptions=SUBSCRIPTIONS, jobs=[import_job(KINDS)])
