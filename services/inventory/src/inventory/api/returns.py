"""Goods that came back, over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from chassis.auth import Principal
from chassis.idempotency import Once
from chassis.pagination import Page, Paged, cut
from chassis.scope import covers_shop
from chassis.web import Now, Reading, Session, allowed
from inventory.api.scope import seen_by
from inventory.commands.receive_return import Returned, receive_return
from inventory.domain.errors import ShopNotYours
from inventory.queries.stock import returns_page
from inventory.schemas.asked import ReturnAsked
from inventory.schemas.said import ReturnRecorded, ReturnSaid

router = APIRouter(prefix="/returns", tags=["returns"])

Reader = Annotated[Principal, allowed("stock.read")]
Receiver = Annotated[Principal, allowed("returns.write")]
Name = Annotated[str | None, Query(max_length=64)]


@router.post("", status_code=201, response_model=ReturnRecorded)
async def receive(
    *, session: Session, by: Receiver, once: Once, now: Now, response: Response, body: ReturnAsked
) -> Any:
    """Book goods that came back; that opens the way to the refund. 200 when the same return was booked before.

    An order that we do not know is accepted and flagged: it may be from before.
    """
    if not covers_shop(seen_by(by), body.shop):
        raise ShopNotYours(field="shop", shop=body.shop)
    goods = Returned(**body.model_dump(exclude={"at"}), at=body.at or now)

    async def act() -> Any:
        received = await receive_return(session, goods)
        response.status_code = 201 if received.new else 200
        return {"result": "new" if received.new else "same", "order_known": received.order_known}

    return await once(session, by, act)


@router.get("", response_model=Paged[ReturnSaid])
async def list_returns(
    *,
    session: Reading,
    by: Reader,
    page: Page,
    shop: Name = None,
    order_no: Name = None,
    disposition: Name = None,
    order_known: Annotated[bool | None, Query(description="false: those to be looked into")] = None,
) -> Any:
    """List goods that came back, the latest first."""
    rows = await returns_page(
        session,
        seen_by(by),
        page,
        shop=shop,
        order_no=order_no,
        disposition=disposition,
        order_known=order_known,
    )
    items, following = cut(rows, page, key=lambda row: (row.at.isoformat(), row.shop, row.return_no))
    return {"items": [row._mapping for row in items], "next": following}
