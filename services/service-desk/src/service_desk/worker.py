"""The second process of service-desk: its announcements reach the stream."""

from chassis.worker import Worker
from service_desk.settings import Settings


def create_worker() -> Worker:
    """Describe the worker; nothing starts yet."""
    return Worker(settings=Settings, producer="service_desk")
