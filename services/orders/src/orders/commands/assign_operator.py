"""Settling later who sold an order."""

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.door import door_of
from orders.commands.changing import Changes, change_sellers, write_changes
from orders.commands.directory import directory_of
from orders.domain.errors import OwnOrderNotAssignable
from orders.domain.order import assigned, line_assigned, sellers_of
from orders.domain.sellers import Sellers
from orders.queries.standing import standing_order


async def assign_operator(
    session: AsyncSession,
    shop: str,
    order_no: str,
    sellers: Sellers,
    *,
    line_no: int | None,
    reason: str | None,
    by: str | None,
) -> bool:
    """Give an order (all of it, or one line) to sellers; returns False where they are its sellers already.

    What was announced stays; a new event names the shares given up and those that take their place. Raises
    OrderNotFound, LineUnknown, SellerUnknown, SellerLeft, OwnOrderNotAssignable (`by` is the assigner's number).
    """
    if any(seller.employee_no == by for seller in sellers):
        raise OwnOrderNotAssignable(field="sellers")
    order = await standing_order(session, shop, order_no)
    people = [seller.employee_no for seller in sellers]
    (await directory_of(session, people)).check(
        people,
        sold_on=door_of(session).business_date(order.placed_at),
        accepts_leavers=order.basis == "historical",
    )
    after = assigned(order, sellers, {}) if line_no is None else line_assigned(order, line_no, sellers)
    if sellers_of(after) == sellers_of(order):
        return False
    changes = Changes(session)
    change_sellers(changes, order, after, reason=reason)
    await write_changes(changes)
    return True
