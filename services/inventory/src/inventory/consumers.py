"""What others announce that the warehouse must know: orders that want goods, and the staff directory."""

from collections.abc import Iterable, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.inbox import Received, Subscription
from contracts.attendance import DirectoryEntry, EmployeeChanged, EmployeeHired, EmployeeLeft
from contracts.orders import OrderCancelled, OrderCompleted, OrderPaid, OrderShipped
from inventory.commands.directory import Entry, learn_employees, learn_leaves
from inventory.commands.serve_orders import Goods, issue_goods, release_goods, reserve_goods


async def on_order_paid(session: AsyncSession, events: Sequence[Received[OrderPaid]]) -> None:
    """Reserve what was paid for."""
    if goods := _goods(events):
        await reserve_goods(session, goods)


async def on_order_shipped(session: AsyncSession, events: Sequence[Received[OrderShipped]]) -> None:
    """Take out what was sent."""
    if goods := _goods(events):
        await issue_goods(session, goods)


async def on_order_completed(session: AsyncSession, events: Sequence[Received[OrderCompleted]]) -> None:
    """Take out what was sold for good, where nobody reported that it was sent."""
    if goods := _goods(events):
        await issue_goods(session, goods)


async def on_order_cancelled(session: AsyncSession, events: Sequence[Received[OrderCancelled]]) -> None:
    """Free what was reserved."""
    await release_goods(session, [((event.data.shop, event.data.order_no), event.time) for event in events])


async def on_employee_hired(session: AsyncSession, events: Sequence[Received[EmployeeHired]]) -> None:
    """Learn who may keep, count and answer from now on."""
    await learn_employees(session, [_entry(event.data) for event in events], hired=True)


async def on_employee_changed(session: AsyncSession, events: Sequence[Received[EmployeeChanged]]) -> None:
    """Learn the new entries of people."""
    await learn_employees(session, [_entry(event.data) for event in events], hired=False)


async def on_employee_left(session: AsyncSession, events: Sequence[Received[EmployeeLeft]]) -> None:
    """Learn who is gone after a day."""
    await learn_leaves(session, [(event.data.employee_no, event.data.leave_date) for event in events])


Wanting = Received[OrderPaid] | Received[OrderShipped] | Received[OrderCompleted]


def _goods(events: Iterable[Wanting]) -> list[Goods]:
    # what was taken over from before left no goods here
    return [
        Goods(event.data.shop, event.data.order_no, line.sku, line.quantity, event.time)
        for event in events
        if event.data.basis == "live"
        for line in event.data.lines
        if line.quantity > 0
    ]


def _entry(data: DirectoryEntry) -> Entry:
    return Entry(data.employee_no, data.name, data.department, data.post, data.manager_no, data.hire_date)


ORDERS = Subscription(
    "orders",
    {
        OrderPaid: on_order_paid,
        OrderShipped: on_order_shipped,
        OrderCompleted: on_order_completed,
        OrderCancelled: on_order_cancelled,
    },
)
ATTENDANCE = Subscription(
    "attendance",
    {
        EmployeeHired: on_employee_hired,
        EmployeeChanged: on_employee_changed,
        EmployeeLeft: on_employee_left,
    },
)
SUBSCRIPTIONS = (ORDERS, ATTENDANCE)
