"""Bodies of requests, and how a body becomes what the domain understands."""

from collections.abc import Sequence
from datetime import UTC, date
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from chassis.text import readable
from service_desk.commands.arrange import Seat
from service_desk.commands.record_messages import InChat
from service_desk.commands.record_threads import InThread
from service_desk.domain.message import Said, Sender, check_each_once, check_identity
from service_desk.domain.review import Draft, Parties, Responsible, each_once
from service_desk.domain.thresholds import EVERY_SHOP, Setting

Identity = Annotated[str, AfterValidator(readable), Field(min_length=1, max_length=64)]
Account = Annotated[
    str, AfterValidator(readable), Field(min_length=1, max_length=64, description="the seat: an agent's account")
]
Buyer = Annotated[str, AfterValidator(readable), Field(min_length=1, max_length=100)]
Words = Annotated[str, AfterValidator(readable), Field(max_length=300)]
Body = Annotated[str, AfterValidator(readable), Field(max_length=10_000)]
EmployeeNo = Annotated[
    str, AfterValidator(readable), Field(min_length=1, max_length=64, description="工号", examples=["A001"])
]
Instant = Annotated[AwareDatetime, Field(examples=["2026-11-02T10:20:00+08:00"])]
Score = Annotated[int, Field(ge=1, le=5, description="1 and 2 negative, 3 neutral, 4 and 5 positive")]


class Asked(BaseModel):
    """A request body; a field it does not know is refused, since it would be silently lost."""

    model_config = ConfigDict(extra="forbid")


class MessageAsked(Asked):
    """A message. `account` or `employee_no`: the agent who sent it, or, of a customer's, to whom it went.

    `automatic`: a robot's answer; it stops no clock.
    """

    message_no: Identity
    sent_at: Instant
    sender: Sender
    account: Account | None = None
    employee_no: EmployeeNo | None = None
    buyer: Buyer | None = None
    text: Body | None = None
    in_reply_to: Identity | None = None


class MessagesAsked(Asked):
    """Further messages of a chat."""

    buyer: Annotated[Buyer | None, Field(description="the customer, of messages that name none")] = None
    account: Annotated[Account | None, Field(description="the seat, of messages that name neither seat nor agent")] = (
        None
    )
    employee_no: Annotated[
        EmployeeNo | None, Field(description="the agent, of messages that name neither seat nor agent")
    ] = None
    messages: Annotated[list[MessageAsked], Field(min_length=1, max_length=1000)]


class ChatAsked(MessagesAsked):
    """A chat with the messages known so far."""

    shop: Identity
    chat_no: Identity


class ThreadsAsked(Asked):
    """Messages whose conversations are to be found by `in_reply_to`, in any order."""

    shop: Identity
    messages: Annotated[list[MessageAsked], Field(min_length=1, max_length=1000)]


class PartyAsked(Asked):
    """One of several responsible people; integer weights, so that thirds are exact."""

    employee_no: EmployeeNo
    weight: Annotated[int, Field(ge=1, le=999_999)] = 1


Responsibles = Annotated[
    list[PartyAsked] | None, Field(max_length=100, description="none: the sellers of the order answer for it")
]


class ReviewAsked(Asked):
    """A review as the platform shows it."""

    shop: Identity
    review_no: Identity
    score: Score
    written_at: Instant
    order_no: Identity | None = None
    order_unknown: Annotated[bool, Field(description="record it although nobody reported the order yet")] = False
    buyer: Buyer | None = None
    text: Body | None = None
    responsible: Responsibles = None
    cause: Words | None = None
    answered_at: Instant | None = None


class RevisionAsked(Asked):
    """What the buyer changed a review to."""

    score: Score
    text: Body | None = None
    revised_at: Annotated[Instant | None, Field(description="now unless given")] = None


class ResponsibleAsked(Asked):
    """Who answers for a review, and why it was written."""

    responsible: Responsibles = None
    cause: Words | None = None
    reason: Words | None = None


