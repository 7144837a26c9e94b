"""Lists of reviews, and one with all that happened to it; what somebody may not see is not there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, select, tuple_
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.pagination import PageRequest
from chassis.scope import Scope, about_people, of_shops
from service_desk.domain.errors import ReviewNotFound
from service_desk.domain.review import Grade
from service_desk.models import (
    EmployeeRow,
    OrderRow,
    ReviewActRow,
    ReviewPersonRow,
    ReviewRow,
    ReviewStatusRow,
    ReviewVersionRow,
)

Rows = Sequence[Any]
DIRECTORY = EmployeeRow.__table__


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which reviews are asked for; what is None or False does not matter.

    `nobody`: a negative review that nobody must answer. `order_unknown`: names an order that nobody reported.
    """

    shop: str | None = None
    order_no: str | None = None
    grade: Grade | None = None
    responsible: str | None = None
    overdue: bool | None = None
    unanswered: bool = False
    nobody: bool = False
    order_unknown: bool = False


def within(scope: Scope) -> ColumnElement[bool]:
    """Say in SQL which reviews a scope covers: those somebody in it answers for, or must answer publicly."""
    shops = of_shops(scope, ReviewRow.shop)
    if scope.everybody:
        return shops
    person, status = ReviewPersonRow, ReviewStatusRow
    responsible = exists().where(
        person.review_id == ReviewRow.review_id, about_people(scope, person.employee_no, DIRECTORY)
    )
    answers = about_people(scope, func.coalesce(status.answerer, ""), DIRECTORY) & status.answerer.is_not(None)
    own = responsible | answers
    if scope.team:  # what is nobody's yet is every lead's: somebody has to find out whose it is
        own = own | (~exists().where(person.review_id == ReviewRow.review_id) & status.answerer.is_(None))
    return and_(shops, own)


def _order_known() -> ColumnElement[bool]:
    return exists().where(OrderRow.shop == ReviewRow.shop, OrderRow.order_no == ReviewRow.order_no)


def _listed() -> Any:
    person = ReviewPersonRow
    pairs = func.json_build_object("employee_no", person.employee_no, "weight", person.weight)
    people = select(func.json_agg(aggregate_order_by(pairs, person.place)))
    people = people.where(person.review_id == ReviewRow.review_id)
    acts = select(func.array_agg(ReviewActRow.act)).where(ReviewActRow.review_id == ReviewRow.review_id)
    status, version = ReviewStatusRow, ReviewVersionRow
    return (
        select(
            *(ReviewRow.review_id, ReviewRow.shop, ReviewRow.review_no, ReviewRow.order_no, ReviewRow.buyer),
            *(ReviewRow.written_at, version.version, version.score, version.body, version.cause, status.grade),
            *(status.answered_at, status.answer_by, status.answerer, status.overdue),
            (ReviewRow.order_no.is_not(None) & ~_order_known()).label("order_unknown"),
            people.scalar_subquery().label("parties"),
            acts.scalar_subquery().label("acts"),
        )
        .join(status, status.review_id == ReviewRow.review_id)
        # the newest version, not the one settled last, so that what was recorded is read at once
        .join(version, version.review_id == ReviewRow.review_id)
        .where(version.version == _newest())
    )


def _newest() -> Any:
    newest = select(func.max(ReviewVersionRow.version)).where(ReviewVersionRow.review_id == ReviewRow.review_id)
    return newest.correlate(ReviewRow).scalar_subquery()


async def reviews_page(session: AsyncSession, scope: Scope, page: PageRequest, wanted: Wanted) -> Rows:
    """List reviews, the one written last first; one row more than asked for tells that there is a next page."""
    status = ReviewStatusRow
    query = _listed().where(within(scope)).order_by(ReviewRow.written_at.desc(), ReviewRow.review_id.desc())
    for column, value in (
        (ReviewRow.shop, wanted.shop),
        (ReviewRow.order_no, wanted.order_no),
        (status.grade, wanted.grade),
        (status.overdue, wanted.overdue),
    ):
        if value is not None:
            query = query.where(column == value)
    if wanted.responsible is not None:
        who = ReviewPersonRow.employee_no == wanted.responsible
        query = query.where(exists().where(ReviewPersonRow.review_id == ReviewRow.review_id, who))
    if wanted.unanswered or wanted.nobody:
        query = query.where(status.grade == "negative", status.answered_at.is_(None))
    if wanted.nobody:
        query = query.where(status.answerer.is_(None))
    if wanted.order_unknown:
        query = query.where(ReviewRow.order_no.is_not(None), ~_order_known())
    if (after := page.after_key(datetime.fromisoformat, UUID)) is not None:
        query = query.where(tuple_(ReviewRow.written_at, ReviewRow.review_id) < after)
    rows: Rows = (await session.execute(query.limit(page.limit + 1))).all()
    return rows


async def review(session: AsyncSession, scope: Scope, shop: str, review_no: str) -> tuple[Any, Rows, Rows]:
    """Give a review with its versions and what happened to it. Raises ReviewNotFound."""
    query = _listed().where(ReviewRow.shop == shop, ReviewRow.review_no == review_no, within(scope))
    found = (await session.execute(query)).one_or_none()
    if found is None:
        raise ReviewNotFound()
    version, act = ReviewVersionRow, ReviewActRow
    versions = select(version).where(version.review_id == found.review_id).order_by(version.version)
    acts = select(act).where(act.review_id == found.review_id).order_by(act.id)
    return found, (await session.execute(versions)).scalars().all(), (await session.execute(acts)).scalars().all()


async def check_visible(session: AsyncSession, scope: Scope, shop: str, review_no: str) -> None:
    """Answer for a review outside the scope as if it were not there. Raises ReviewNotFound."""
    query = (
        select(ReviewRow.review_id)
        .join(ReviewStatusRow, ReviewStatusRow.review_id == ReviewRow.review_id)
        .where(ReviewRow.shop == shop, ReviewRow.review_no == review_no, within(scope))
    )
    if (await session.execute(query)).first() is None:
        raise ReviewNotFound()
