"""Placing one order, as a shop's system reports it."""

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.door import door_of, new_id
from chassis.problems import Refusal
from orders.commands.directory import directory_of
from orders.commands.recording import record_orders
from orders.commands.take_orders import check_sellers, check_times
from orders.domain.draft import Draft, everybody_in
from orders.domain.order import new_order
from orders.domain.progress import refuse_difference
from orders.queries.standing import known_orders


async def place_order(session: AsyncSession, draft: Draft) -> bool:
    """Record an order with the steps it has taken; returns whether it was new.

    The same report again changes nothing. Raises OrderDiffers (another content under a recorded number), TimeInFuture,
    SellerUnknown, SellerLeft, LineListedTwice, AmountTooLarge.
    """
    door = door_of(session)
    try:
        check_times(draft.steps, door)
        check_sellers(draft, await directory_of(session, everybody_in(draft)), door)
        order = new_order(draft, new_id())
        if await record_orders(session, [(order, draft.steps)]):
            return True
        unacceptable = None
    except Refusal as refusal:
        unacceptable = refusal
    # what was recorded once stays answered alike, even if a seller has left since
    key = (draft.shop, draft.order_no)
    known = (await known_orders(session, [key])).get(key)
    if known is None:
        assert unacceptable is not None
        raise unacceptable
    refuse_difference(known, draft)
    return False
