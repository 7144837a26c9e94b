"""The second process of orders: its announcements reach the stream, the staff directory reaches it, files come in."""

from chassis.imports.jobs import import_job
from chassis.worker import Worker
from orders.consumers import SUBSCRIPTION
from orders.intake import KINDS
from orders.settings import Settings


def create_worker() -> Worker:
    """Describe the worker; nothing starts yet."""
    return Worker(settings=Settings, producer="orders", subscriptions=[SUBSCRIPTION], jobs=[import_job(KINDS)])
