"""What a repeated report brings that is not recorded yet."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from orders.domain.draft import Draft, differing, everybody_in, said
from orders.domain.errors import OrderAlreadyCancelled, OrderAlreadyCompleted, OrderDiffers
from orders.domain.steps import FIELD, State, Step, steps_ahead

AMENDABLE = ("buyer", "remark", "lines")


@dataclass(frozen=True, slots=True)
class Known:
    """The little that must be known of an order to recognise it when it is reported again."""

    order_id: UUID
    said: bytes
    steps: Mapping[State, datetime]


@dataclass(frozen=True, slots=True)
class Progress:
    """What is new in a report: fields of the content, the sellers, steps."""

    content: tuple[str, ...]
    sellers: bool
    steps: tuple[Step, ...]

    def __bool__(self) -> bool:
        return bool(self.content or self.sellers or self.steps)


def progress(known: Known, draft: Draft) -> Progress:
    """Compare a report with what its source said last, not with what people decided since: a repeated report never
    undoes an assignment or an amendment.

    Content may change until the order is completed or cancelled, sellers at any time; a report without sellers says
    nothing about them. Raises OrderDiffers, OrderAlreadyCompleted, OrderAlreadyCancelled and the refusals of steps.
    """
    ahead = steps_ahead(known.steps, draft.steps)
    if (now := said(draft)) == known.said:
        return Progress((), False, ahead)
    fields = differing(known.said, now)
    for field in ("placed_at", "basis"):
        if field in fields:
            raise differs(field, draft)
    content = tuple(field for field in AMENDABLE if field in fields)
    if content and "completed" in known.steps:
        raise OrderAlreadyCompleted(field=content[0])
    if content and "cancelled" in known.steps:
        raise OrderAlreadyCancelled(field=content[0])
    return Progress(content, "sellers" in fields and bool(everybody_in(draft)), ahead)


def refuse_difference(known: Known, draft: Draft) -> None:
    """Refuse a report that says anything else than the one recorded. Raises OrderDiffers and the refusals of steps."""
    if fields := differing(known.said, said(draft)):
        raise differs(fields[0], draft)
    if ahead := steps_ahead(known.steps, draft.steps):
        raise differs(FIELD[ahead[0].state], draft)


_ROUTE = {
    "buyer": "amendments",
    "remark": "amendments",
    "lines": "amendments",
    "sellers": "assignments",
    "paid_at": "paid",
    "shipped_at": "shipped",
    "completed_at": "completed",
    "cancelled_at": "cancelled",
}


def differs(field: str, draft: Draft) -> OrderDiffers:
    """Make the refusal of a difference, with the way to record it."""
    remedy, remedy_zh = f"{field} cannot be changed.", f"{field} 不能更改。"
    if field in _ROUTE:
        route = f"POST /orders/{draft.shop}/{draft.order_no}/{_ROUTE[field]}"
        remedy, remedy_zh = f"Send the change to {route}.", f"请通过 {route} 提交更改。"
    return OrderDiffers(field=field, field_name=field, remedy=remedy, remedy_zh=remedy_zh)
