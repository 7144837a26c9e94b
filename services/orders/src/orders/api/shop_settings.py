"""Settings of shops over HTTP: thresholds, who answers for what, and the refund seat."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from chassis.auth import Principal
from chassis.idempotency import Once
from chassis.web import Reading, Session, allowed
from orders.api.scope import SeenBy, shop_within
from orders.commands.set_setting import grant_refund_seat, set_setting
from orders.domain.errors import ShopNotYours
from orders.domain.shop_settings import REFUND_SEAT
from orders.queries.shop_settings import settings_history, shop_settings
from orders.schemas.refunds_asked import SeatAsked, SettingAsked
from orders.schemas.said import Set, SettingsSaid, settings_said

router = APIRouter(tags=["settings"])

Reader = Annotated[Principal, allowed("settings.read")]
Setter = Annotated[Principal, allowed("settings.write")]


@router.get("/settings", response_model=SettingsSaid)
async def read_settings(
    *,
    session: Reading,
    by: Reader,
    seen: SeenBy,
    shop: Annotated[str, Query(max_length=64)],
    on: Annotated[date | None, Query(description="business date, today unless said")] = None,
) -> Any:
    """Tell what is in force in a shop on a day, where each value comes from, and what was ever set."""
    shop_within(by, shop)
    day = on or seen.today
    return settings_said(shop, day, await shop_settings(session, [shop]), await settings_history(session, shop))


@router.post("/settings", status_code=201, response_model=Set)
async def put_setting(*, session: Session, by: Setter, once: Once, response: Response, body: SettingAsked) -> Any:
    """Set a threshold or who answers for something, from a day on. 200 when that holds already. What was announced
    under the earlier value stays."""
    if body.shop is not None:
        shop_within(by, body.shop)
    elif by.shops:  # the values of all shops are not theirs to set
        raise ShopNotYours(field="shop", shop="*")

    async def act() -> Any:
        new = await set_setting(session, name=body.name, shop=body.shop, value=body.value, valid_from=body.valid_from)
        response.status_code = 201 if new else 200
        return {"result": "new" if new else "same", "name": body.name, "shop": body.shop}

    return await once(session, by, act)


@router.put("/shops/{shop}/refund-seat", status_code=201, response_model=Set)
async def give_refund_seat(
    *,
    session: Session,
    by: Setter,
    response: Response,
    shop: Annotated[str, Path(min_length=1, max_length=64)],
    body: SeatAsked,
) -> Any:
    """Give the shop's one refund seat to somebody, from a day on. 200 when they hold it already, 409 when somebody
    else does whom `replaces` does not name."""
    shop_within(by, shop)
    new = await grant_refund_seat(
        session,
        shop=shop,
        employee_no=body.employee_no,
        replaces=body.replaces,
        valid_from=body.valid_from,
        by=by.employee_no,
    )
    response.status_code = 201 if new else 200
    return {"result": "new" if new else "same", "name": REFUND_SEAT, "shop": shop}
