"""Deadlines of orders: an unpaid order is followed up within 60 minutes, a paid one sent off within 48 hours.

Judged by what is known of the facts and their own times, never by when somebody looks, so a late report is judged as it
would have been in time. A deadline counts around the clock, not only while somebody is on duty.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple
from uuid import UUID

from orders.domain.shop_settings import ShopSettings

Clock = Literal["payment_chase", "dispatch"]
State = Literal["running", "met", "missed"]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of an order that bears on its clocks."""

    shop: str
    placed_at: datetime
    paid_at: datetime | None = None
    shipped_at: datetime | None = None
    completed_at: datetime | None = None
    cancelled_at: datetime | None = None
    chased_at: datetime | None = None
    """The first follow-up."""
    buyer_paid_at: datetime | None = None
    """When the same buyer first paid another order of the shop."""
    refunded_at: datetime | None = None
    """When the last of the order's money went back."""


class Deadline(NamedTuple):
    """A clock that runs, or ran; `allowed` is in minutes for a follow-up, in hours for a dispatch."""

    clock: Clock
    started_at: datetime
    remind_at: datetime | None
    due_at: datetime
    allowed: int


def deadlines(facts: Facts, settings: ShopSettings, *, placed_on: date, paid_on: date | None) -> list[Deadline]:
    """Tell an order's clocks under the settings of the days on which they start."""
    minutes = settings.number("payment_chase_minutes", facts.shop, placed_on)
    due_at = facts.placed_at + timedelta(minutes=minutes)
    found = [Deadline("payment_chase", facts.placed_at, None, due_at, minutes)]
    if facts.paid_at is not None and paid_on is not None:
        hours = settings.number("dispatch_hours", facts.shop, paid_on)
        target = settings.number("dispatch_target_hours", facts.shop, paid_on)
        remind_at = facts.paid_at + timedelta(hours=target) if target < hours else None
        due_at = facts.paid_at + timedelta(hours=hours)
        found.append(Deadline("dispatch", facts.paid_at, remind_at, due_at, hours))
    return found


def state_of(deadline: Deadline, facts: Facts, now: datetime) -> State:
    """Tell how a clock stands: met by something not later than the deadline, missed once that has passed."""
    met = _dispatch_met if deadline.clock == "dispatch" else _chase_met
    if met(facts, deadline.due_at):
        return "met"
    return "running" if now <= deadline.due_at else "missed"


def _chase_met(facts: Facts, due_at: datetime) -> bool:
    # B-05.P2: a buyer who has paid another order is not followed up. Nor is one who pays on delivery: such a payment
    # carries the time of completion.
    enough = (facts.paid_at, facts.cancelled_at, facts.chased_at, facts.buyer_paid_at)
    on_delivery = facts.paid_at is not None and facts.paid_at == facts.completed_at
    return on_delivery or _any_by(due_at, enough)


def _dispatch_met(facts: Facts, due_at: datetime) -> bool:
    # a shop that does not tell when goods leave proves no delay: what was completed was sent off some time before
    if facts.completed_at is not None and facts.shipped_at is None:
        return True
    return _any_by(due_at, (facts.shipped_at, facts.cancelled_at, facts.refunded_at))


def _any_by(due_at: datetime, times: Sequence[datetime | None]) -> bool:
    return any(at is not None and at <= due_at for at in times)


class Announced(NamedTuple):
    """A miss that was announced and not taken back."""

    event_id: UUID
    business_date: date
    people: str


def corrections(
    state: State, responsible: Sequence[str], announced: Mapping[str, Announced]
) -> tuple[list[str], list[Announced]]:
    """Tell whose miss is to be announced now, and which announced ones no longer hold; what still holds stays."""
    wanted = responsible if state == "missed" else ()
    new = [people for people in wanted if people not in announced]
    over = [found for people, found in announced.items() if people not in wanted]
    return new, over
