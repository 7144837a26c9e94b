"""Which rows a caller may name."""

from chassis.auth import Principal
from chassis.scope import Scope, covers_shop, scope_of
from service_desk.domain.errors import ShopNotYours
from service_desk.domain.permissions import SEES_ALL


def scope(by: Principal) -> Scope:
    """Tell what a caller sees."""
    return scope_of(by, sees_all=SEES_ALL)


def acting_scope(by: Principal) -> Scope:
    """Tell about which rows a caller may report something: a shop's own system about all of its shops."""
    return Scope(True, "", False, frozenset(), by.shops) if "service" in by.roles else scope(by)


def shop_within(by: Principal, shop: str) -> None:
    """Refuse to record something for somebody else's shop. Raises ShopNotYours."""
    if not covers_shop(scope(by), shop):
        raise ShopNotYours(field="shop", shop=shop)
