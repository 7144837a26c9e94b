"""Unpaid orders: whoever sold one asks for the money within the hour, or, mostly, does not."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from demo.month import Month
from demo.plan import CHASED, CHASED_DAYS
from demo.sales import Order

ALLOWED = timedelta(minutes=60)


def due_chases(month: Month, orders: Iterable[Order]) -> list[Order]:
    """Find the orders that somebody sold and that were still unpaid after the hour, from the day on that it matters."""
    since = month.days[-CHASED_DAYS]
    return [
        order
        for order in orders
        if order.sellers
        and order.placed_at.date() >= since
        and (order.paid_at or month.exported_at) > order.placed_at + ALLOWED
    ]


def chases_of(month: Month, orders: Iterable[Order]) -> list[tuple[Order, datetime]]:
    """Ask for the money of a few of these orders within the hour."""
    chance = month.chance("chases")
    asked = chance.sample(due_chases(month, orders), CHASED)
    return [(order, order.placed_at + timedelta(seconds=chance.randrange(500, 3300))) for order in asked]
