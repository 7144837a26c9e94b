"""What becomes of an order: created -> paid -> shipped -> completed, or cancelled before it is completed."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from orders.domain.errors import (
    CompletionWithoutTime,
    EndsTwice,
    OrderAlreadyCancelled,
    OrderAlreadyCompleted,
    OrderNotPaid,
    StepRecordedOtherwise,
    TimeInFuture,
    TimesOutOfOrder,
    TimeTooEarly,
)

State = Literal["created", "paid", "shipped", "completed", "cancelled"]
FIELD: Mapping[State, str] = {
    "created": "placed_at",
    "paid": "paid_at",
    "shipped": "shipped_at",
    "completed": "completed_at",
    "cancelled": "cancelled_at",
}
CLOCKS_DIFFER = timedelta(minutes=1)
"""A shop's clock may run this much ahead of ours before its time counts as the future."""
EARLIEST = 2000
"""The first year of which orders are taken in; payroll keeps no month before it."""


class Step(NamedTuple):
    """A state reached at a time; `stated` is False where the time was inferred from another step's."""

    state: State
    at: datetime
    stated: bool = True


def steps_of(
    placed_at: datetime,
    paid_at: datetime | None = None,
    completed_at: datetime | None = None,
    cancelled_at: datetime | None = None,
    *,
    shipped_at: datetime | None = None,
    status: State | None = None,
) -> tuple[Step, ...]:
    """Tell the steps of an order that is reported as a whole.

    `status` says how far it came; without it the times do. A completed order counts as paid at the latest when it was
    completed; a shipped order without a time counts as shipped when it was paid, and a cancelled one as cancelled with
    its last known step. An order may have been sent off or delivered before its money was booked, so these are only
    required to follow the placing.

    Raises CompletionWithoutTime, EndsTwice, TimesOutOfOrder.
    """
    if status is None:
        if completed_at is not None and cancelled_at is not None:
            raise EndsTwice(field="cancelled_at")
        status = _furthest(paid_at, shipped_at, completed_at, cancelled_at)
    steps = [Step("created", placed_at)]
    if status == "completed":
        if completed_at is None:
            raise CompletionWithoutTime(field="completed_at")
        steps.append(Step("paid", paid_at or completed_at, paid_at is not None))
        if shipped_at is not None:
            steps.append(Step("shipped", shipped_at))
        steps.append(Step("completed", completed_at))
    elif status in ("paid", "shipped"):
        steps.append(Step("paid", paid_at or placed_at, paid_at is not None))
        if status == "shipped" or shipped_at is not None:
            steps.append(Step("shipped", shipped_at or paid_at or placed_at, shipped_at is not None))
    elif status == "cancelled":
        if paid_at is not None:
            steps.append(Step("paid", paid_at))
            if shipped_at is not None:
                steps.append(Step("shipped", shipped_at))
        steps.append(Step("cancelled", cancelled_at or steps[-1].at, cancelled_at is not None))
    for step in steps:
        if step.at < placed_at:
            raise TimesOutOfOrder(
                field=FIELD[step.state],
                field_name=FIELD[step.state],
                at=step.at.isoformat(),
                placed_at=placed_at.isoformat(),
            )
    return tuple(steps)


def _furthest(
    paid_at: datetime | None,
    shipped_at: datetime | None,
    completed_at: datetime | None,
    cancelled_at: datetime | None,
) -> State:
    if completed_at:
        return "completed"
    if cancelled_at:
        return "cancelled"
    if shipped_at:
        return "shipped"
    return "paid" if paid_at else "created"


def has_happened(at: datetime, *, field: str, now: datetime) -> None:
    """Refuse a time that has not come yet, or that no shop remembers. Raises TimeInFuture, TimeTooEarly."""
    if at.year < EARLIEST:
        raise TimeTooEarly(field=field, field_name=field, at=at.isoformat(), earliest=EARLIEST)
    if at > now + CLOCKS_DIFFER:
        raise TimeInFuture(field=field, field_name=field, at=at.isoformat())


def check_step(recorded: Mapping[State, datetime], state: State) -> None:
    """Tell whether `state` may follow what is recorded.

    Raises OrderAlreadyCancelled, OrderAlreadyCompleted, OrderNotPaid.
    """
    if "cancelled" in recorded:
        raise OrderAlreadyCancelled(field=FIELD[state])
    if "completed" in recorded:
        raise OrderAlreadyCompleted(field=FIELD[state])
    if state in ("shipped", "completed") and "paid" not in recorded:
        raise OrderNotPaid(field=FIELD[state])


def steps_ahead(recorded: Mapping[State, datetime], steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Tell which of the steps a source reports are new.

    A step recorded before must have the same time, where the source states one: the first record stays. An older
    report (paid, although the order is completed) has nothing new.

    Raises StepRecordedOtherwise and the refusals of `check_step`.
    """
    for state, at, stated in steps:
        if stated and recorded.get(state, at) != at:
            raise StepRecordedOtherwise(
                field=FIELD[state], field_name=FIELD[state], recorded=recorded[state].isoformat()
            )
    if steps[-1].state in recorded:
        return ()
    reached = dict(recorded)
    ahead = []
    for step in steps:
        if step.state not in reached:
            check_step(reached, step.state)
            reached[step.state] = step.at
            ahead.append(step)
    return tuple(ahead)
