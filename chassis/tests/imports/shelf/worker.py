"""The shelf's second process: only its imports."""

from chassis.imports.jobs import import_job
from chassis.settings import ServiceSettings
from chassis.worker import Worker

from .intake import KINDS


def create_worker() -> Worker:
    """Describe the worker."""
    return Worker(settings=ServiceSettings, jobs=[import_job(KINDS)])
