"""Returns and refunds: goods come back, are booked, and only then the money goes back; small sums without goods."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from demo import wording
from demo.attended import Attended
from demo.month import Month, at, wall
from demo.people import COUNTER, LEAD
from demo.sales import Line, Order

RETURNS, PARTS = 130, 30
GRADES = ("sellable", "damaged", "unsellable")


@dataclass(frozen=True, slots=True)
class Return:
    """What a buyer wants back for one line of an order: money for goods (`comes_back`), or a small sum without.

    `received_at` and `executed_at` are None where goods were not back, or money not paid, by the end of the month.
    """

    number: str
    order: Order
    line: Line
    amount: Decimal
    reason: str
    comes_back: bool
    requested_at: datetime
    received_at: datetime | None
    executed_at: datetime | None
    grade: str = "sellable"

    @property
    def line_no(self) -> int:
        return self.order.lines.index(self.line) + 1

    @property
    def disposition(self) -> str:
        return "stock" if self.grade == "sellable" else "purchase_return_zone"


def returns_of(month: Month, orders: Sequence[Order], attended: Sequence[Attended]) -> list[Return]:
    """Choose what comes back in a month, in the order in which it was asked for; at most one return an order."""
    chance = month.chance("returns")
    end = at(month.after, 0)
    done = [order for order in orders if order.completed_at and order.completed_at < end - timedelta(days=4)]
    booking, paying = (
        [one for one in attended if one.duty.person.employee_no == who and one.came_at] for who in (COUNTER, LEAD)
    )
    asked = [
        _return(chance, order, booking, paying, comes_back=place >= PARTS)
        for place, order in enumerate(chance.sample(done, RETURNS + PARTS))
    ]
    asked.sort(key=lambda one: (one.requested_at, one.order.order_no))
    return [
        replace(_until(one, end), number=f"TH{month.first:%y%m}{number:04d}")
        for number, one in enumerate(asked, start=1)
    ]


def _return(
    chance: random.Random,
    order: Order,
    booking: Sequence[Attended],
    paying: Sequence[Attended],
    *,
    comes_back: bool,
) -> Return:
    assert order.completed_at is not None
    line = chance.choice(order.lines)
    requested = order.completed_at + timedelta(minutes=chance.randrange(60, 2 * 1440))
    if not comes_back:
        amount = min(Decimal(chance.choice(("5.00", "8.00", "10.00", "15.00"))), line.net)
        paid = _minute_of(chance, paying, requested + timedelta(minutes=30))
        return Return("", order, line, amount, chance.choice(wording.PART_REASONS), False, requested, None, paid)
    # booked in the quiet afternoon hour between the two waves of parcels
    received = _between(booking, requested + timedelta(days=chance.choice((2, 3, 3, 4))), 930, 980, chance)
    paid = _minute_of(chance, paying, received + timedelta(minutes=20)) if received else None
    grade = chance.choices(GRADES, (85, 11, 4))[0]
    reason = chance.choice(wording.RETURN_REASONS)
    return Return("", order, line, line.net, reason, True, requested, received, paid, grade)


def _until(one: Return, end: datetime) -> Return:
    """Leave out what had not happened when the month ended."""
    received = one.received_at if one.received_at and one.received_at < end else None
    paid = one.executed_at if one.executed_at and one.executed_at < end else None
    return replace(one, received_at=received, executed_at=paid)


def _between(
    attended: Iterable[Attended], wanted: datetime, since: int, until: int, chance: random.Random
) -> datetime | None:
    """Draw a moment between two minutes of the day, on the first day from `wanted` on on which somebody is there."""
    for one in attended:
        if one.duty.day > wanted.date():
            return at(one.duty.day, chance.randrange(since * 60, until * 60) / 60)
    return None


def _minute_of(chance: random.Random, attended: Iterable[Attended], wanted: datetime) -> datetime | None:
    """Draw a moment shortly after the first one from `wanted` on at which somebody is there."""
    for one in attended:
        for start, end in one.intervals:
            if end - wanted > timedelta(minutes=25):
                return max(wanted, start) + timedelta(seconds=chance.randrange(1400))
    return None


def refund_rows(returns: Iterable[Return]) -> list[dict[str, str]]:
    """The refunds that were paid, as the shops export them."""
    return [
        {
            "店铺": one.order.shop,
            "退款编号": one.number,
            "订单编号": one.order.order_no,
            "行号": str(one.line_no),
            "退款时间": wall(one.executed_at),
            "退款金额": str(one.amount),
            "退款原因": one.reason,
        }
        for one in returns
        if one.executed_at
    ]
