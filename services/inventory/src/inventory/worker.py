"""The second process of inventory: its announcements reach the stream."""

from chassis.worker import Worker
from inventory.settings import Settings


def create_worker() -> Worker:
    """Describe the worker; nothing starts yet."""
    return Worker(settings=Settings, producer="inventory")
