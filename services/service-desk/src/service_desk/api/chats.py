"""Chats over HTTP: their messages in, what the clocks show out."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response

from chassis.auth import Principal
from chassis.idempotency import Once
from chassis.pagination import Page, Paged, cut
from chassis.problems import Refusal
from chassis.web import Reading, Session, allowed
from service_desk.api.scope import scope, shop_within
from service_desk.commands.record_messages import InChat, record_messages
from service_desk.commands.record_threads import record_threads
from service_desk.queries import chats
from service_desk.schemas.asked import ChatAsked, MessagesAsked, ThreadsAsked, messages_asked, threads_asked
from service_desk.schemas.said import (
    ChatListed,
    ChatRecorded,
    ChatSaid,
    DaySaid,
    InquirySaid,
    WaitListed,
)

router = APIRouter(tags=["chats"])

Reader = Annotated[Principal, allowed("chats.read")]
Recorder = Annotated[Principal, allowed("chats.record")]


def _wanted(
    shop: Annotated[str | None, Query(max_length=64)] = None,
    employee_no: Annotated[str | None, Query(max_length=64, description="工号")] = None,
    day_from: Annotated[date | None, Query(description="business date, included")] = None,
    day_to: Annotated[date | None, Query(description="business date, included")] = None,
) -> chats.Wanted:
    return chats.Wanted(shop, employee_no, day_from, day_to)


Wanted = Annotated[chats.Wanted, Depends(_wanted)]


def _taken(response: Response, taken: list[Any], shop: str, chat_no: str | None) -> dict[str, Any]:
    """Shape what became of messages; of refused ones the first is the answer, and nothing is recorded."""
    for place, verdict in enumerate(taken):
        if isinstance(verdict, Refusal):
            verdict.field = f"messages.{place}.{verdict.field}"
            raise verdict
    new = taken.count("new")
    response.status_code = 201 if new else 200
    result = "new" if new else "same"
    return {"result": result, "shop": shop, "chat_no": chat_no, "new": new, "same": len(taken) - new}


@router.post("/chats", status_code=201, response_model=ChatRecorded)
async def record_chat(session: Session, by: Recorder, once: Once, response: Response, body: ChatAsked) -> Any:
    """Record a chat with its messages so far; messages recorded before are passed over. 409 with the message when it
    was recorded with another content; then none is recorded."""
    return await _append(session, by, once, response, messages_asked(body.shop, body.chat_no, body))


@router.post("/chats/{shop}/{chat_no}/messages", status_code=201, response_model=ChatRecorded)
async def append_messages(
    *, session: Session, by: Recorder, once: Once, response: Response, shop: str, chat_no: str, body: MessagesAsked
) -> Any:
    """Record further messages of a chat, in any order; the first ones make it."""
    return await _append(session, by, once, response, messages_asked(shop, chat_no, body))


async def _append(session: Session, by: Principal, once: Once, response: Response, messages: list[InChat]) -> Any:
    shop, chat_no, _ = messages[0]
    shop_within(by, shop)

    async def act() -> Any:
        return _taken(response, list(await record_messages(session, messages)), shop, chat_no)

    return await once(session, by, act)


@router.post("/threads", status_code=201, response_model=ChatRecorded)
async def record_thread_messages(
    *, session: Session, by: Recorder, once: Once, response: Response, body: ThreadsAsked
) -> Any:
    """Record messages that name the one they reply to; a conversation is the chain of replies, its number that of its
    first message. They may come in any order; one that is replied to may come later, or never."""
    shop_within(by, body.shop)
    messages = threads_asked(body)

    async def act() -> Any:
        return _taken(response, list(await record_threads(session, messages)), body.shop, None)

    return await once(session, by, act)


@router.get("/chats", response_model=Paged[ChatListed])
async def list_chats(
    *,
    session: Reading,
    by: Reader,
    page: Page,
    shop: Annotated[str | None, Query(max_length=64)] = None,
    employee_no: Annotated[str | None, Query(max_length=64, description="工号 of somebody who spoke")] = None,
    buyer: Annotated[str | None, Query(max_length=100)] = None,
) -> Any:
    """List chats, the one that began last first. Employees find those they spoke in."""
    rows = await chats.chats_page(session, scope(by), page, chats.Wanted(shop, employee_no), buyer=buyer)
    items, following = cut(rows, page, key=lambda row: (row.first_at.isoformat(), str(row.chat_id)))
    return {"items": items, "next": following}


@router.get("/chats/{shop}/{chat_no}", response_model=ChatSaid)
async def read_chat(session: Reading, by: Reader, shop: str, chat_no: str) -> Any:
    """Read a chat with its messages and its waits; a foreign one answers 404."""
    row, messages, waits = await chats.chat(session, scope(by), shop, chat_no)
    head = ChatListed.model_validate(row).model_dump()
    return head | {
        "threaded": row.threaded,
        # an open wait makes a chat due when its day closes; what is due before that has not been read yet
        "settling": row.due_at is not None and not any(not wait.settled for wait in waits),
        "messages": messages,
        "waits": waits,
    }


@router.get("/waits", response_model=Paged[WaitListed])
async def list_waits(
    *,
    session: Reading,
    by: Reader,
    page: Page,
    wanted: Wanted,
    account: Annotated[str | None, Query(max_length=64)] = None,
    overdue: Annotated[bool | None, Query(description="longer than allowed, as greeting or as reply")] = None,
    nobody: Annotated[bool, Query(description="only waits whose agent is not known: they are never announced")] = False,
) -> Any:
    """List how long customers waited for whom, in the order of time."""
    rows = await chats.waits_page(session, scope(by), page, wanted, account=account, overdue=overdue, nobody=nobody)
    items, following = cut(rows, page, key=lambda row: (row.started_at.isoformat(), str(row.chat_id), row.wait_no))
    return {"items": [row._mapping for row in items], "next": following}


@router.get("/chat-days", response_model=Paged[DaySaid])
async def list_days(session: Reading, by: Reader, page: Page, wanted: Wanted) -> Any:
    """List what people's chats of closed days came to, the latest first."""
    rows = await chats.days_page(session, scope(by), page, wanted)
    items, following = cut(rows, page, key=lambda row: (row.business_date.isoformat(), row.employee_no))
    return {"items": items, "next": following}


@router.get("/inquiries", response_model=Paged[InquirySaid])
async def list_inquiries(*, session: Reading, by: Reader, page: Page, wanted: Wanted, won: bool | None = None) -> Any:
    """List inquiries, one a buyer and agent in the conversion window, in the order of time."""
    rows = await chats.inquiries_page(session, scope(by), page, wanted, won=won)
    items, following = cut(rows, page, key=lambda row: (row.asked_at.isoformat(), str(row.counted_event_id)))
    return {"items": items, "next": following}
