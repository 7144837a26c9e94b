"""Executing a refund that was asked for: the gate."""

from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from chassis.door import door_of, new_id
from chassis.outbox import announce
from orders.commands.take_refunds import hold_refunds, take_refunds
from orders.domain.errors import NotTheRefundHolder, RefundAlreadyExecuted, RefundNotFound, RefundNotReceived
from orders.domain.refund import Blocked, RefundRequest, blocked, execution
from orders.outgoing import refund_blocked
from orders.queries.refund_requests import executed_by, goods_are_back, refund_request
from orders.queries.shop_settings import shop_settings

NOTE = """
INSERT INTO refund_blocks (shop, refund_no, actor, reason, event_id, blocked_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT DO NOTHING RETURNING true
"""


async def execute_refund(
    session: AsyncSession, *, shop: str, refund_no: str, by: str | None
) -> Literal["new", "same"] | NotTheRefundHolder | RefundNotReceived:
    """Pay a refund that was asked for; `by` is the employee number of who presses the button.

    Of two who press at once one pays; whoever paid it gets the same answer again. An attempt that the gate stops is
    *returned* as its refusal, for it is a fact to be committed and announced (once for each person and reason;
    A-004-1.24b fines by the refund): raising would undo that. Raises RefundNotFound, RefundAlreadyExecuted (somebody
    else did), RefundTooLarge, OrderNotPaid, LineUnknown (the order changed since).
    """
    door = door_of(session)
    await hold_refunds(session, [shop])
    request = await refund_request(session, shop, refund_no)
    if request is None:
        raise RefundNotFound()
    if (who := await executed_by(session, shop, refund_no)) is not None:
        if who == door.actor:
            return "same"
        raise RefundAlreadyExecuted(refund_no=refund_no, executed_by=who)
    holder = (await shop_settings(session, [shop])).holder(shop, door.business_date(door.now))
    back = await goods_are_back(session, shop, refund_no)
    reason = blocked(holder=holder, by=by, goods_come_back=request.goods_come_back, goods_back=back)
    if reason is not None:
        await _note(session, request, by, reason)
        if reason == "goods_not_back":
            return RefundNotReceived(refund_no=refund_no)
        return NotTheRefundHolder(shop=shop)
    [taken] = await take_refunds(session, [execution(request, now=door.now)])
    if isinstance(taken, Exception):
        raise taken
    return taken


async def _note(session: AsyncSession, request: RefundRequest, by: str | None, reason: Blocked) -> None:
    door, event_id = door_of(session), new_id()
    key = (request.shop, request.refund_no, door.actor, reason)
    if await (await raw(session)).fetchval(NOTE, *key, event_id, door.now):
        announce(session, refund_blocked(request, by=by, reason=reason, event_id=event_id, at=door.now))
