"""Events of orders and attendance become facts and the directory, through the chassis' own way of applying them."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg

from chassis import clock
from chassis.consumer import apply
from chassis.door import Door, new_id
from chassis.inbox import Message, parse
from chassis.outbox import Outgoing, encode
from contracts.attendance import EmployeeChanged, EmployeeHired, EmployeeLeft
from contracts.base import EventData
from contracts.orders import OrderCancelled, OrderCompleted, OrderCreated, OrderPaid, RefundExecuted
from payroll.consumers import SUBSCRIPTIONS

from .conftest import SHANGHAI, Payroll, shares

DOOR = Door(clock.now(), "test", "test", SHANGHAI)
JUNE_THERE = clock.now().replace(year=2026, month=5, day=31, hour=16, minute=30)  # June already in Shanghai


def order(kind: Any, number: str, amount: str = "10.00", **sold: str) -> EventData:
    made: EventData = kind(shop="店", order_no=number, net_amount=Decimal(amount), shares=shares(**sold))
    return made


async def consume(payroll: Payroll, producer: str, events: Sequence[tuple[UUID, EventData]]) -> None:
    """Take events the way from bytes in a stream to applied, as the consumer does with one batch."""
    [subscription] = [s for s in SUBSCRIPTIONS if s.producer == producer]
    received = []
    for position, (id, data) in enumerate(events, start=1):
        said = Outgoing(data, about=getattr(data, "order_no", None) or "R1", time=JUNE_THERE, event_id=id)
        message = Message(position, 1, b"", data.type, encode(said, DOOR).body)
        shape = subscription.reads.get(type(data))
        received.append((parse(message, type(data), shape=shape), message))
    async with payroll.db.opened.transaction(DOOR) as session:
        await apply(session, subscription, received)


async def test_one_row_for_each_person_and_one_of_nobody(payroll: Payroll) -> None:
    created, paid, completed, cancelled, refund = (new_id() for _ in range(5))
    back = RefundExecuted(
        shop="店",
        order_no=None,
        refund_no="R1",
        amount=Decimal(3),
        shares=shares(A1="3.00"),
        basis="historical",
    )
    await consume(
        payroll,
        "orders",
        [
            (created, order(OrderCreated, "1", A1="6.67", B1="3.33")),
            (paid, order(OrderPaid, "1", A1="6.67", B1="3.33")),
            (completed, order(OrderCompleted, "1", A1="6.67", B1="3.33")),
            (cancelled, order(OrderCancelled, "2", "8.00")),
            (refund, back),
        ],
    )
    rows = await payroll.rows(
        "SELECT event_id, employee_no, type, about, amount, sale, historical, period, business_date"
        " FROM facts ORDER BY event_id, employee_no"
    )
    said = [(r["event_id"], r["employee_no"], r["type"], str(r["amount"]), r["sale"]) for r in rows]
    assert said == [
        (created, "A1", "order.created", "6.67", None),
        (created, "B1", "order.created", "3.33", None),
        (paid, "A1", "order.paid", "6.67", None),
        (paid, "B1", "order.paid", "3.33", None),
        (completed, "A1", "order.completed", "6.67", completed),
        (completed, "B1", "order.completed", "3.33", completed),
        (cancelled, "", "order.cancelled", "8.00", None),
        (refund, "A1", "refund.executed", "3.00", None),
    ]
    assert {(r["period"], r["business_date"]) for r in rows} == {(date(2026, 6, 1), date(2026, 6, 1))}
    assert [r["historical"] for r in rows] == [False] * 7 + [True]
    assert {r["about"] for r in rows[:6]} == {"1"}


async def test_a_repeated_event_is_refused_and_the_rest_of_its_batch_counts(payroll: Payroll) -> None:
    """The watermark never asks twice; should it, the inbox refuses, and nothing is counted a second time."""
    first, second = new_id(), new_id()
    await consume(payroll, "orders", [(first, order(OrderCompleted, "1", A1="10.00"))])
    again = [(first, order(OrderCompleted, "1", A1="10.00")), (second, order(OrderCompleted, "2", A1="10.00"))]
    await consume(payroll, "orders", again)
    assert [r["event_id"] for r in await payroll.rows("SELECT event_id FROM facts ORDER BY 1")] == [first, second]
    letters = (await payroll.get("/quarantine", "finance")).json()["items"]
    assert [(one["producer"], one["type"]) for one in letters] == [("orders", "order.completed")]
    assert letters[0]["reason"].startswith("SQLSTATE 23505")
    assert (await payroll.get("/quarantine", "employee", "A1")).status_code == 403


async def test_a_quarantined_event_is_replayed_once_its_reason_is_gone(payroll: Payroll) -> None:
    event = new_id()
    await consume(payroll, "orders", [(event, order(OrderCompleted, "1", A1="10.00"))])
    await consume(payroll, "orders", [(event, order(OrderCompleted, "1", A1="10.00"))])
    (letter,) = (await payroll.get("/quarantine", "finance")).json()["items"]
    where = f"/quarantine/{letter['id']}/replay"
    refused = await payroll.post(where, "finance")
    assert (refused.status_code, refused.json()["code"]) == (409, "still-refused")
    assert "23505" in refused.json()["detail"]
    owner = await asyncpg.connect(payroll.db.owner_url)
    await owner.execute("DELETE FROM inbox; DELETE FROM facts")
    await owner.close()
    assert (await payroll.post(where, "finance")).status_code == 204
    assert [r["event_id"] for r in await payroll.rows("SELECT event_id FROM facts")] == [event]
    assert (await payroll.post(where, "finance")).json()["code"] == "letter-released"
    assert (await payroll.post("/quarantine/99/replay", "finance")).json()["code"] == "letter-not-found"
    assert (await payroll.post(where, "employee")).status_code == 403


async def test_the_directory_holds_what_was_said_last(payroll: Payroll) -> None:
    entry: dict[str, Any] = {
        "employee_no": "A1",
        "name": "林",
        "department": "一部",
        "post": "客服",
        "hire_date": date(2026, 1, 1),
    }
    hired, changed = EmployeeHired(**entry), EmployeeChanged(**entry | {"work_place": "广州"})
    left = EmployeeLeft(employee_no="A1", leave_date=date(2026, 5, 31))
    query = "SELECT name, work_place, leave_date FROM directory"
    await consume(payroll, "attendance", [(new_id(), data) for data in (hired, left, changed)])
    assert await payroll.rows(query) == [{"name": "林", "work_place": "广州", "leave_date": date(2026, 5, 31)}]
    again = EmployeeHired(**entry | {"hire_date": left.leave_date + timedelta(days=1)})
    await consume(payroll, "attendance", [(new_id(), again)])
    assert await payroll.rows(query) == [{"name": "林", "work_place": None, "leave_date": None}]
