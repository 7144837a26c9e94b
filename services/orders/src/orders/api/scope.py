"""Which orders a caller may name."""

from chassis.auth import Principal
from orders.domain.errors import OrderNotFound, ShopNotYours
from orders.domain.permissions import Scope, covers, scope_of


def scope(by: Principal) -> Scope:
    """Tell which orders a caller sees."""
    return scope_of(by.roles, by.employee_no, by.shops)


def order_within(by: Principal, shop: str) -> None:
    """Answer for an order of somebody else's shop as if it were not there. Raises OrderNotFound."""
    if not covers(scope(by), shop):
        raise OrderNotFound()


def shop_within(by: Principal, shop: str) -> None:
    """Refuse to record something new for somebody else's shop. Raises ShopNotYours."""
    if not covers(scope(by), shop):
        raise ShopNotYours(field="shop", shop=shop)
