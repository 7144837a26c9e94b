"""Inquiries and what became of them: one a buyer and agent in the conversion window (B-05.R2.1; B 2.2, A7: 48 h)."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import NamedTuple


class Ask(NamedTuple):
    """A buyer wrote to an agent."""

    asked_at: datetime
    employee_no: str
    chat_no: str


class Paid(NamedTuple):
    """A buyer paid an order."""

    paid_at: datetime
    order_no: str


class Inquiry(NamedTuple):
    """What counts once: the first message to an agent, with all further ones within its window."""

    ask: Ask
    until: datetime
    won: Paid | None


def inquiries_of(asks: Iterable[Ask], paid: Iterable[Paid], window: Callable[[datetime], timedelta]) -> list[Inquiry]:
    """Fold what one buyer asked and paid in one shop into inquiries.

    The window opens with the first message and includes its last instant; a message after it opens the next. An inquiry
    is won by the first order paid within its window; an order wins the inquiries of every agent the buyer had
    asked, since the ratio counts buyers.
    """
    orders = sorted(paid)
    open_until: dict[str, datetime] = {}
    found = []
    for ask in sorted(asks):
        until = open_until.get(ask.employee_no)
        if until is not None and ask.asked_at <= until:
            continue
        until = open_until[ask.employee_no] = ask.asked_at + window(ask.asked_at)
        won = next((order for order in orders if ask.asked_at <= order.paid_at <= until), None)
        found.append(Inquiry(ask, until, won))
    return found
