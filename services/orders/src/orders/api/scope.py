"""Which orders a caller may name."""

from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.auth import Principal
from chassis.scope import covers_shop, scope_of
from chassis.web import Caller, Now, settings_of
from orders.domain.errors import OrderNotFound, ShopNotYours
from orders.domain.permissions import SEES_ALL
from orders.queries.orders import Seen, order_is_visible


async def _seen(request: Request, by: Caller, now: Now) -> Seen:
    return Seen(scope_of(by, sees_all=SEES_ALL), now.astimezone(settings_of(request).timezone).date())


SeenBy = Annotated[Seen, Depends(_seen)]


async def order_within(
    session: AsyncSession, by: Principal, seen: Seen, shop: str, order_no: str, *, nobodys: bool = False
) -> None:
    """Answer for an order that the caller does not see as if it were not there; a shop's own system acts on all orders
    of its shops. With `nobodys` an order that nobody is known to have sold counts as seen. Raises OrderNotFound.
    """
    if seen.scope.everybody or "service" in by.roles:
        within = covers_shop(by, shop)
    else:
        within = await order_is_visible(session, seen, shop, order_no, nobodys=nobodys)
    if not within:
        raise OrderNotFound()


def shop_within(by: Principal, shop: str) -> None:
    """Refuse to record something new for somebody else's shop. Raises ShopNotYours."""
    if not covers_shop(by, shop):
        raise ShopNotYours(field="shop", shop=shop)
