"""From an event to rows of the facts: for each class of event, whom it concerns and which measures it brings.

An event that concerns nobody leaves one row of nobody, so that facts can be counted against the stream.
Left out are events that bear on nobody's pay: rosters (`attendance.day_evaluated` tells what came of them),
`stock.changed`, `stock.depleted`, `return.received`, `refund.requested`, `order.amended`.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from chassis.inbox import Received
from contracts import attendance, inventory, orders, service_desk
from contracts.base import EventData, Revocation
from payroll.commands.record_facts import NOBODY, FactRow
from payroll.domain.facts import Value, party_fields

Rows = Callable[[Received[Any], datetime], Iterable[FactRow]]


class _Concerned(NamedTuple):
    """Somebody an event concerns: their part of its money, and which of several responsible people they are."""

    employee_no: str
    amount: Decimal | None = None
    party: Mapping[str, Value] = {}


def _one(data: Any) -> list[_Concerned]:
    return [_Concerned(data.employee_no)] if data.employee_no is not None else []


def _keeper(data: Any) -> list[_Concerned]:
    return [_Concerned(data.keeper)]


def _parties(data: Any) -> list[_Concerned]:
    weights = [party.weight for party in data.parties]
    return [_Concerned(p.employee_no, None, party_fields(weights, place)) for place, p in enumerate(data.parties)]


def _shares(data: Any) -> list[_Concerned]:
    """Name who answers for how much; a mismatch that costs nothing has parties only."""
    shares = {share.employee_no: share.amount for share in data.shares}
    parties = [party.employee_no for party in getattr(data, "parties", ())]
    return [_Concerned(number, shares.get(number)) for number in dict.fromkeys([*parties, *shares])]


def _measured(concerned: Callable[[Any], Sequence[_Concerned]], *measures: str) -> Rows:
    """Make rows of an event that brings `measures`, which are names of its fields."""

    def rows(event: Received[Any], now: datetime) -> Iterator[FactRow]:
        data, people = event.data, concerned(event.data)
        said = {name: value for name in measures if (value := getattr(data, name)) is not None}
        revokes = data.revokes if isinstance(data, Revocation) else None
        revoked_in = data.revoked_business_date.replace(day=1) if isinstance(data, Revocation) else None
        for who in people or [_Concerned(NOBODY)]:
            own = {**said, **who.party}
            yield FactRow(
                period=event.business_date.replace(day=1),
                event_id=event.id,
                employee_no=who.employee_no,
                gives_up=False,
                type=event.type,
                business_date=event.business_date,
                occurred_at=event.time,
                about=event.about,
                shop=getattr(data, "shop", None),
                amount=who.amount,
                sale=None,
                historical=False,
                fields=_json(own) if own else None,
                revokes=revokes,
                revokes_period=revoked_in,
                recorded_at=now,
            )

    return rows


def _json(measures: Mapping[str, Any]) -> str:
    """Write measures as JSON, numbers with every digit they came with."""
    return "{" + ",".join(f'"{name}":{_literal(value)}' for name, value in measures.items()) + "}"


def _literal(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return json.dumps(value if isinstance(value, str | bool | int) else str(value), ensure_ascii=False)


def _sale_rows(event: Received[Any], now: datetime) -> Iterator[FactRow]:
    """Write a step of an order, an assignment or a refund as one row for each seller it concerns.

    Who sells an open order concerns nobody's pay before it is completed: order.completed will say it again.
    """
    data, head = event.data, (event.business_date.replace(day=1), event.id)
    sale, basis = None, "live"
    shares = [(share.employee_no, False, share.amount) for share in data.shares]
    if isinstance(data, orders.OrderOperatorAssigned):
        sale, untagged = data.completed_event_id, None
        lost = [(share.employee_no, True, share.amount) for share in data.previous_shares]
        shares = shares + lost if sale is not None else []
    elif isinstance(data, orders.RefundExecuted):
        sale, basis, untagged = data.completed_event_id, data.basis, data.amount
    else:
        assert isinstance(data, orders.OrderSale)
        sale = event.id if event.type == orders.OrderCompleted.type else None
        basis, untagged = data.basis, data.net_amount
    tail = (event.type, event.business_date, event.time, event.about, data.shop)
    no_more: tuple[None, None, None] = (None, None, None)
    for who, gives_up, amount in shares or [(NOBODY, False, untagged)]:
        yield FactRow._make((*head, who, gives_up, *tail, amount, sale, basis == "historical", *no_more, now))


_day = "scheduled_minutes", "worked_minutes", "leave_minutes", "late_minutes", "left_early_minutes"
_review = "score", "cause"

STEPS = (
    orders.OrderCreated,
    orders.OrderPaid,
    orders.OrderShipped,
    orders.OrderCompleted,
    orders.OrderCancelled,
)
ROWS: Mapping[type[EventData], Rows] = {
    **dict.fromkeys(STEPS, _sale_rows),
    orders.OrderOperatorAssigned: _sale_rows,
    orders.RefundExecuted: _sale_rows,
    orders.RefundBlocked: _measured(_one, "reason"),
    orders.ChaseMissed: _measured(_one, "allowed_minutes"),
    orders.ChaseMissedRevoked: _measured(_one),
    orders.DispatchOverdue: _measured(_parties, "allowed_hours"),
    orders.DispatchOverdueRevoked: _measured(_parties),
    orders.OrderOversold: _measured(_parties, "sku"),
    attendance.DayEvaluated: _measured(_one, "shift", "kind_of_day", "status", *_day, "meal_eligible"),
    attendance.DayEvaluatedRevoked: _measured(_one),
    attendance.Late: _measured(_one, "minutes", "shift"),
    attendance.LateRevoked: _measured(_one),
    attendance.LeftEarly: _measured(_one, "minutes", "shift"),
    attendance.LeftEarlyRevoked: _measured(_one),
    attendance.Absent: _measured(_one, "days", "minutes", "consecutive_days", "shift"),
    attendance.AbsentRevoked: _measured(_one),
    attendance.PunchMissing: _measured(_one, "missing", "shift"),
    attendance.PunchMissingRevoked: _measured(_one),
    attendance.LeaveTaken: _measured(_one, "leave_type", "hours", "days", "minutes", "paid_factor"),
    attendance.LeaveTakenRevoked: _measured(_one),
    service_desk.GreetingLate: _measured(_one, "waited_seconds"),
    service_desk.GreetingLateRevoked: _measured(_one),
    service_desk.ReplyOverdue: _measured(_one, "waited_seconds"),
    service_desk.ReplyOverdueRevoked: _measured(_one),
    service_desk.ChatDayClosed: _measured(_one, "chats", "replies", "average_seconds"),
    service_desk.ChatDayClosedRevoked: _measured(_one),
    service_desk.InquiryCounted: _measured(_one),
    service_desk.InquiryCountedRevoked: _measured(_one),
    service_desk.InquiryWon: _measured(_one),
    service_desk.InquiryWonRevoked: _measured(_one),
    service_desk.ReviewNegative: _measured(_parties, *_review),
    service_desk.ReviewNeutral: _measured(_parties, *_review),
    service_desk.ReviewRevised: _measured(_parties, "grade"),
    service_desk.ReviewReplyOverdue: _measured(_one, "allowed_hours"),
    service_desk.ReviewReplyOverdueRevoked: _measured(_one),
    inventory.StockMismatch: _measured(_shares, "value", "sku", "expected", "counted", "keeper_answers"),
    inventory.StockMismatchResolved: _measured(_shares, "sku"),
    inventory.StocktakeCompleted: _measured(_keeper, "counted", "differences"),
    inventory.StocktakeMissed: _measured(_keeper),
    inventory.StocktakeMissedRevoked: _measured(_keeper),
}

ROWS_OF_TYPE: Mapping[str, Rows] = {data.type: rows for data, rows in ROWS.items()}
