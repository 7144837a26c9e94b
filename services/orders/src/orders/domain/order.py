"""An order as it stands, and what acts make of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from orders.domain.draft import Basis, Draft, Line, check_lines, said
from orders.domain.errors import (
    AmendmentBelowRefunds,
    LineUnknown,
    OrderNotPaid,
    RefundNotPositive,
    RefundTooLarge,
)
from orders.domain.money import NOTHING, apportion, in_cents
from orders.domain.sellers import WHOLE_ORDER, Holding, Seller, Sellers, held, taken_back
from orders.domain.steps import State


@dataclass(frozen=True, slots=True)
class Completion:
    """The announcement that a sale is final; commission was earned on it."""

    event_id: UUID
    business_date: date


@dataclass(frozen=True, slots=True)
class Order:
    """Everything recorded about one order, folded up to now."""

    order_id: UUID
    shop: str
    order_no: str
    placed_at: datetime
    buyer: str | None
    remark: str | None
    basis: Basis
    revision: int
    assignment: int
    lines: tuple[Line, ...]
    refunded: Mapping[int, Decimal]
    holdings: tuple[Holding, ...]
    steps: dict[State, datetime]
    completion: Completion | None
    said: bytes

    @property
    def state(self) -> State:
        """The step that came last."""
        return next(reversed(self.steps))


def new_order(draft: Draft, order_id: UUID) -> Order:
    """Take a draft as it is. Raises LineListedTwice, AmountTooLarge."""
    check_lines(draft.lines)
    amounts = {line.line_no: line.net_amount for line in draft.lines}
    return Order(
        order_id=order_id,
        shop=draft.shop,
        order_no=draft.order_no,
        placed_at=draft.placed_at,
        buyer=draft.buyer,
        remark=draft.remark,
        basis=draft.basis,
        revision=1,
        assignment=1,
        lines=draft.lines,
        refunded={},
        holdings=held(amounts, draft.sellers, draft.line_sellers),
        steps={step.state: step.at for step in draft.steps},
        completion=None,
        said=said(draft),
    )


def left_by_line(order: Order) -> dict[int, Decimal]:
    """Tell what each line comes to, less what was refunded on it."""
    if not order.refunded:
        return {line.line_no: line.net_amount for line in order.lines}
    return {line.line_no: line.net_amount - order.refunded.get(line.line_no, NOTHING) for line in order.lines}


def sellers_of(order: Order) -> tuple[Sellers, dict[int, Sellers]]:
    """Tell who sold it at present: the order's sellers, and those of lines that have their own."""
    by_line: dict[int, Sellers] = {}
    for holding in order.holdings:
        own = by_line.get(holding.line_no, ())
        by_line[holding.line_no] = (*own, Seller(holding.employee_no, holding.weight))
    return by_line.pop(WHOLE_ORDER, ()), by_line


def assigned(order: Order, sellers: Sellers, line_sellers: Mapping[int, Sellers]) -> Order:
    """Give what is left of the money to these sellers instead of those who held it."""
    holdings = held(left_by_line(order), sellers, line_sellers)
    return replace(order, assignment=order.assignment + 1, holdings=holdings)


def line_assigned(order: Order, line_no: int, sellers: Sellers) -> Order:
    """Give one line to sellers of its own. Raises LineUnknown."""
    if all(line.line_no != line_no for line in order.lines):
        raise LineUnknown(field="line_no", line_no=line_no)
    whole, own = sellers_of(order)
    return assigned(order, whole, own | {line_no: sellers})


def amended(order: Order, *, buyer: str | None, remark: str | None, lines: tuple[Line, ...]) -> Order:
    """Put another content in the place of an order's; lines that stay keep their own sellers.

    Raises AmendmentBelowRefunds, LineListedTwice, AmountTooLarge.
    """
    check_lines(lines)
    amounts = {line.line_no: line.net_amount for line in lines}
    for line_no, refunded in order.refunded.items():
        if (net := amounts.get(line_no, NOTHING)) < refunded:
            raise AmendmentBelowRefunds(field="lines", line_no=line_no, net=net, refunded=refunded)
    whole, own = sellers_of(order)
    own = {line_no: sellers for line_no, sellers in own.items() if line_no in amounts}
    changed = replace(order, revision=order.revision + 1, buyer=buyer, remark=remark, lines=lines)
    return assigned(changed, whole, own)


@dataclass(frozen=True, slots=True)
class Refunded:
    """What a refund does: to each line, and to what each seller holds."""

    order: Order
    by_line: Mapping[int, Decimal]
    taken: tuple[Holding, ...]


def refunded(order: Order, line_no: int | None, amount: Decimal) -> Refunded:
    """Pay `amount` back: on one line, or, without a line, on all lines by what is left of each.

    The refunds of a line never exceed its net amount. Raises RefundNotPositive, OrderNotPaid, LineUnknown,
    RefundTooLarge.
    """
    if amount <= 0:
        raise RefundNotPositive(field="amount")
    if "paid" not in order.steps:
        raise OrderNotPaid(field="amount")
    left = left_by_line(order)
    if line_no is not None:
        if line_no not in left:
            raise LineUnknown(field="line_no", line_no=line_no)
        left = {line_no: left[line_no]}
    if amount > (most := sum(left.values(), NOTHING)):
        raise RefundTooLarge(field="amount", amount=amount, left=most)
    parts = apportion(amount, in_cents(list(left.values())))
    by_line = {no: part for no, part in zip(left, parts, strict=True) if part}
    return _take_back(order, by_line)


def _take_back(order: Order, by_line: Mapping[int, Decimal]) -> Refunded:
    groups: dict[int, list[Holding]] = {}
    for holding in order.holdings:
        groups.setdefault(holding.line_no, []).append(holding)
    taken: list[Holding] = []
    remaining: list[Holding] = []
    for key, group in groups.items():
        here = [part for no, part in by_line.items() if (no if no in groups else WHOLE_ORDER) == key]
        backs = taken_back(group, sum(here, NOTHING))
        for holding, back in zip(group, backs, strict=True):
            remaining.append(holding._replace(amount=holding.amount - back))
            if back:
                taken.append(holding._replace(amount=back))
    sums = {**order.refunded}
    for no, part in by_line.items():
        sums[no] = sums.get(no, NOTHING) + part
    changed = replace(order, refunded=sums, holdings=tuple(remaining))
    return Refunded(changed, by_line, tuple(taken))
