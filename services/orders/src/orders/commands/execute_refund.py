"""Recording one refund."""

from sqlalchemy.ext.asyncio import AsyncSession

from orders.commands.take_refunds import take_refunds
from orders.domain.errors import OrderNotFound, RefundWithoutOrder
from orders.domain.refund import RefundDraft


async def execute_refund(session: AsyncSession, draft: RefundDraft) -> bool:
    """Record that money went back for a recorded order; returns whether the refund was new.

    Raises OrderNotFound, OrderNotPaid, LineUnknown, RefundTooLarge, RefundNotPositive, RefundDiffers, TimeInFuture.
    """
    [taken] = await take_refunds(session, [draft])
    if isinstance(taken, RefundWithoutOrder):
        raise OrderNotFound()
    if isinstance(taken, Exception):
        raise taken
    return taken == "new"


async def record_historic_refund(session: AsyncSession, draft: RefundDraft) -> bool:
    """Record a return from before, without a sale; returns whether it was new.

    If the order it names is recorded after all, it is a refund of that order. Raises as `execute_refund` does, and
    SellerUnknown.
    """
    [taken] = await take_refunds(session, [draft])
    if isinstance(taken, Exception):
        raise taken
    return taken == "new"
