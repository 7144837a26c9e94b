"""The second process of attendance: its announcements reach the stream, files reach the directory."""

from attendance.intake import KINDS
from attendance.settings import Settings
from chassis.imports.jobs import import_job
from chassis.worker import Worker


def create_worker() -> Worker:
    """Describe the worker; nothing starts yet."""
    return Worker(settings=Settings, producer="attendance", jobs=[import_job(KINDS)])
