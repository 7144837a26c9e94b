"""What others announce that orders must know: the staff directory, goods that came back, things that ran out."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.inbox import Received, Subscription
from contracts.attendance import DirectoryEntry, EmployeeChanged, EmployeeHired, EmployeeLeft
from contracts.inventory import ReturnReceived, StockChanged, StockDepleted
from orders.commands.directory import Entry, learn_employees, learn_leaves
from orders.commands.oversold import Turn, learn_stock
from orders.commands.returns import Return, learn_returns


async def on_employee_hired(session: AsyncSession, events: Sequence[Received[EmployeeHired]]) -> None:
    """Learn who may sell from now on."""
    await learn_employees(session, [_entry(event.data) for event in events], hired=True)


async def on_employee_changed(session: AsyncSession, events: Sequence[Received[EmployeeChanged]]) -> None:
    """Learn the new entries of people."""
    await learn_employees(session, [_entry(event.data) for event in events], hired=False)


async def on_employee_left(session: AsyncSession, events: Sequence[Received[EmployeeLeft]]) -> None:
    """Learn who sells no more after a day."""
    await learn_leaves(session, [(event.data.employee_no, event.data.leave_date) for event in events])


def _entry(data: DirectoryEntry) -> Entry:
    return data.employee_no, data.name, data.department, data.manager_no


async def on_return_received(session: AsyncSession, events: Sequence[Received[ReturnReceived]]) -> None:
    """Learn which goods are back, so that their refunds may be executed."""
    await learn_returns(session, [_return(event) for event in events])


def _return(event: Received[ReturnReceived]) -> Return:
    data = event.data
    return Return(event.id, data.return_no, data.shop, data.order_no, data.line_no, data.sku, data.quantity, event.time)


async def on_stock(session: AsyncSession, events: Sequence[Received[StockChanged | StockDepleted]]) -> None:
    """Learn what has run out, and what is there to sell again."""
    turns = []
    for event in events:
        data = event.data
        depleted = isinstance(data, StockDepleted)
        if depleted or data.on_hand > data.reserved:  # a change that leaves nothing to sell is followed by a depletion
            turns.append(Turn(data.warehouse, data.sku, event.position, event.time, not depleted))
    await learn_stock(session, turns)


SUBSCRIPTIONS = (
    Subscription(
        "attendance",
        {
            EmployeeHired: on_employee_hired,
            EmployeeChanged: on_employee_changed,
            EmployeeLeft: on_employee_left,
        },
    ),
    Subscription("inventory", {ReturnReceived: on_return_received, StockChanged: on_stock, StockDepleted: on_stock}),
)
