"""The second process of attendance: its announcements reach the stream."""

from attendance.settings import Settings
from chassis.worker import Worker


def create_worker() -> Worker:
    """Describe the worker; nothing starts yet."""
    return Worker(settings=Settings, producer="attendance")
