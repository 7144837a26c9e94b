"""What others announce and payroll remembers: sales and refunds as facts, the staff directory."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.door import door_of
from chassis.inbox import Received, Subscription
from contracts.attendance import DirectoryEntry, EmployeeChanged, EmployeeHired, EmployeeLeft
from contracts.orders import (
    OrderCancelled,
    OrderCompleted,
    OrderCreated,
    OrderFacts,
    OrderOperatorAssigned,
    OrderPaid,
    RefundExecuted,
)
from payroll.commands.learn_people import Entry, learn_people
from payroll.commands.record_facts import NOBODY, FactRow, record_facts


async def on_sales(session: AsyncSession, events: Sequence[Received[Any]]) -> None:
    """Record orders, assignments and refunds as facts, one a person; nothing is judged here."""
    now = door_of(session).now
    await record_facts(session, [row for event in events for row in _rows(event, now)])


def _rows(event: Received[Any], now: datetime) -> Iterator[FactRow]:
    """Write an event as one row for each person it concerns; one that concerns nobody leaves one row of nobody.

    Who sells an open order concerns nobody's pay before it is completed: order.completed will say it again.
    """
    data, head = event.data, (event.business_date.replace(day=1), event.id)
    sale, basis = None, "live"
    shares = [(share.employee_no, False, share.amount) for share in data.shares]
    if isinstance(data, OrderOperatorAssigned):
        sale, untagged = data.completed_event_id, None
        lost = [(share.employee_no, True, share.amount) for share in data.previous_shares]
        shares = shares + lost if sale is not None else []
    elif isinstance(data, RefundExecuted):
        sale, basis, untagged = data.completed_event_id, data.basis, data.amount
    else:
        assert isinstance(data, OrderFacts)
        sale = event.id if isinstance(data, OrderCompleted) else None
        basis, untagged = data.basis, data.net_amount
    tail = (event.type, event.business_date, event.time, event.about, data.shop)
    for who, gives_up, amount in shares or [(NOBODY, False, untagged)]:
        yield FactRow._make((*head, who, gives_up, *tail, amount, sale, basis == "historical", now))


async def on_people(session: AsyncSession, events: Sequence[Received[Any]]) -> None:
    """Learn who joined, changed or left; of several events about one person the last holds."""
    entries: dict[str, Entry] = {}
    leave_dates: dict[str, date | None] = {}
    for event in events:
        data = event.data
        if isinstance(data, EmployeeLeft):
            leave_dates[data.employee_no] = data.leave_date
            continue
        assert isinstance(data, DirectoryEntry)
        entries[data.employee_no] = Entry(
            data.employee_no, data.name, data.department, data.post, data.hire_date, data.work_place
        )
        if isinstance(data, EmployeeHired):  # whoever is hired again has not left
            leave_dates[data.employee_no] = None
    await learn_people(session, entries, leave_dates)


SALES = Subscription(
    "orders",
    dict.fromkeys(
        (OrderCreated, OrderPaid, OrderCompleted, OrderCancelled, OrderOperatorAssigned, RefundExecuted), on_sales
    ),
)
PEOPLE = Subscription("attendance", dict.fromkeys((EmployeeHired, EmployeeChanged, EmployeeLeft), on_people))
SUBSCRIPTIONS = (SALES, PEOPLE)
