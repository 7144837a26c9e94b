"""Lists of refunds; what somebody may not see is not there."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, or_, select, tuple_
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.pagination import PageRequest
from chassis.scope import about_people, of_shops
from orders.models import EmployeeRow, RefundRow, RefundShareRow
from orders.queries.orders import Rows, Seen
from orders.queries.shop_settings import shops_of_holder


async def refunds_page(
    session: AsyncSession,
    seen: Seen,
    page: PageRequest,
    *,
    shop: str | None = None,
    order_no: str | None = None,
    operator: str | None = None,
) -> Rows:
    """List refunds with what each seller gives up, the latest executed first; one row more than asked for tells that
    there is a next page."""
    share = RefundShareRow
    pairs = func.json_build_object("employee_no", share.employee_no, "amount", share.amount.concat(""))
    shares = (
        select(func.json_agg(aggregate_order_by(pairs, share.place)))
        .where(share.refund_id == RefundRow.refund_id)
        .scalar_subquery()
    )
    query = (
        select(
            RefundRow.refund_id,
            RefundRow.shop,
            RefundRow.refund_no,
            RefundRow.order_no,
            RefundRow.line_no,
            RefundRow.amount,
            RefundRow.executed_at,
            RefundRow.reason,
            RefundRow.basis,
            RefundRow.event_id,
            shares.label("shares"),
        )
        .order_by(RefundRow.executed_at.desc(), RefundRow.refund_id.desc())
        .limit(page.limit + 1)
    )
    scope = seen.scope
    query = query.where(of_shops(scope, RefundRow.shop))
    if not scope.everybody:
        theirs = _taken_from(about_people(scope, share.employee_no, EmployeeRow.__table__))
        query = query.where(or_(theirs, RefundRow.shop.in_(shops_of_holder(scope.own, seen.today))))
    if operator is not None:
        query = query.where(_taken_from(share.employee_no == operator))
    if shop is not None:
        query = query.where(RefundRow.shop == shop)
    if order_no is not None:
        query = query.where(RefundRow.order_no == order_no)
    if (after := page.after_key(datetime.fromisoformat, UUID)) is not None:
        query = query.where(tuple_(RefundRow.executed_at, RefundRow.refund_id) < after)
    return (await session.execute(query)).all()


def _taken_from(people: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(RefundShareRow.refund_id == RefundRow.refund_id, people)