class AnswerAsked(Asked):
    """A public answer."""

    text: Body | None = None
    answered_at: Annotated[Instant | None, Field(description="now unless a lead or the shop's system says when")] = None


class ReportAsked(Asked):
    """The report on a neutral or negative review (中差评处理报告)."""

    report: Annotated[str, AfterValidator(readable), Field(min_length=1, max_length=10_000)]


class SeatAsked(Asked):
    """Who sits on a seat from a day on; nobody where employee_no is left out."""

    shop: Identity
    account: Account
    employee_no: EmployeeNo | None = None
    valid_from: date


class SettingAsked(Asked):
    """A setting from a day on, of one shop or of every shop without its own."""

    name: Literal[
        "greeting_seconds",
        "reply_seconds",
        "count_unanswered",
        "day_close_minutes",
        "conversion_window_hours",
        "review_reply_hours",
        "after_sales_holder",
    ]
    shop: Identity | None = None
    value: Annotated[str, AfterValidator(readable), Field(max_length=64, description="after_sales_holder: a 工号")]
    valid_from: date


def said(message: MessageAsked, defaults: MessagesAsked | None = None) -> Said:
    """Make a message of its body; what the chat says of all holds where the message says nothing."""
    buyer, account, employee_no = message.buyer, message.account, message.employee_no
    if defaults is not None and message.sender != "automatic":
        if account is None and employee_no is None:
            account, employee_no = defaults.account, defaults.employee_no
        if message.sender == "customer":
            buyer = buyer or defaults.buyer
    return Said(
        message.message_no,
        message.sent_at.astimezone(UTC),
        message.sender,
        account,
        employee_no,
        buyer,
        message.text or None,
        message.in_reply_to,
    )


def messages_asked(shop: str, chat_no: str, body: MessagesAsked) -> list[InChat]:
    """Make the messages of a chat. Raises IdentityUnusable, MessageListedTwice."""
    check_identity(shop, field="shop")
    check_identity(chat_no, field="chat_no")
    messages = [said(message, body) for message in body.messages]
    check_each_once(messages)
    return [InChat(shop, chat_no, message) for message in messages]


def threads_asked(body: ThreadsAsked) -> list[InThread]:
    """Make messages by reply chains. Raises IdentityUnusable, MessageListedTwice."""
    check_identity(body.shop, field="shop")
    messages = [said(message) for message in body.messages]
    check_each_once(messages)
    for place, message in enumerate(messages):
        check_identity(message.message_no, field=f"messages.{place}.message_no")
    return [InThread(body.shop, message) for message in messages]


def parties_asked(people: Sequence[PartyAsked] | None) -> Parties | None:
    """Read who is named. Raises PartyListedTwice."""
    if people is None:
        return None
    return each_once([Responsible(p.employee_no, p.weight) for p in people], field="responsible")


def review_asked(body: ReviewAsked) -> Draft:
    """Make a draft of a review. Raises IdentityUnusable, PartyListedTwice."""
    check_identity(body.shop, field="shop")
    check_identity(body.review_no, field="review_no")
    return Draft(
        shop=body.shop,
        review_no=body.review_no,
        score=body.score,
        written_at=body.written_at.astimezone(UTC),
        order_no=body.order_no,
        buyer=body.buyer,
        body=body.text or None,
        parties=parties_asked(body.responsible),
        cause=body.cause or None,
        answered_at=body.answered_at,
        order_may_be_unknown=body.order_unknown,
    )


def seat_asked(body: SeatAsked) -> Seat:
    """Make an entry of a seat. Raises IdentityUnusable."""
    check_identity(body.shop, field="shop")
    return Seat(body.shop, body.account, body.valid_from, body.employee_no)


def setting_asked(body: SettingAsked) -> Setting:
    """Make a setting."""
    return Setting(body.name, body.shop or EVERY_SHOP, body.value, body.valid_from)
