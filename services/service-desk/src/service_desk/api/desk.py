"""Seats and settings over HTTP: both are dated, and what was entered stays."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from chassis.auth import Principal
from chassis.pagination import Page, Paged, cut
from chassis.problems import Refusal
from chassis.web import Now, Reading, Session, allowed, settings_of
from service_desk.api.scope import scope, shop_within
from service_desk.commands.arrange import set_threshold, take_seats
from service_desk.domain.errors import EverySettingNotYours
from service_desk.domain.thresholds import EVERY_SHOP, SETTINGS
from service_desk.queries.desk import seats_page, settings_page, thresholds_now
from service_desk.schemas.asked import SeatAsked, SettingAsked, seat_asked, setting_asked
from service_desk.schemas.said import Recorded, SeatSaid, SettingKnown, SettingSaid

router = APIRouter(tags=["desk"])

Reader = Annotated[Principal, allowed("settings.read")]
Writer = Annotated[Principal, allowed("settings.write")]


@router.post("/seats", status_code=201, response_model=Recorded)
async def seat(session: Session, by: Writer, response: Response, body: SeatAsked) -> Any:
    """Enter who sits behind an account from a day on; chats since that day are judged again."""
    shop_within(by, body.shop)
    [taken] = await take_seats(session, [seat_asked(body)])
    if isinstance(taken, Refusal):
        raise taken
    response.status_code = 200 if taken == "same" else 201
    return {"result": taken}


@router.get("/seats", response_model=Paged[SeatSaid])
async def list_seats(
    *,
    session: Reading,
    by: Reader,
    page: Page,
    shop: Annotated[str | None, Query(max_length=64)] = None,
    account: Annotated[str | None, Query(max_length=64)] = None,
) -> Any:
    """List who sat where from when on, the last entry first."""
    rows = await seats_page(session, scope(by), page, shop=shop, account=account)
    items, following = cut(rows, page, key=lambda row: (row.id,))
    return {"items": items, "next": following}


@router.post("/settings", status_code=201, response_model=Recorded)
async def set_setting(session: Session, by: Writer, response: Response, body: SettingAsked) -> Any:
    """Set what is allowed from a day on, in one shop or in all that have no value of their own; what happened
    since that day is judged again."""
    if body.shop is not None:
        shop_within(by, body.shop)
    elif by.shops:
        raise EverySettingNotYours(field="shop")
    result = await set_threshold(session, setting_asked(body))
    response.status_code = 201 if result == "new" else 200
    return {"result": result}


@router.get("/settings", response_model=list[SettingKnown])
async def read_settings(
    *,
    session: Reading,
    by: Reader,
    now: Now,
    request: Request,
    shop: Annotated[str | None, Query(max_length=64)] = None,
) -> Any:
    """Read every setting as it is in force today, in one shop or in those without values of their own."""
    if shop is not None:
        shop_within(by, shop)
    known, today = await thresholds_now(session), now.astimezone(settings_of(request).timezone).date()
    return [
        {
            "name": name,
            "shipped": one.shipped,
            "source": one.source,
            "value": known.text(name, shop or EVERY_SHOP, today),
        }
        for name, one in SETTINGS.items()
    ]


@router.get("/settings/history", response_model=Paged[SettingSaid])
async def list_settings(
    *, session: Reading, by: Reader, page: Page, name: Annotated[str | None, Query(max_length=64)] = None
) -> Any:
    """List settings as they were entered, the last entry first."""
    rows = await settings_page(session, scope(by), page, name=name)
    items, following = cut(rows, page, key=lambda row: (row.id,))
    said = [
        {**SettingSaid.model_validate(row, from_attributes=True).model_dump(), "shop": row.shop or None}
        for row in items
    ]
    return {"items": said, "next": following}
