"""Placing one order, as a shop's system reports it."""

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.door import door_of, new_id
from orders.commands.recording import record_orders
from orders.commands.take_orders import check_sellers, check_times
from orders.domain.draft import Draft, everybody_in
from orders.domain.order import new_order
from orders.domain.progress import refuse_difference
from orders.queries.standing import known_orders


async def place_order(session: AsyncSession, draft: Draft) -> bool:
    """Record an order with the steps it has taken; returns whether it was new.

    The same report again changes nothing, even if a seller has left since. Raises OrderDiffers (another content under a
    recorded number), TimeInFuture, SellerUnknown, SellerLeft, LineListedTwice, AmountTooLarge.
    """
    door = door_of(session)
    check_times(draft.steps, door)
    order = new_order(draft, new_id())
    written = await record_orders(session, [(order, draft.steps)], people=everybody_in(draft))
    if written.order_ids:
        check_sellers(draft, written.directory, door)  # a refusal undoes what was written
        return True
    key = (draft.shop, draft.order_no)
    refuse_difference((await known_orders(session, [key]))[key], draft)
    return False
