"""What others announce and payroll remembers: facts, the staff directory, and what they sealed."""

from chassis.inbox import Handler, Subscription
from contracts.attendance import EmployeeChanged, EmployeeHired, EmployeeLeft
from contracts.base import EventData, Shape
from contracts.orders import OrderSale
from payroll.consumers.facts import on_facts
from payroll.consumers.people import on_people
from payroll.consumers.rows import ROWS, STEPS
from payroll.consumers.seals import SEALED, on_seals

PRODUCERS = ("orders", "attendance", "service_desk", "inventory")
PEOPLE = (EmployeeHired, EmployeeChanged, EmployeeLeft)


def _subscription(producer: str) -> Subscription:
    handlers: dict[type[EventData], Handler] = {data: on_facts for data in ROWS if data.producer == producer}
    handlers.update({data: on_people for data in PEOPLE if data.producer == producer})
    handlers.update({data: on_seals for data in SEALED if data.producer == producer})
    reads: dict[type[EventData], type[Shape]] = {
        data: OrderSale  # goods bear on nobody's pay
        for data in STEPS
        if data.producer == producer
    }
    return Subscription(producer, handlers, reads)


SUBSCRIPTIONS = tuple(_subscription(producer) for producer in PRODUCERS)
