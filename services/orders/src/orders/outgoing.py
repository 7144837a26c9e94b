"""Our facts as contract events."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from chassis.outbox import Outgoing, written
from contracts.base import Party, Share
from contracts.orders import (
    ChaseMissed,
    ChaseMissedRevoked,
    DispatchOverdue,
    DispatchOverdueRevoked,
    OrderAmended,
    OrderCancelled,
    OrderCompleted,
    OrderCreated,
    OrderFacts,
    OrderLine,
    OrderOperatorAssigned,
    OrderOversold,
    OrderPaid,
    OrderShipped,
    RefundBlocked,
    RefundExecuted,
    RefundRequested,
)
from orders.domain.clocks import Announced, Deadline
from orders.domain.money import NOTHING
from orders.domain.order import Completion, Order, left_by_line
from orders.domain.refund import Blocked, RefundRequest
from orders.domain.sellers import WHOLE_ORDER, Holding, Sellers, read_sellers, totals
from orders.domain.steps import State, Step

_STEP: dict[State, type[OrderCreated | OrderPaid | OrderShipped | OrderCompleted | OrderCancelled]] = {
    "created": OrderCreated,
    "paid": OrderPaid,
    "shipped": OrderShipped,
    "completed": OrderCompleted,
    "cancelled": OrderCancelled,
}


class Facts(NamedTuple):
    """What every event about an order says, and the same as JSON, for it is said with each step."""

    said: OrderFacts
    written: str


def facts_of(order: Order) -> Facts:
    """Say what every event about an order says: amounts and shares less what was refunded up to now."""
    left = left_by_line(order)
    own: dict[int, list[Share]] = {}
    for holding in order.holdings:
        if holding.line_no != WHOLE_ORDER:
            share = Share(employee_no=holding.employee_no, amount=holding.amount)
            own.setdefault(holding.line_no, []).append(share)
    said = OrderFacts(
        shop=order.shop,
        order_no=order.order_no,
        net_amount=sum(left.values(), NOTHING),
        parties=_parties(order.holdings),
        shares=_shares(order.holdings),
        lines=tuple(
            OrderLine(
                line_no=line.line_no,
                sku=line.sku,
                title=line.title,
                quantity=line.quantity,
                net_amount=left[line.line_no],
                shares=tuple(own.get(line.line_no, ())),
            )
            for line in order.lines
        ),
        basis=order.basis,
        buyer=order.buyer,
    )
    return Facts(said, written(said))


def _parties(holdings: Sequence[Holding]) -> tuple[Party, ...]:
    return tuple(Party(employee_no=h.employee_no, weight=h.weight) for h in holdings if h.line_no == WHOLE_ORDER)


def _shares(holdings: Sequence[Holding]) -> tuple[Share, ...]:
    return tuple(Share(employee_no=who, amount=amount) for who, amount in totals(holdings).items())


def step_taken(order: Order, step: Step, *, facts: Facts, event_id: UUID, reason: str | None = None) -> Outgoing:
    """Announce that an order was created, paid, shipped, completed or cancelled; `facts` are those of `facts_of`."""
    own: dict[str, Any] = {"reason": reason} if step.state == "cancelled" and reason is not None else {}
    return Outgoing(
        data=_STEP[step.state](**dict(facts.said), **own),
        about=order.order_no,
        time=step.at,
        event_id=event_id,
        written=None if own else facts.written,
    )


def order_amended(order: Order, *, reason: str | None, event_id: UUID, at: datetime) -> Outgoing:
    """Announce that the content of an open order was corrected."""
    data = OrderAmended(**dict(facts_of(order).said), reason=reason)
    return Outgoing(data=data, about=order.order_no, time=at, event_id=event_id)


def operator_assigned(before: Order, order: Order, *, event_id: UUID, at: datetime) -> Outgoing:
    """Announce who sold an order from now on: all shares of the order, before and after."""
    completion = order.completion
    data = OrderOperatorAssigned(
        shop=order.shop,
        order_no=order.order_no,
        parties=_parties(order.holdings),
        shares=_shares(order.holdings),
        previous_shares=_shares(before.holdings),
        completed_event_id=completion.event_id if completion else None,
        completed_business_date=completion.business_date if completion else None,
    )
    return Outgoing(data=data, about=order.order_no, time=at, event_id=event_id)


def refund_executed(
    *,
    shop: str,
    order_no: str | None,
    refund_no: str,
    line_no: int | None,
    amount: Decimal,
    taken: Sequence[Holding],
    completion: Completion | None,
    basis: str,
    event_id: UUID,
    at: datetime,
) -> Outgoing:
    """Announce that money went back; `taken` is what each seller gives up of it."""
    completed_on: date | None = completion.business_date if completion else None
    data = RefundExecuted(
        shop=shop,
        order_no=order_no,
        refund_no=refund_no,
        line_no=line_no,
        amount=amount,
        shares=_shares(taken),
        completed_event_id=completion.event_id if completion else None,
        completed_business_date=completed_on,
        basis=basis,
    )
    return Outgoing(data=data, about=order_no or refund_no, time=at, event_id=event_id)


def refund_requested(request: RefundRequest, *, event_id: UUID, at: datetime) -> Outgoing:
    """Announce that a customer wants money back."""
    data = RefundRequested(
        shop=request.shop,
        order_no=request.order_no,
        refund_no=request.refund_no,
        line_no=request.line_no,
        amount=request.amount,
        goods_come_back=request.goods_come_back,
    )
    return Outgoing(data=data, about=request.order_no, time=at, event_id=event_id)


def refund_blocked(
    request: RefundRequest, *, by: str | None, reason: Blocked, event_id: UUID, at: datetime
) -> Outgoing:
    """Announce that somebody tried to pay a refund that may not be paid."""
    data = RefundBlocked(
        employee_no=by, shop=request.shop, order_no=request.order_no, refund_no=request.refund_no, reason=reason
    )
    return Outgoing(data=data, about=request.order_no, time=at, event_id=event_id)


def deadline_missed(shop: str, order_no: str, deadline: Deadline, people: str, *, event_id: UUID) -> Outgoing:
    """Announce at its deadline that a clock ran out; `people` as in `clock_events`: one who should have followed the
    buyer up, or all who answer for the dispatch."""
    data: ChaseMissed | DispatchOverdue
    if deadline.clock == "payment_chase":
        data = ChaseMissed(employee_no=people, shop=shop, order_no=order_no, allowed_minutes=deadline.allowed)
    else:
        parties = _answering(read_sellers(people) if people else ())
        data = DispatchOverdue(shop=shop, order_no=order_no, parties=parties, allowed_hours=deadline.allowed)
    return Outgoing(data=data, about=order_no, time=deadline.due_at, event_id=event_id)


def miss_revoked(order_no: str, deadline: Deadline, miss: Announced, *, event_id: UUID, at: datetime) -> Outgoing:
    """Announce that a miss does not hold, as became known now."""
    data: ChaseMissedRevoked | DispatchOverdueRevoked
    if deadline.clock == "payment_chase":
        data = ChaseMissedRevoked(
            revokes=miss.event_id,
            revoked_business_date=miss.business_date,
            reason="期限前的付款、取消、催付或归属变更后来得知 / a payment, cancellation, follow-up or other seller"
            " became known later",
            employee_no=miss.people,
        )
    else:
        data = DispatchOverdueRevoked(
            revokes=miss.event_id,
            revoked_business_date=miss.business_date,
            reason="期限前的发货、取消或退款后来得知 / a dispatch, cancellation or refund in time became known later",
            parties=_answering(read_sellers(miss.people) if miss.people else ()),
        )
    return Outgoing(data=data, about=order_no, time=at, event_id=event_id)


def order_oversold(*, shop: str, order_no: str, sku: str, answering: Sellers, event_id: UUID, at: datetime) -> Outgoing:
    """Announce that an order was paid for something that had run out."""
    data = OrderOversold(shop=shop, order_no=order_no, sku=sku, parties=_answering(answering))
    return Outgoing(data=data, about=order_no, time=at, event_id=event_id)


def _answering(people: Sellers) -> tuple[Party, ...]:
    return tuple(Party(employee_no=who.employee_no, weight=who.weight) for who in people)
