"""Refunds over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from chassis.auth import Principal
from chassis.idempotency import Once
from chassis.pagination import Page, Paged, cut
from chassis.web import Now, Reading, Session, allowed
from orders.api.scope import order_within, scope, shop_within
from orders.commands.execute_refund import execute_refund, record_historic_refund
from orders.domain.refund import RefundDraft
from orders.queries.refunds import refunds_page
from orders.schemas.asked import HistoricRefundAsked, RefundAsked, historic_refund_asked, refund_asked
from orders.schemas.said import Recorded, RefundSaid

router = APIRouter(tags=["refunds"])

Reader = Annotated[Principal, allowed("refunds.read")]
Refunder = Annotated[Principal, allowed("refunds.execute")]


def _recorded(response: Response, new: bool, draft: RefundDraft) -> dict[str, str | None]:
    response.status_code = 201 if new else 200
    result = "new" if new else "same"
    return {"result": result, "shop": draft.shop, "order_no": draft.order_no, "refund_no": draft.refund_no}


@router.post("/orders/{shop}/{order_no}/refunds", status_code=201, response_model=Recorded)
async def refund(
    *,
    session: Session,
    by: Refunder,
    once: Once,
    now: Now,
    response: Response,
    shop: str,
    order_no: str,
    body: RefundAsked,
) -> Any:
    """Record that money went back; the refunds of a line never exceed its net amount. 200 when the same refund number
    was recorded with the same content."""
    order_within(by, shop)
    draft = refund_asked(body, shop, order_no, now)

    async def act() -> Any:
        return _recorded(response, await execute_refund(session, draft), draft)

    return await once(session, by, act)


@router.post("/refunds", status_code=201, response_model=Recorded)
async def record_historic(
    *, session: Session, by: Refunder, once: Once, response: Response, body: HistoricRefundAsked
) -> Any:
    """Record a return from before whose sale is not recorded here; it is announced with basis historical."""
    shop_within(by, body.shop)
    draft = historic_refund_asked(body)

    async def act() -> Any:
        return _recorded(response, await record_historic_refund(session, draft), draft)

    return await once(session, by, act)


@router.get("/refunds", response_model=Paged[RefundSaid])
async def list_refunds(
    *,
    session: Reading,
    by: Reader,
    page: Page,
    shop: Annotated[str | None, Query(max_length=64)] = None,
    order_no: Annotated[str | None, Query(max_length=64)] = None,
    operator: Annotated[str | None, Query(max_length=64, description="工号 of one of the sellers")] = None,
) -> Any:
    """List refunds, the latest first. Employees find those that take something from them."""
    rows = await refunds_page(session, scope(by), page, shop=shop, order_no=order_no, operator=operator)
    items, following = cut(rows, page, key=lambda row: (row.executed_at.isoformat(), str(row.refund_id)))
    return {"items": [{**row._mapping, "shares": row.shares or []} for row in items], "next": following}
