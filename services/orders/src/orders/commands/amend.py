"""Correcting the content of an open order."""

from sqlalchemy.ext.asyncio import AsyncSession

from orders.commands.changing import Changes, change_content, write_changes
from orders.domain.draft import Line
from orders.domain.errors import NothingToAmend, OrderAlreadyCancelled, OrderAlreadyCompleted
from orders.domain.order import Order
from orders.queries.standing import standing_order


async def amend(
    session: AsyncSession,
    shop: str,
    order_no: str,
    *,
    lines: tuple[Line, ...] | None = None,
    buyer: str | None = None,
    remark: str | None = None,
    reason: str,
) -> None:
    """Append another content to an order that is neither completed nor cancelled; what is None stays as it is.

    Raises OrderNotFound, OrderAlreadyCompleted, OrderAlreadyCancelled, NothingToAmend, AmendmentBelowRefunds,
    LineListedTwice, AmountTooLarge.
    """
    order = await standing_order(session, shop, order_no)
    if "completed" in order.steps:
        raise OrderAlreadyCompleted()
    if "cancelled" in order.steps:
        raise OrderAlreadyCancelled()
    content = (
        buyer if buyer is not None else order.buyer,
        remark if remark is not None else order.remark,
        lines if lines is not None else order.lines,
    )
    if content == _content(order):
        raise NothingToAmend()
    changes = Changes(session)
    change_content(changes, order, buyer=content[0], remark=content[1], lines=content[2], reason=reason)
    await write_changes(changes)


def _content(order: Order) -> tuple[str | None, str | None, tuple[Line, ...]]:
    return order.buyer, order.remark, order.lines
