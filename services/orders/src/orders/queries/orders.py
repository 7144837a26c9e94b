"""Lists of orders, and one with its history; what somebody may not see is not there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.pagination import PageRequest
from chassis.scope import Scope, about_people, of_shops
from orders.models import (
    EmployeeRow,
    OrderAmendmentRow,
    OrderAssignmentRow,
    OrderPartyRow,
    OrderRow,
    OrderStateRow,
    OrderStatusRow,
)
from orders.queries.shop_settings import shops_of_holder

Rows = Sequence[Any]
"""Rows with the names of their columns as attributes."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a caller sees, and on which day: seats change hands."""

    scope: Scope
    today: date


def visible(seen: Seen, *, nobodys: bool = False) -> ColumnElement[bool]:
    """Say in SQL which orders somebody sees: all; else those sold by the people of their scope, and those of shops
    whose refund seat they hold. Leads, and with `nobodys` everybody, see orders too that nobody is known to have sold.
    """
    scope = seen.scope
    shops = of_shops(scope, OrderRow.shop)
    if scope.everybody:
        return shops
    ways: list[ColumnElement[bool]] = [
        _sold_by(about_people(scope, OrderPartyRow.employee_no, EmployeeRow.__table__)),
        OrderRow.shop.in_(shops_of_holder(scope.own, seen.today)),
    ]
    if scope.team or nobodys:
        ways.append(OrderStatusRow.untagged.is_(True))
    return and_(shops, or_(*ways))


def _sold_by(people: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(
        OrderPartyRow.order_id == OrderRow.order_id,
        OrderPartyRow.assignment == OrderStatusRow.assignment,
        people,
    )


async def orders_page(
    session: AsyncSession,
    seen: Seen,
    page: PageRequest,
    *,
    shop: str | None = None,
    status: str | None = None,
    placed_from: date | None = None,
    placed_to: date | None = None,
    operator: str | None = None,
    untagged: bool = False,
) -> Rows:
    """List orders, the latest placed first; dates are business dates, both ends included. One row more than asked for
    tells that there is a next page."""
    query = (
        select(
            OrderRow.order_id,
            OrderRow.shop,
            OrderRow.order_no,
            OrderRow.placed_at,
            OrderRow.business_date,
            OrderRow.buyer,
            OrderRow.basis,
            OrderStatusRow.state,
            OrderStatusRow.net_amount,
            OrderStatusRow.refunded,
            OrderStatusRow.untagged,
        )
        .join(OrderStatusRow, OrderStatusRow.order_id == OrderRow.order_id)
        .where(visible(seen))
        .order_by(OrderRow.placed_at.desc(), OrderRow.order_id.desc())
        .limit(page.limit + 1)
    )
    if shop is not None:
        query = query.where(OrderRow.shop == shop)
    if status is not None:
        query = query.where(OrderStatusRow.state == status)
    if placed_from is not None:
        query = query.where(OrderRow.business_date >= placed_from)
    if placed_to is not None:
        query = query.where(OrderRow.business_date <= placed_to)
    if operator is not None:
        query = query.where(_sold_by(OrderPartyRow.employee_no == operator))
    if untagged:
        query = query.where(OrderStatusRow.untagged)
    if (after := page.after_key(datetime.fromisoformat, UUID)) is not None:
        query = query.where(tuple_(OrderRow.placed_at, OrderRow.order_id) < after)
    return (await session.execute(query)).all()


async def order_is_visible(
    session: AsyncSession, seen: Seen, shop: str, order_no: str, *, nobodys: bool = False
) -> bool:
    """Tell whether an order is there and somebody sees it."""
    query = (
        select(OrderRow.order_id)
        .join(OrderStatusRow, OrderStatusRow.order_id == OrderRow.order_id)
        .where(OrderRow.shop == shop, OrderRow.order_no == order_no, visible(seen, nobodys=nobodys))
    )
    return (await session.execute(query)).first() is not None


async def untagged_by_shop(session: AsyncSession, seen: Seen) -> Rows:
    """Count the orders that nobody is known to have sold, and their money, shop by shop; cancelled ones left out."""
    query = (
        select(
            OrderRow.shop,
            func.count().label("orders"),
            func.sum(OrderStatusRow.net_amount - OrderStatusRow.refunded).label("net_amount"),
            func.min(OrderRow.placed_at).label("oldest"),
        )
        .join(OrderStatusRow, OrderStatusRow.order_id == OrderRow.order_id)
        .where(visible(seen), OrderStatusRow.untagged, OrderStatusRow.state != "cancelled")
        .group_by(OrderRow.shop)
        .order_by(OrderRow.shop)
    )
    return (await session.execute(query)).all()


async def history(session: AsyncSession, order_id: UUID) -> dict[str, Rows]:
    """Give what happened to an order: steps, amendments, assignments, each with its event."""
    step, amendment, assignment = OrderStateRow, OrderAmendmentRow, OrderAssignmentRow
    steps = select(step.state, step.at, step.business_date, step.reason, step.event_id, step.recorded_by)
    amendments = select(
        amendment.revision, amendment.reason, amendment.event_id, amendment.recorded_at, amendment.recorded_by
    )
    assignments = select(
        assignment.assignment, assignment.reason, assignment.event_id, assignment.recorded_at, assignment.recorded_by
    )
    queries = {
        "steps": steps.where(step.order_id == order_id).order_by(step.step_no),
        "amendments": amendments.where(amendment.order_id == order_id).order_by(amendment.revision),
        "assignments": assignments.where(assignment.order_id == order_id).order_by(assignment.assignment),
    }
    return {name: (await session.execute(query)).all() for name, query in queries.items()}
