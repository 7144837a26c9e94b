"""What others announce and payroll remembers: facts, the staff directory, and what they sealed."""

from chassis.inbox import Handler, Subscription
from contracts.attendance import EmployeeChanged, EmployeeHired, EmployeeLeft
from contracts.base import EventData
from payroll.consumers.facts import on_facts
from payroll.consumers.people import on_people
from payroll.consumers.rows import ROWS
from payroll.consumers.seals import SEALED, on_seals

PRODUCERS = ("orders", "attendance", "service_desk", "inventory")
PEOPLE = (EmployeeHired, EmployeeChanged, EmployeeLeft)


def _subscription(producer: str) -> Subscription:
    handlers: dict[type[EventData], Handler] = {data: on_facts for data in ROWS if data.producer == producer}
    handlers.update({data: on_people for data in PEOPLE if data.producer == producer})
    handlers.update({data: on_seals for data in SEALED if data.producer == producer})
    return Subscription(producer, handlers)


SUBSCRIPTIONS = tuple(_subscription(producer) for producer in PRODUCERS)
