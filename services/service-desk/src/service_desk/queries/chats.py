"""Lists of chats, waits, days and inquiries, and one chat whole; what somebody may not see is not there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, exists, select, true, tuple_, type_coerce
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from chassis.pagination import PageRequest
from chassis.scope import Scope, about_people, of_shops
from service_desk.domain.errors import ChatNotFound
from service_desk.models import AgentDayRow, ChatPersonRow, ChatRow, EmployeeRow, InquiryRow, MessageRow, WaitRow

Rows = Sequence[Any]
DIRECTORY = EmployeeRow.__table__


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows are asked for; what is None does not matter. Both days are included."""

    shop: str | None = None
    employee_no: str | None = None
    day_from: date | None = None
    day_to: date | None = None


def _chats_within(scope: Scope) -> ColumnElement[bool]:
    if scope.everybody:
        return of_shops(scope, ChatRow.shop)
    spoke = ChatPersonRow.chat_id == ChatRow.chat_id
    own: ColumnElement[bool] = exists().where(spoke, about_people(scope, ChatPersonRow.employee_no, DIRECTORY))
    if scope.team:  # what is nobody's yet is every lead's: somebody has to find out whose it is
        own = own | ~exists().where(spoke)
    return own & of_shops(scope, ChatRow.shop)


def _waits_within(scope: Scope) -> ColumnElement[bool]:
    own = about_people(scope, type_coerce(WaitRow.employee_no, String), DIRECTORY)
    if scope.team:
        own = own | WaitRow.employee_no.is_(None)
    return own & of_shops(scope, WaitRow.shop)


def _days(
    query: Select[Any], column: InstrumentedAttribute[date], wanted: Wanted, who: InstrumentedAttribute[Any]
) -> Select[Any]:
    if wanted.day_from is not None:
        query = query.where(column >= wanted.day_from)
    if wanted.day_to is not None:
        query = query.where(column <= wanted.day_to)
    return query if wanted.employee_no is None else query.where(who == wanted.employee_no)


async def chats_page(
    session: AsyncSession, scope: Scope, page: PageRequest, wanted: Wanted, *, buyer: str | None = None
) -> Rows:
    """List chats, the one that began last first; one row more than asked for tells that there is a next page."""
    row = ChatRow
    query = select(row).where(row.head == row.chat_id, _chats_within(scope)).limit(page.limit + 1)
    query = query.order_by(row.first_at.desc(), row.chat_id.desc())
    if wanted.shop is not None:
        query = query.where(row.shop == wanted.shop)
    if buyer is not None:
        query = query.where(row.buyer == buyer)
    if wanted.employee_no is not None:
        spoke = ChatPersonRow.employee_no == wanted.employee_no
        query = query.where(exists().where(ChatPersonRow.chat_id == row.chat_id, spoke))
    if (after := page.after_key(datetime.fromisoformat, UUID)) is not None:
        query = query.where(tuple_(row.first_at, row.chat_id) < after)
    return (await session.execute(query)).scalars().all()


async def chat(session: AsyncSession, scope: Scope, shop: str, chat_no: str) -> tuple[ChatRow, Rows, Rows]:
    """Give a chat with its messages and its waits; the number of a part leads to the whole. Raises ChatNotFound."""
    part = aliased(ChatRow)
    query = (
        select(ChatRow)
        .join(part, part.head == ChatRow.chat_id)
        .where(part.shop == shop, part.chat_no == chat_no, _chats_within(scope))
    )
    found = (await session.execute(query)).scalar_one_or_none()
    if found is None:
        raise ChatNotFound()
    messages = (
        select(MessageRow)
        .join(ChatRow, ChatRow.chat_id == MessageRow.chat_id)
        .where(ChatRow.head == found.chat_id)
        .order_by(MessageRow.sent_at, MessageRow.message_no)
    )
    waits = select(WaitRow).where(WaitRow.chat_id == found.chat_id).order_by(WaitRow.wait_no)
    return found, (await session.execute(messages)).scalars().all(), (await session.execute(waits)).scalars().all()


async def waits_page(
    session: AsyncSession,
    scope: Scope,
    page: PageRequest,
    wanted: Wanted,
    *,
    account: str | None = None,
    overdue: bool | None = None,
    nobody: bool = False,
) -> Rows:
    """List what the clocks showed, in the order of time. `nobody`: only waits whose agent is not known."""
    row = WaitRow
    query: Any = (
        select(*row.__table__.c, ChatRow.chat_no)
        .join(ChatRow, ChatRow.chat_id == row.chat_id)
        .where(_waits_within(scope))
        .order_by(row.started_at, row.chat_id, row.wait_no)
        .limit(page.limit + 1)
    )
    query = _days(query, row.business_date, wanted, row.employee_no)
    conditions = [
        true() if wanted.shop is None else row.shop == wanted.shop,
        true() if account is None else row.account == account,
        true() if overdue is None else (row.overdue | row.greeting_late).is_(overdue),
        row.employee_no.is_(None) if nobody else true(),
    ]
    query = query.where(*conditions)
    if (after := page.after_key(datetime.fromisoformat, UUID, int)) is not None:
        query = query.where(tuple_(row.started_at, row.chat_id, row.wait_no) > after)
    rows: Rows = (await session.execute(query)).all()
    return rows


async def days_page(session: AsyncSession, scope: Scope, page: PageRequest, wanted: Wanted) -> Rows:
    """List the days of agents that are closed, the latest first."""
    row = AgentDayRow
    query = (
        select(row)
        .where(row.closed, about_people(scope, row.employee_no, DIRECTORY))
        .order_by(row.business_date.desc(), row.employee_no.desc())
        .limit(page.limit + 1)
    )
    query = _days(query, row.business_date, wanted, row.employee_no)
    if (after := page.after_key(date.fromisoformat, str)) is not None:
        query = query.where(tuple_(row.business_date, row.employee_no) < after)
    return (await session.execute(query)).scalars().all()


async def inquiries_page(
    session: AsyncSession, scope: Scope, page: PageRequest, wanted: Wanted, *, won: bool | None = None
) -> Rows:
    """List inquiries, in the order of time."""
    row = InquiryRow
    query = (
        select(row)
        .where(about_people(scope, row.employee_no, DIRECTORY), of_shops(scope, row.shop))
        .order_by(row.asked_at, row.counted_event_id)
        .limit(page.limit + 1)
    )
    query = _days(query, row.business_date, wanted, row.employee_no)
    if wanted.shop is not None:
        query = query.where(row.shop == wanted.shop)
    if won is not None:
        query = query.where(row.order_no.is_not(None) if won else row.order_no.is_(None))
    if (after := page.after_key(datetime.fromisoformat, UUID)) is not None:
        query = query.where(tuple_(row.asked_at, row.counted_event_id) > after)
    return (await session.execute(query)).scalars().all()
