"""Refunds that were asked for: single ones, their gate, and lists."""

from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from chassis.pagination import PageRequest
from orders.domain.refund import RefundRequest
from orders.models import (
    OrderLineRow,
    OrderRow,
    OrderStatusRow,
    RefundLineRow,
    RefundRequestRow,
    RefundRow,
    ReturnReceivedRow,
)
from orders.queries.orders import Rows, Seen, visible

REQUEST = """
SELECT r.shop, r.refund_no, o.order_no, r.line_no, r.amount, r.goods_come_back, r.reason
FROM refund_requests r JOIN orders o USING (order_id) WHERE r.shop = $1 AND r.refund_no = $2
"""
EXECUTED_BY = "SELECT recorded_by FROM refunds WHERE shop = $1 AND refund_no = $2"


async def refund_request(session: AsyncSession, shop: str, refund_no: str) -> RefundRequest | None:
    """Give a request by its number."""
    row = await (await raw(session)).fetchrow(REQUEST, shop, refund_no)
    return RefundRequest(**row) if row else None


async def executed_by(session: AsyncSession, shop: str, refund_no: str) -> str | None:
    """Tell who executed a refund, or brought in that it was; None while nobody has."""
    who: str | None = await (await raw(session)).fetchval(EXECUTED_BY, shop, refund_no)
    return who


def goods_back() -> ColumnElement[bool]:
    """Say in SQL that inventory has booked back something of every line that a request takes money from."""
    request, line, back = RefundRequestRow, OrderLineRow, ReturnReceivedRow
    booked = exists().where(
        back.shop == request.shop,
        back.order_no == OrderRow.order_no,
        or_(back.line_no == line.line_no, and_(back.line_no.is_(None), back.sku == line.sku)),
    )
    refunded = (
        select(func.coalesce(func.sum(RefundLineRow.amount), 0))
        .where(RefundLineRow.order_id == request.order_id, RefundLineRow.line_no == line.line_no)
        .correlate(RefundRequestRow, OrderLineRow)
        .scalar_subquery()
    )
    awaited = exists().where(
        line.order_id == request.order_id,
        line.revision == OrderStatusRow.revision,
        or_(request.line_no.is_(None), line.line_no == request.line_no),
        line.net_amount > refunded,
        ~booked,
    )
    return ~awaited


async def goods_are_back(session: AsyncSession, shop: str, refund_no: str) -> bool:
    """Tell whether inventory has booked back what a request is about (A-004-1.24a)."""
    request = RefundRequestRow
    query = (
        select(goods_back())
        .select_from(request)
        .join(OrderRow, OrderRow.order_id == request.order_id)
        .join(OrderStatusRow, OrderStatusRow.order_id == request.order_id)
        .where(request.shop == shop, request.refund_no == refund_no)
    )
    return bool((await session.execute(query)).scalar_one())


async def requests_page(
    session: AsyncSession,
    seen: Seen,
    page: PageRequest,
    *,
    shop: str | None = None,
    order_no: str | None = None,
    state: Literal["open", "executed"] | None = None,
) -> Rows:
    """List refunds that were asked for, the latest first; those of orders that the caller sees. One row more than
    asked for tells that there is a next page."""
    request = RefundRequestRow
    executed = exists().where(RefundRow.shop == request.shop, RefundRow.refund_no == request.refund_no)
    query = (
        select(
            request.shop,
            request.refund_no,
            OrderRow.order_no,
            request.line_no,
            request.amount,
            request.goods_come_back,
            request.reason,
            request.requested_at,
            request.requested_by,
            request.event_id,
            goods_back().label("goods_back"),
            executed.label("executed"),
        )
        .join(OrderRow, OrderRow.order_id == request.order_id)
        .join(OrderStatusRow, OrderStatusRow.order_id == request.order_id)
        .where(visible(seen))
        .order_by(request.requested_at.desc(), request.refund_no.desc(), request.shop.desc())
        .limit(page.limit + 1)
    )
    if shop is not None:
        query = query.where(request.shop == shop)
    if order_no is not None:
        query = query.where(OrderRow.order_no == order_no)
    if state is not None:
        query = query.where(executed if state == "executed" else ~executed)
    if (after := page.after_key(datetime.fromisoformat, str, str)) is not None:
        query = query.where(tuple_(request.requested_at, request.refund_no, request.shop) < after)
    return (await session.execute(query)).all()
