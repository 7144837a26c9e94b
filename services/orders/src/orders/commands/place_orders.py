"""Placing orders, as a shop's system reports them one by one."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.door import Door, new_id
from chassis.problems import Refusal
from orders.commands.directory import directory_of
from orders.commands.recording import record_orders
from orders.commands.take_orders import check_sellers, check_times
from orders.domain.draft import Draft, everybody_in
from orders.domain.errors import SellerLeft, SellerUnknown
from orders.domain.order import Order, new_order
from orders.domain.progress import Known, refuse_difference
from orders.domain.sellers import Directory
from orders.queries.standing import known_orders

Report = tuple[Draft, Door]


async def place_orders(session: AsyncSession, reports: Sequence[Report]) -> list[bool | Refusal]:
    """Record orders with the steps they have taken; tells of each report whether it was new, or why it is refused.

    The same report again changes nothing, even if a seller has left since. Refusals: OrderDiffers (another content
    under a recorded number), TimeInFuture, SellerUnknown, SellerLeft, LineListedTwice, AmountTooLarge.
    """
    directory = await directory_of(session, {who for draft, _ in reports for who in everybody_in(draft)})
    judged = [_judge(directory, draft, door) for draft, door in reports]
    news = [(order, *report) for order, report in zip(judged, reports, strict=True) if isinstance(order, Order)]
    written = await record_orders(session, [(order, draft.steps, door) for order, draft, door in news])
    outcome = [found if isinstance(found, Refusal) else found.order_id in written for found in judged]
    again = [i for i, found in enumerate(outcome) if found is False or isinstance(found, SellerLeft | SellerUnknown)]
    if again:
        known = await known_orders(session, [reports[i][0].key for i in again])
        for i in again:
            draft, _ = reports[i]
            if outcome[i] is False or draft.key in known:
                outcome[i] = _compared(known[draft.key], draft)
    return outcome


def _judge(directory: Directory, draft: Draft, door: Door) -> Order | Refusal:
    try:
        check_times(draft.steps, door)
        order = new_order(draft, new_id())
        check_sellers(draft, directory, door)
        return order
    except Refusal as refusal:
        return refusal


def _compared(known: Known, draft: Draft) -> bool | Refusal:
    try:
        refuse_difference(known, draft)
        return False
    except Refusal as refusal:
        return refusal
