"""A message of a chat as it is reported, and whether it is the one that was recorded."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from service_desk.domain.errors import IdentityUnusable, MessageDiffers, MessageListedTwice, SentInFuture

Sender = Literal["customer", "agent", "automatic"]
CLOCKS_DIFFER = timedelta(minutes=1)
CONTENT = ("sent_at", "sender", "account", "employee_no", "buyer", "body", "in_reply_to")


class Said(NamedTuple):
    """A message: who sent it when.

    `account` and `employee_no` are the agent's who sent it, or, of a customer's message, to whom it was sent.
    """

    message_no: str
    sent_at: datetime
    sender: Sender
    account: str | None = None
    employee_no: str | None = None
    buyer: str | None = None
    body: str | None = None
    in_reply_to: str | None = None


def check_identity(value: str, *, field: str) -> None:
    """Refuse what could not stand in an address, such as /chats/{shop}/{chat_no}. Raises IdentityUnusable."""
    if not value or len(value) > 64 or "/" in value or "\\" in value or not value.strip("."):
        raise IdentityUnusable(field=field, value=repr(value[:80]))


def check_time(at: datetime, *, field: str, now: datetime) -> None:
    """Refuse a time that has not come yet; clocks may differ by a minute. Raises SentInFuture."""
    if at > now + CLOCKS_DIFFER:
        raise SentInFuture(field=field, at=at.isoformat())


def check_each_once(messages: Sequence[Said]) -> None:
    """Refuse two messages of one number. Raises MessageListedTwice."""
    seen: set[str] = set()
    for place, message in enumerate(messages):
        if message.message_no in seen:
            raise MessageListedTwice(field=f"messages.{place}.message_no", message_no=message.message_no)
        seen.add(message.message_no)


def check_same(recorded: Said, message: Said, *, place: str = "") -> None:
    """Refuse another content under a recorded number; what a report leaves out does not differ.

    Raises MessageDiffers.
    """
    for name in CONTENT:
        said = getattr(message, name)
        if said is not None and said != getattr(recorded, name):
            raise MessageDiffers(field=place + name, message_no=message.message_no, field_name=name)
