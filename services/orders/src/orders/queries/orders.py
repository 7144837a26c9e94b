"""Lists of orders, and one with its history; what somebody may not see is not there."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.pagination import PageRequest
from orders.domain.permissions import Scope
from orders.models import (
    OrderAmendmentRow,
    OrderAssignmentRow,
    OrderPartyRow,
    OrderRow,
    OrderStateRow,
    OrderStatusRow,
)

Rows = Sequence[Any]
"""Rows with the names of their columns as attributes."""


def visible(scope: Scope) -> list[ColumnElement[bool]]:
    """Say in SQL which orders a scope covers."""
    conditions: list[ColumnElement[bool]] = []
    if scope.own is not None:
        conditions.append(sold_by(scope.own))
    if scope.shops:
        conditions.append(OrderRow.shop.in_(scope.shops))
    return conditions


def sold_by(employee_no: str) -> ColumnElement[bool]:
    """Say in SQL that somebody is one of an order's present sellers."""
    return exists().where(
        OrderPartyRow.order_id == OrderRow.order_id,
        OrderPartyRow.assignment == OrderStatusRow.assignment,
        OrderPartyRow.employee_no == employee_no,
    )


async def orders_page(
    session: AsyncSession,
    scope: Scope,
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
        .where(*visible(scope))
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
        query = query.where(sold_by(operator))
    if untagged:
        query = query.where(OrderStatusRow.untagged)
    if (after := page.after_key(datetime.fromisoformat, UUID)) is not None:
        query = query.where(tuple_(OrderRow.placed_at, OrderRow.order_id) < after)
    return (await session.execute(query)).all()


async def order_is_visible(session: AsyncSession, scope: Scope, shop: str, order_no: str) -> bool:
    """Tell whether an order is there and within a scope."""
    query = (
        select(OrderRow.order_id)
        .join(OrderStatusRow, OrderStatusRow.order_id == OrderRow.order_id)
        .where(OrderRow.shop == shop, OrderRow.order_no == order_no, *visible(scope))
    )
    return (await session.execute(query)).first() is not None


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
