"""Who an agent's account is: the seat's holder by a dated table, or whoever is on duty on that seat."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from service_desk.domain.duty import Stretch


class Holding(NamedTuple):
    """From a day on somebody sits on a seat; None: nobody any more."""

    valid_from: date
    employee_no: str | None


class OnSeat(NamedTuple):
    """Somebody's stretch of duty on a shop's seat; without an account on any of the shop's."""

    employee_no: str
    shop: str
    account: str | None
    stretch: Stretch


class Seats(NamedTuple):
    """What is known of the seats of some shops: holders by (shop, account), and who is on duty."""

    holders: Mapping[tuple[str, str], Sequence[Holding]]
    on_duty: Sequence[OnSeat]


def holder(holdings: Iterable[Holding], day: date) -> str | None:
    """Tell who sits on a seat on a day; of several entries of one day the last recorded holds."""
    found: Holding | None = None
    for holding in holdings:
        if holding.valid_from <= day and (found is None or holding.valid_from >= found.valid_from):
            found = holding
    return found.employee_no if found else None


def agent_at(seats: Seats, shop: str, account: str | None, at: datetime, day: date) -> str | None:
    """Tell who was behind an account at an instant: its holder, else the only one on duty there; None when nobody or
    several could have been."""
    if account is not None and (shop, account) in seats.holders:
        return holder(seats.holders[shop, account], day)
    there = {
        seat.employee_no
        for seat in seats.on_duty
        if seat.shop == shop
        and (account is None or seat.account in (None, account))
        and seat.stretch.starts_at <= at < seat.stretch.ends_at
    }
    return there.pop() if len(there) == 1 else None
