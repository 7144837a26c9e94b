"""What service-desk takes in from files: seats, messages of numbered chats, messages by reply chains, reviews."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.auth import Principal
from chassis.imports.kinds import Choice, Day, FieldType, Instant, Integer, Kind, Outcome, Record, Text
from chassis.imports.refusing import Reason
from chassis.problems import Refusal
from service_desk.commands.arrange import Seat, judge_seats, take_seats
from service_desk.commands.record_messages import InChat, judge_messages, record_messages
from service_desk.commands.record_threads import InThread, judge_threads, record_threads
from service_desk.commands.take_reviews import judge_reviews, take_reviews
from service_desk.domain.errors import ShopNotYours
from service_desk.domain.message import Said, check_identity
from service_desk.domain.review import Draft, read_parties

SENDER = Choice(("customer", "agent", "automatic"), required=True)

MESSAGE_FIELDS: Mapping[str, FieldType] = {
    "shop": Text(64, required=True),
    "message_no": Text(64, required=True),
    "sent_at": Instant(required=True),
    "sender": SENDER,
    "account": Text(64),
    "employee_no": Text(64),
    "buyer": Text(100),
    "text": Text(10_000),
    "in_reply_to": Text(64),
}
CHAT_FIELDS: Mapping[str, FieldType] = {"chat_no": Text(64, required=True), **MESSAGE_FIELDS}
REVIEW_FIELDS: Mapping[str, FieldType] = {
    "shop": Text(64, required=True),
    "review_no": Text(64, required=True),
    "order_no": Text(64),
    "score": Integer(1, 5, required=True),
    "written_at": Instant(required=True),
    "revised_at": Instant(),
    "answered_at": Instant(),
    "buyer": Text(100),
    "text": Text(10_000),
    "responsible": Text(1000),
    "cause": Text(300),
}
SEAT_FIELDS: Mapping[str, FieldType] = {
    "shop": Text(64, required=True),
    "account": Text(64, required=True),
    "valid_from": Day(required=True),
    "employee_no": Text(64),
}

D = TypeVar("D")
Judge = Callable[[AsyncSession, Sequence[D]], Awaitable[Sequence[Any]]]


def _said(fields: Mapping[str, Any]) -> Said:
    check_identity(fields["shop"], field="shop")
    return Said(
        fields["message_no"],
        fields["sent_at"],
        fields["sender"],
        fields["account"],
        fields["employee_no"],
        fields["buyer"],
        fields["text"],
        fields["in_reply_to"],
    )


def chat_message(fields: Mapping[str, Any]) -> InChat:
    """Make a message of a numbered chat. Raises IdentityUnusable."""
    check_identity(fields["chat_no"], field="chat_no")
    return InChat(fields["shop"], fields["chat_no"], _said(fields))


def thread_message(fields: Mapping[str, Any]) -> InThread:
    """Make a message by reply chains; its number may become that of a chat. Raises IdentityUnusable."""
    check_identity(fields["message_no"], field="message_no")
    return InThread(fields["shop"], _said(fields))


def review_draft(fields: Mapping[str, Any]) -> Draft:
    """Make a draft of a review; its order may come later, or never. `responsible` may name several: A001:2,A002:1.

    Raises IdentityUnusable, PartiesUnreadable, PartyListedTwice.
    """
    for name in ("shop", "review_no"):
        check_identity(fields[name], field=name)
    said = {name: fields[name] for name in REVIEW_FIELDS if name not in ("text", "responsible")}
    people = fields["responsible"]
    return Draft(**said, body=fields["text"], parties=read_parties(people, field="responsible") if people else None)


def seat_entry(fields: Mapping[str, Any]) -> Seat:
    """Make an entry of a seat; without a number nobody sits there any more. Raises IdentityUnusable."""
    check_identity(fields["shop"], field="shop")
    return Seat(fields["shop"], fields["account"], fields["valid_from"], fields["employee_no"])


def _kind(
    name: str,
    fields: Mapping[str, FieldType],
    key: tuple[str, ...],
    *,
    read: Callable[[Mapping[str, Any]], D],
    judge: Judge[D],
    take: Judge[D],
) -> Kind:
    """Make a kind of two commands: what `judge` foresees is what `take` does, with what could be read."""

    async def compare(session: AsyncSession, records: Sequence[Record], *, by: Principal) -> Sequence[Outcome]:
        drafts = [_read(read, record, by) for record in records]
        return _outcomes(drafts, await judge(session, _readable(drafts)))

    async def apply(
        session: AsyncSession, records: Sequence[Record], *, by: Principal, now: datetime
    ) -> Sequence[Outcome]:
        drafts = [_read(read, record, by) for record in records]
        return _outcomes(drafts, await take(session, _readable(drafts)))

    return Kind(name, fields, key=key, compare=compare, apply=apply)


def _read(read: Callable[[Mapping[str, Any]], D], record: Record, by: Principal) -> D | Refusal:
    shop = record.fields["shop"]
    if by.shops and shop not in by.shops:
        return ShopNotYours(field="shop", shop=shop)
    try:
        return read(record.fields)
    except Refusal as refusal:
        return refusal


def _readable(drafts: Iterable[D | Refusal]) -> list[D]:
    return [draft for draft in drafts if not isinstance(draft, Refusal)]


def _outcomes(drafts: Sequence[Any], taken: Iterable[Any]) -> list[Outcome]:
    following = iter(taken)
    return [_outcome(draft if isinstance(draft, Refusal) else next(following)) for draft in drafts]


def _outcome(taken: Any) -> Outcome:
    if isinstance(taken, Refusal):
        return Outcome("refused", Reason(taken.detail_zh, taken.detail), taken.field or "")
    return Outcome(taken)


KINDS = (
    _kind("seats", SEAT_FIELDS, ("shop", "account", "valid_from"), read=seat_entry, judge=judge_seats, take=take_seats),
    _kind(
        "messages",
        CHAT_FIELDS,
        ("shop", "chat_no", "message_no"),
        read=chat_message,
        judge=judge_messages,
        take=record_messages,
    ),
    _kind(
        "threads",
        MESSAGE_FIELDS,
        ("shop", "message_no"),
        read=thread_message,
        judge=judge_threads,
        take=record_threads,
    ),
    _kind(
        "reviews",
        REVIEW_FIELDS,
        ("shop", "review_no"),
        read=review_draft,
        judge=judge_reviews,
        take=take_reviews,
    ),
)
