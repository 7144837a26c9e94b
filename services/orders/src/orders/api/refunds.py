"""Refunds over HTTP: asked for, executed through the gate, or recorded because they were paid elsewhere."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse

from chassis import telemetry
from chassis.answers import PROBLEM
from chassis.auth import Principal
from chassis.idempotency import Once
from chassis.pagination import Page, Paged, cut
from chassis.problems import Refusal, problem
from chassis.web import Now, Reading, Session, allowed
from orders.api.scope import SeenBy, order_within, shop_within
from orders.commands.execute_refund import execute_refund
from orders.commands.record_refund import record_refund
from orders.commands.request_refund import request_refund
from orders.domain.errors import RefundNotFound
from orders.queries.refund_requests import requests_page
from orders.queries.refunds import refunds_page
from orders.schemas.refunds_asked import ExecutedRefundAsked, RefundAsked, executed_refund_asked, refund_asked
from orders.schemas.said import Recorded, RefundRequestSaid, RefundSaid

router = APIRouter(prefix="/refunds", tags=["refunds"])

Reader = Annotated[Principal, allowed("refunds.read")]
Asker = Annotated[Principal, allowed("refunds.request")]
Executor = Annotated[Principal, allowed("refunds.execute")]
Recorder = Annotated[Principal, allowed("refunds.record")]


def _recorded(
    response: Response, new: bool, *, shop: str, refund_no: str, order_no: str | None = None
) -> dict[str, str | None]:
    response.status_code = 201 if new else 200
    return {"result": "new" if new else "same", "shop": shop, "order_no": order_no, "refund_no": refund_no}


@router.post("", status_code=201, response_model=Recorded)
async def ask(*, session: Session, by: Asker, seen: SeenBy, once: Once, response: Response, body: RefundAsked) -> Any:
    """Record that a customer wants money back; nothing is paid yet. 200 when the same was asked for before."""
    await order_within(session, by, seen, body.shop, body.order_no)
    request = refund_asked(body)

    async def act() -> Any:
        new = await request_refund(session, request)
        return _recorded(response, new, shop=body.shop, refund_no=body.refund_no, order_no=body.order_no)

    return await once(session, by, act)


@router.post("/executed", status_code=201, response_model=Recorded)
async def record_executed(
    *, session: Session, by: Recorder, once: Once, now: Now, response: Response, body: ExecutedRefundAsked
) -> Any:
    """Record a refund that was paid already, by the shop's platform or before: it passes the gate, for it has
    happened. Refunds of a line never exceed its net amount. 200 when the same was recorded before."""
    shop_within(by, body.shop)
    draft = executed_refund_asked(body, now)

    async def act() -> Any:
        new = await record_refund(session, draft)
        return _recorded(response, new, shop=body.shop, refund_no=body.refund_no, order_no=body.order_no)

    return await once(session, by, act)


@router.post("/{shop}/{refund_no}/execute", status_code=201, response_model=Recorded)
async def execute(*, session: Session, by: Executor, once: Once, response: Response, shop: str, refund_no: str) -> Any:
    """Pay a refund that was asked for. Only the holder of the shop's refund seat does (403), and only when the goods
    are booked back (409); an attempt that is stopped is announced. 409 where somebody else has paid it already."""
    # not hidden from those who do not see the order: who tries is what the shop watches (A-004-1.25a)
    if by.shops and shop not in by.shops:
        raise RefundNotFound()

    async def act() -> Any:
        taken = await execute_refund(session, shop=shop, refund_no=refund_no, by=by.employee_no)
        if isinstance(taken, Refusal):  # an answer like any other, so that what the attempt left behind is committed
            response.status_code = taken.status
            return problem(taken, correlation_id=telemetry.correlation.get())
        return _recorded(response, taken == "new", shop=shop, refund_no=refund_no)

    body = await once(session, by, act)
    status = response.status_code or 201
    if status >= 400:
        return JSONResponse(body, status, headers=dict(response.headers), media_type=PROBLEM)
    return body


@router.get("/requests", response_model=Paged[RefundRequestSaid])
async def list_requests(
    *,
    session: Reading,
    by: Reader,
    seen: SeenBy,
    page: Page,
    shop: Annotated[str | None, Query(max_length=64)] = None,
    order_no: Annotated[str | None, Query(max_length=64)] = None,
    state: Literal["open", "executed"] | None = None,
) -> Any:
    """List refunds that were asked for, the latest first, and whether their goods are back. The holder of a shop's
    refund seat finds all of the shop."""
    rows = await requests_page(session, seen, page, shop=shop, order_no=order_no, state=state)
    items, following = cut(rows, page, key=lambda row: (row.requested_at.isoformat(), row.refund_no, row.shop))
    return {"items": [row._mapping for row in items], "next": following}


@router.get("", response_model=Paged[RefundSaid])
async def list_refunds(
    *,
    session: Reading,
    by: Reader,
    seen: SeenBy,
    page: Page,
    shop: Annotated[str | None, Query(max_length=64)] = None,
    order_no: Annotated[str | None, Query(max_length=64)] = None,
    operator: Annotated[str | None, Query(max_length=64, description="工号 of one of the sellers")] = None,
) -> Any:
    """List executed refunds, the latest first. Employees find those that take something from them, leads those of
    their people, the holder of a shop's refund seat all of the shop."""
    rows = await refunds_page(session, seen, page, shop=shop, order_no=order_no, operator=operator)
    items, following = cut(rows, page, key=lambda row: (row.executed_at.isoformat(), str(row.refund_id)))
    return {"items": [{**row._mapping, "shares": row.shares or []} for row in items], "next": following}
