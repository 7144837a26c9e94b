"""What others announce that the warehouse must know: orders that want goods, and the staff directory."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.inbox import Received, Subscription
from contracts.attendance import DirectoryEntry, EmployeeChanged, EmployeeHired, EmployeeLeft
from contracts.base import EventData, Shape
from contracts.orders import Basis, OrderCancelled, OrderCompleted, OrderNo, OrderPaid, OrderShipped, Shop, Sku
from inventory.commands.directory import Entry, learn_employees, learn_leaves
from inventory.commands.serve_orders import Goods, issue_goods, release_goods, reserve_goods
from inventory.queries.catalogue import stock_is_kept

STEPS = (OrderPaid, OrderShipped, OrderCompleted, OrderCancelled)


class WantedLine(Shape):
    """What a warehouse must know of a line."""

    sku: Sku
    quantity: Decimal


class WantedGoods(Shape):
    """What a warehouse must know of an order."""

    shop: Shop
    order_no: OrderNo
    basis: Basis = "live"
    lines: tuple[WantedLine, ...] = ()


async def on_orders(session: AsyncSession, events: Sequence[Received[WantedGoods]]) -> None:
    """Reserve what was paid for, take out what was sent or sold for good, free what was cancelled.

    The steps of many orders come mixed; all of one kind are taken at once here. An order's own steps stay in order, and
    what is freed last goes to whoever still waits for it, so that shelves end up the same. While no warehouse is
    recorded nobody keeps stock here, and what is sold is no business of ours.
    """
    if not await stock_is_kept(session):
        return
    if goods := _goods(events, OrderPaid):
        await reserve_goods(session, goods)
    if goods := _goods(events, OrderShipped):
        await issue_goods(session, goods)
    if goods := _goods(events, OrderCompleted):  # where nobody reported that it was sent
        await issue_goods(session, goods)
    if ended := [
        ((event.data.shop, event.data.order_no), event.time) for event in events if event.type == OrderCancelled.type
    ]:
        await release_goods(session, ended)


async def on_employee_hired(session: AsyncSession, events: Sequence[Received[EmployeeHired]]) -> None:
    """Learn who may keep, count and answer from now on."""
    await learn_employees(session, [_entry(event.data) for event in events], hired=True)


async def on_employee_changed(session: AsyncSession, events: Sequence[Received[EmployeeChanged]]) -> None:
    """Learn the new entries of people."""
    await learn_employees(session, [_entry(event.data) for event in events], hired=False)


async def on_employee_left(session: AsyncSession, events: Sequence[Received[EmployeeLeft]]) -> None:
    """Learn who is gone after a day."""
    await learn_leaves(session, [(event.data.employee_no, event.data.leave_date) for event in events])


def _goods(events: Iterable[Received[WantedGoods]], step: type[EventData]) -> list[Goods]:
    # what was taken over from before left no goods here
    return [
        Goods(event.data.shop, event.data.order_no, line.sku, line.quantity, event.time)
        for event in events
        if event.type == step.type and event.data.basis == "live"
        for line in event.data.lines
        if line.quantity > 0
    ]


def _entry(data: DirectoryEntry) -> Entry:
    return Entry(data.employee_no, data.name, data.department, data.post, data.manager_no, data.hire_date)


ORDERS = Subscription("orders", dict.fromkeys(STEPS, on_orders), reads=dict.fromkeys(STEPS, WantedGoods))
ATTENDANCE = Subscription(
    "attendance",
    {
        EmployeeHired: on_employee_hired,
        EmployeeChanged: on_employee_changed,
        EmployeeLeft: on_employee_left,
    },
)
SUBSCRIPTIONS = (ORDERS, ATTENDANCE)
