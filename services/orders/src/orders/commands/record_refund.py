"""Recording a refund that was executed already, by the shop's platform or before this product was used."""

from sqlalchemy.ext.asyncio import AsyncSession

from orders.commands.take_refunds import take_refunds
from orders.domain.refund import RefundDraft


async def record_refund(session: AsyncSession, draft: RefundDraft) -> bool:
    """Record that money went back, past the gate, for it has happened; returns whether the refund was new.

    Raises RefundWithoutOrder, OrderNotPaid, LineUnknown, RefundTooLarge, RefundNotPositive, RefundDiffers,
    SellerUnknown, TimeInFuture.
    """
    [taken] = await take_refunds(session, [draft])
    if isinstance(taken, Exception):
        raise taken
    return taken == "new"
