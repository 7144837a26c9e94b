"""Bodies of answers."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from service_desk.domain.message import Sender
from service_desk.domain.review import Grade

# the column is called `body`; the document names the first choice, which is what an answer says
ROW_TEXT = AliasChoices("text", "body")


class Shaped(BaseModel):
    """An answer that is read off a row."""

    model_config = ConfigDict(from_attributes=True)


class ChatRecorded(BaseModel):
    """How many of the messages were new, and how many recorded before."""

    result: Literal["new", "same"]
    shop: str
    chat_no: str | None = None
    new: int
    same: int


class Recorded(BaseModel):
    """What became of a request: recorded, or the same was recorded before and nothing changed."""

    result: Literal["new", "same", "amended"]


class ChatListed(Shaped):
    """A chat in a list."""

    shop: str
    chat_no: str
    buyer: str | None
    first_at: datetime
    last_at: datetime


class MessageSaid(Shaped):
    """A message as it was reported."""

    message_no: str
    sent_at: datetime
    sender: Sender
    account: str | None
    employee_no: str | None
    buyer: str | None
    text: Annotated[str | None, Field(validation_alias=ROW_TEXT)]
    in_reply_to: str | None


class WaitSaid(Shaped):
    """A customer's wait: the message that waited, who was to answer, and what the clock showed when it was settled."""

    message_no: str
    greeting: Annotated[bool, Field(description="the first wait of the chat; it is a reply as well")]
    employee_no: Annotated[str | None, Field(description="none: nobody is known; never announced")]
    account: str | None
    buyer: str | None
    started_at: datetime
    answered_at: datetime | None
    business_date: date
    waited_seconds: Annotated[int, Field(description="seconds of duty, or of time where no duty is known")]
    settled: Annotated[bool, Field(description="false: still waiting, and its day is not closed")]
    greeting_late: bool
    overdue: bool


class WaitListed(WaitSaid):
    """A wait in a list."""

    shop: str
    chat_no: str


class ChatSaid(ChatListed):
    """A chat with its messages and its waits."""

    threaded: bool
    settling: Annotated[bool, Field(description="something changed since the clocks were read")]
    messages: list[MessageSaid]
    waits: list[WaitSaid]


class DaySaid(Shaped):
    """What somebody's chats of a business date came to."""

    employee_no: str
    business_date: date
    chats: int
    replies: int
    average_seconds: Decimal


class InquirySaid(Shaped):
    """An inquiry that counts, and the order that won it."""

    shop: str
    buyer: str
    employee_no: str
    chat_no: str
    asked_at: datetime
    until: datetime
    business_date: date
    order_no: str | None
    won_at: datetime | None
    counted_event_id: UUID


class PartySaid(BaseModel):
    """One of the people who answer for a review."""

    employee_no: str
    weight: int


class ReviewListed(BaseModel):
    """A review in a list."""

    shop: str
    review_no: str
    order_no: str | None
    order_unknown: Annotated[bool, Field(description="names an order that nobody reported")]
    buyer: str | None
    written_at: datetime
    score: int
    grade: Grade
    text: str | None
    cause: str | None
    responsible: list[PartySaid]
    answered_at: datetime | None
    answer_by: Annotated[datetime | None, Field(description="until when a negative review must be answered")]
    answerer: Annotated[str | None, Field(description="who must answer; none: nobody is known, so nobody is late")]
    overdue: bool
    reported: bool
    closed: bool


class VersionSaid(Shaped):
    """What a review said from an instant on."""

    version: int
    score: int
    text: Annotated[str | None, Field(validation_alias=ROW_TEXT)]
    cause: str | None
    since: datetime
    reason: str | None
    recorded_at: datetime
    recorded_by: str


class ActSaid(Shaped):
    """An answer, the report, or the closing."""

    act: Literal["answered", "reported", "closed"]
    at: datetime
    text: Annotated[str | None, Field(validation_alias=ROW_TEXT)]
    recorded_at: datetime
    recorded_by: str


class ReviewSaid(ReviewListed):
    """A review with all that happened to it."""

    versions: list[VersionSaid]
    acts: list[ActSaid]


class SeatSaid(Shaped):
    """Who sits on a seat from a day on, as it was entered."""

    shop: str
    account: str
    employee_no: str | None
    valid_from: date
    recorded_at: datetime
    recorded_by: str


class SettingSaid(BaseModel):
    """A setting from a day on, as it was entered."""

    name: str
    shop: str | None
    value: str
    valid_from: date
    recorded_at: datetime
    recorded_by: str


class SettingKnown(BaseModel):
    """A setting that exists: the value it ships with, and the value in force."""

    name: str
    shipped: str
    value: str
    source: Annotated[str, Field(description="the rule it comes from")]


def review_said(row: Any) -> dict[str, Any]:
    """Shape a review."""
    acts = row.acts or []
    return {
        **row._mapping,
        "text": row.body,
        "responsible": row.parties or [],
        "reported": "reported" in acts,
        "closed": "closed" in acts,
    }


def review_whole(row: Any, versions: Sequence[Any], acts: Sequence[Any]) -> dict[str, Any]:
    """Shape a review with all that happened to it."""
    return {
        **review_said(row),
        "versions": [VersionSaid.model_validate(version) for version in versions],
        "acts": [ActSaid.model_validate(act) for act in acts],
    }
