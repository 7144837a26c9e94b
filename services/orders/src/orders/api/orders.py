"""Orders over HTTP: placing them, and everything that happens to one."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from chassis.auth import Principal
from chassis.gathering import Gathering, alone
from chassis.idempotency import Once
from chassis.pagination import Page, Paged, cut
from chassis.web import Now, Reading, Session, allowed, backlog_of, door_for
from orders.api.scope import SeenBy, order_within, shop_within
from orders.commands.advance import advance
from orders.commands.amend import amend
from orders.commands.assign_operator import assign_operator
from orders.commands.place_orders import place_orders
from orders.domain.draft import Draft
from orders.domain.errors import OrderNotFound
from orders.domain.steps import State, Step
from orders.queries.orders import history, order_is_visible, orders_page, untagged_by_shop
from orders.queries.standing import standing_orders
from orders.schemas.asked import (
    AmendmentAsked,
    AssignmentAsked,
    OrderAsked,
    StepAsked,
    draft_asked,
    lines_asked,
    sellers_asked,
)
from orders.schemas.said import OrderListed, OrderSaid, Recorded, UntaggedSaid, order_said

router = APIRouter(prefix="/orders", tags=["orders"])
untagged_router = APIRouter(tags=["orders"])

Reader = Annotated[Principal, allowed("orders.read")]
Placer = Annotated[Principal, allowed("orders.place")]
Advancer = Annotated[Principal, allowed("orders.advance")]
Assigner = Annotated[Principal, allowed("orders.assign")]
Amender = Annotated[Principal, allowed("orders.amend")]
Counter = Annotated[Principal, allowed("orders.count_untagged")]


def _recorded(response: Response, new: bool, shop: str, order_no: str) -> dict[str, str]:
    response.status_code = 201 if new else 200
    return {"result": "new" if new else "same", "shop": shop, "order_no": order_no}


@router.post("", status_code=201, response_model=Recorded)
async def place(*, by: Placer, now: Now, once: Once, request: Request, response: Response, body: OrderAsked) -> Any:
    """Record an order, with the steps it has taken so far. 200 when the same was recorded before, 409 with the field
    when something else was."""
    shop_within(by, body.shop)
    draft, door = draft_asked(body, request.app.state.remark_pattern), door_for(request, by, now)
    placing: Gathering[Draft, bool] = request.app.state.placing

    if once.key is None:  # its number makes an order one act; only an answer that is to be stored needs more
        return _recorded(response, await placing.ask(draft, door), *draft.key)
    async with backlog_of(request).transaction(door) as session:

        async def act() -> Any:
            return _recorded(response, await alone(session, place_orders, draft, door), *draft.key)

        return await once(session, by, act)


@router.get("", response_model=Paged[OrderListed])
async def list_orders(
    *,
    session: Reading,
    by: Reader,
    seen: SeenBy,
    page: Page,
    shop: Annotated[str | None, Query(max_length=64)] = None,
    status: State | None = None,
    placed_from: Annotated[date | None, Query(description="business date, included")] = None,
    placed_to: Annotated[date | None, Query(description="business date, included")] = None,
    operator: Annotated[str | None, Query(max_length=64, description="工号 of one of the sellers")] = None,
    untagged: Annotated[bool, Query(description="only orders that nobody is known to have sold")] = False,
) -> Any:
    """List orders, the latest first. Employees find the orders they have a share in, leads those of their people and
    those that nobody is known to have sold."""
    rows = await orders_page(
        session,
        seen,
        page,
        shop=shop,
        status=status,
        placed_from=placed_from,
        placed_to=placed_to,
        operator=operator,
        untagged=untagged,
    )
    items, following = cut(rows, page, key=lambda row: (row.placed_at.isoformat(), str(row.order_id)))
    return {"items": [row._mapping for row in items], "next": following}


@router.get("/{shop}/{order_no}", response_model=OrderSaid)
async def read_order(session: Reading, by: Reader, seen: SeenBy, shop: str, order_no: str) -> Any:
    """Read one order as it stands, with what happened to it; a foreign one answers 404."""
    if not await order_is_visible(session, seen, shop, order_no):
        raise OrderNotFound()
    order = (await standing_orders(session, [(shop, order_no)]))[shop, order_no]
    return order_said(order, await history(session, order.order_id))


Taking = Callable[[State], Awaitable[Any]]


async def _taking(
    *,
    session: Session,
    by: Advancer,
    seen: SeenBy,
    once: Once,
    now: Now,
    response: Response,
    shop: str,
    order_no: str,
    body: StepAsked,
) -> Taking:
    """Hand a route what takes its order one step on: all of them ask for the same and differ in the step."""

    async def take(state: State) -> Any:
        step = Step(state, body.at or now, body.at is not None)

        async def act() -> Any:
            new = await advance(session, shop, order_no, step, reason=body.reason)
            return _recorded(response, new, shop, order_no)

        await order_within(session, by, seen, shop, order_no)
        return await once(session, by, act)

    return take


Take = Annotated[Taking, Depends(_taking)]


@router.post("/{shop}/{order_no}/paid", status_code=201, response_model=Recorded)
async def pay(take: Take) -> Any:
    """Record that the customer paid. 200 when that is recorded already."""
    return await take("paid")


@router.post("/{shop}/{order_no}/shipped", status_code=201, response_model=Recorded)
async def ship(take: Take) -> Any:
    """Record that the goods of a paid order left. 200 when that is recorded already."""
    return await take("shipped")


@router.post("/{shop}/{order_no}/completed", status_code=201, response_model=Recorded)
async def complete(take: Take) -> Any:
    """Record that the sale is final; commission is earned on this day. 200 when that is recorded already."""
    return await take("completed")


@router.post("/{shop}/{order_no}/cancelled", status_code=201, response_model=Recorded)
async def cancel(take: Take) -> Any:
    """Record that the order will not be carried out. 200 when that is recorded already, 409 once it is completed."""
    return await take("cancelled")


@router.post("/{shop}/{order_no}/assignments", status_code=201, response_model=Recorded)
async def assign(
    *,
    session: Session,
    by: Assigner,
    seen: SeenBy,
    once: Once,
    response: Response,
    shop: str,
    order_no: str,
    body: AssignmentAsked,
) -> Any:
    """Settle who sold an order, or one line of it. What was announced stays; the change is an event of its own."""
    await order_within(session, by, seen, shop, order_no)
    sellers = sellers_asked(None, body.sellers)

    async def act() -> Any:
        new = await assign_operator(
            session, shop, order_no, sellers, line_no=body.line_no, reason=body.reason, by=by.employee_no
        )
        return _recorded(response, new, shop, order_no)

    return await once(session, by, act)


@router.post("/{shop}/{order_no}/amendments", status_code=201, response_model=Recorded)
async def amend_order(
    *,
    session: Session,
    by: Amender,
    seen: SeenBy,
    once: Once,
    response: Response,
    shop: str,
    order_no: str,
    body: AmendmentAsked,
) -> Any:
    """Correct the content of an order that is neither completed nor cancelled; the earlier content stays readable."""
    await order_within(session, by, seen, shop, order_no)
    lines = lines_asked(body.lines) if body.lines is not None else None

    async def act() -> Any:
        await amend(session, shop, order_no, lines=lines, buyer=body.buyer, remark=body.remark, reason=body.reason)
        return _recorded(response, True, shop, order_no)

    return await once(session, by, act)


@untagged_router.get("/untagged-orders", response_model=UntaggedSaid)
async def count_untagged(session: Reading, by: Counter, seen: SeenBy) -> Any:
    """Count the orders that nobody is known to have sold, shop by shop; GET /orders?untagged=true lists them."""
    rows = await untagged_by_shop(session, seen)
    return {"orders": sum(row.orders for row in rows), "shops": [row._mapping for row in rows]}
