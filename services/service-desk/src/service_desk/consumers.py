"""What others announce that service-desk must know: the directory, the roster, orders."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.inbox import Received, Subscription
from contracts.attendance import (
    DirectoryEntry,
    EmployeeChanged,
    EmployeeHired,
    EmployeeLeft,
    ShiftPublished,
    ShiftRevoked,
)
from contracts.base import Party, Share
from contracts.orders import OrderAmended, OrderCreated, OrderOperatorAssigned, OrderPaid, OrderSale
from service_desk.commands.learn_duties import Published, learn_duties
from service_desk.commands.learn_orders import Learnt, learn_orders
from service_desk.commands.people import Entry, learn_leaves, learn_people
from service_desk.domain.review import Parties, Responsible


async def on_employee_hired(session: AsyncSession, events: Sequence[Received[EmployeeHired]]) -> None:
    """Learn who joined; whoever is hired again has not left."""
    await learn_people(session, [_entry(event.data) for event in events], hired=True)


async def on_employee_changed(session: AsyncSession, events: Sequence[Received[EmployeeChanged]]) -> None:
    """Learn the new entries of people."""
    await learn_people(session, [_entry(event.data) for event in events], hired=False)


async def on_employee_left(session: AsyncSession, events: Sequence[Received[EmployeeLeft]]) -> None:
    """Learn the last days of people who left."""
    await learn_leaves(session, [(event.data.employee_no, event.data.leave_date) for event in events])


async def on_shifts(session: AsyncSession, events: Sequence[Received[Any]]) -> None:
    """Learn who is on duty when; of several events about one duty the last holds."""
    duties: dict[Any, Published | None] = {}
    for event in events:
        data = event.data
        if isinstance(data, ShiftRevoked):
            duties[data.duty_id] = None
            continue
        assert isinstance(data, ShiftPublished)
        duties[data.duty_id] = Published(
            data.duty_id,
            data.employee_no,
            event.business_date,
            [(segment.starts_at, segment.ends_at) for segment in data.segments],
            [(seat.shop, seat.account) for seat in data.seats],
        )
    published = [duty for duty in duties.values() if duty is not None]
    await learn_duties(session, published, [duty_id for duty_id, duty in duties.items() if duty is None])


async def on_orders(session: AsyncSession, events: Sequence[Received[Any]]) -> None:
    """Learn who bought and sold an order, and when it was paid."""
    await learn_orders(session, [_learnt(event) for event in events])


def _entry(data: DirectoryEntry) -> Entry:
    return Entry(data.employee_no, data.name, data.department, data.post, data.manager_no, data.hire_date)


def _learnt(event: Received[Any]) -> Learnt:
    data = event.data
    parties = _sellers(data.parties, data.shares)
    if isinstance(data, OrderOperatorAssigned):
        return Learnt(data.shop, data.order_no, parties=parties)
    assert isinstance(data, OrderSale)
    placed_at = event.time if event.type == OrderCreated.type else None
    paid_at = event.time if event.type == OrderPaid.type else None
    return Learnt(data.shop, data.order_no, data.buyer, parties, placed_at, paid_at)


def _sellers(parties: Sequence[Party], shares: Sequence[Share]) -> Parties:
    """Tell who sold an order: its sellers by their weights, where lines have sellers of their own everybody alike."""
    whole = {party.employee_no: party.weight for party in parties}
    everybody = dict.fromkeys([*whole, *(share.employee_no for share in shares)], 1)
    return tuple(Responsible(who, whole[who] if len(everybody) == len(whole) else 1) for who in everybody)


PEOPLE = Subscription(
    "attendance",
    {
        EmployeeHired: on_employee_hired,
        EmployeeChanged: on_employee_changed,
        EmployeeLeft: on_employee_left,
        ShiftPublished: on_shifts,
        ShiftRevoked: on_shifts,
    },
)
ORDERS = Subscription(
    "orders",
    dict.fromkeys((OrderCreated, OrderPaid, OrderAmended, OrderOperatorAssigned), on_orders),
    reads=dict.fromkeys((OrderCreated, OrderPaid, OrderAmended), OrderSale),
)
SUBSCRIPTIONS = (PEOPLE, ORDERS)
