"""Asking for a refund."""

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from chassis.door import door_of, new_id
from chassis.outbox import announce
from orders.commands.take_refunds import hold_refunds
from orders.domain.errors import RefundAlreadyExecuted
from orders.domain.order import refunded
from orders.domain.refund import RefundRequest, refuse_other_request
from orders.outgoing import refund_requested
from orders.queries.refund_requests import executed_by, refund_request
from orders.queries.standing import standing_order

APPEND = """
INSERT INTO refund_requests (shop, refund_no, order_id, line_no, amount, goods_come_back, reason, requested_at,
                             requested_by, event_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""


async def request_refund(session: AsyncSession, request: RefundRequest) -> bool:
    """Record and announce that a customer wants money back; returns whether the request was new.

    It must be possible as things stand: paid, and not more than is left of the line or the order. Raises OrderNotFound,
    OrderNotPaid, LineUnknown, RefundTooLarge, RefundDiffers, RefundAlreadyExecuted.
    """
    await hold_refunds(session, [request.shop])
    order = await standing_order(session, request.shop, request.order_no)
    if (recorded := await refund_request(session, request.shop, request.refund_no)) is not None:
        refuse_other_request(request, recorded)
        return False
    if (who := await executed_by(session, request.shop, request.refund_no)) is not None:
        raise RefundAlreadyExecuted(field="refund_no", refund_no=request.refund_no, executed_by=who)
    refunded(order, request.line_no, request.amount)
    door, event_id = door_of(session), new_id()
    await (await raw(session)).execute(
        APPEND,
        request.shop,
        request.refund_no,
        order.order_id,
        request.line_no,
        request.amount,
        request.goods_come_back,
        request.reason,
        door.now,
        door.actor,
        event_id,
    )
    announce(session, refund_requested(request, event_id=event_id, at=door.now))
    return True
