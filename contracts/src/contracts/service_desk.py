"""What service-desk says: chats and their clocks, inquiries, reviews."""

from decimal import Decimal
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from contracts.base import EmployeeNo, EventData, Party, Revocation, Shape
from contracts.orders import OrderNo, Shop
from contracts.sealing import Seal

ChatNo = Annotated[str, Field(min_length=1, max_length=64)]
ReviewNo = Annotated[str, Field(min_length=1, max_length=64)]
Seconds = Annotated[int, Field(ge=0, description="whole seconds, begun ones not counted")]
Buyer = Annotated[str, Field(min_length=1, max_length=100)]


class GreetingLate(EventData):
    """A customer waited longer than allowed for the first word of a person (30 s as shipped, catalogue B 4.5)."""

    type: ClassVar[str] = "chat.greeting_late"
    version: ClassVar[int] = 1
    measure: ClassVar[str | None] = "waited_seconds"

    employee_no: EmployeeNo
    shop: Shop
    chat_no: ChatNo
    waited_seconds: Seconds


class GreetingLateRevoked(Revocation, EventData):
    """Messages or duty times that arrived later show another greeting."""

    type: ClassVar[str] = "chat.greeting_late_revoked"
    version: ClassVar[int] = 1

    employee_no: EmployeeNo


class ReplyOverdue(EventData):
    """A customer waited longer than allowed for one answer (3 min as shipped, A-004-1.10b)."""

    type: ClassVar[str] = "chat.reply_overdue"
    version: ClassVar[int] = 1
    measure: ClassVar[str | None] = "waited_seconds"

    employee_no: EmployeeNo
    shop: Shop
    chat_no: ChatNo
    message_no: Annotated[str, Field(max_length=64, description="the customer's message that waited")]
    waited_seconds: Seconds


class ReplyOverdueRevoked(Revocation, EventData):
    """Messages or duty times that arrived later show another wait."""

    type: ClassVar[str] = "chat.reply_overdue_revoked"
    version: ClassVar[int] = 1

    employee_no: EmployeeNo


class ChatDayClosed(EventData):
    """A person's chats of one day (business date), settled."""

    type: ClassVar[str] = "chat.day_closed"
    version: ClassVar[int] = 1

    employee_no: EmployeeNo
    chats: Annotated[int, Field(ge=0)]
    replies: Annotated[int, Field(ge=0)]
    average_seconds: Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=2)]


class ChatDayClosedRevoked(Revocation, EventData):
    """A day of chats was settled anew."""

    type: ClassVar[str] = "chat.day_closed_revoked"
    version: ClassVar[int] = 1

    employee_no: EmployeeNo


class InquiryCounted(EventData):
    """A buyer asked an agent about a purchase; one event a buyer and agent in the conversion window."""

    type: ClassVar[str] = "inquiry.counted"
    version: ClassVar[int] = 1

    employee_no: EmployeeNo
    shop: Shop
    buyer: Buyer
    chat_no: ChatNo


class InquiryWon(EventData):
    """A buyer who had asked paid an order within the conversion window; one event a buyer and agent."""

    type: ClassVar[str] = "inquiry.won"
    version: ClassVar[int] = 1

    employee_no: EmployeeNo
    shop: Shop
    buyer: Buyer
    order_no: OrderNo
    counted_event_id: UUID


class InquiryCountedRevoked(Revocation, EventData):
    """Messages, seats or a window that became known later show another inquiry."""

    type: ClassVar[str] = "inquiry.counted_revoked"
    version: ClassVar[int] = 1

    employee_no: EmployeeNo


class InquiryWonRevoked(Revocation, EventData):
    """What had won an inquiry, or the inquiry itself, is another one."""

    type: ClassVar[str] = "inquiry.won_revoked"
    version: ClassVar[int] = 1

    employee_no: EmployeeNo


class ReviewFacts(Shape):
    """A buyer's review and who is responsible for what it complains of; nobody may be, or not yet be known."""

    review_no: ReviewNo
    shop: Shop
    order_no: OrderNo | None = None
    score: Annotated[int, Field(ge=1, le=5)]
    parties: tuple[Party, ...] = ()
    cause: Annotated[str | None, Field(max_length=300)] = None


class ReviewNegative(ReviewFacts, EventData):
    """A buyer wrote a bad review (score 1 or 2)."""

    type: ClassVar[str] = "review.negative"
    version: ClassVar[int] = 1


class ReviewNeutral(ReviewFacts, EventData):
    """A buyer wrote a middling review (score 3)."""

    type: ClassVar[str] = "review.neutral"
    version: ClassVar[int] = 1


class ReviewRevised(Revocation, EventData):
    """A negative or neutral review no longer holds as announced: the buyer changed it, or others are responsible.

    Where the review is still negative or neutral, an event of its own follows.
    """

    type: ClassVar[str] = "review.revised"
    version: ClassVar[int] = 1

    review_no: ReviewNo
    shop: Shop
    order_no: OrderNo | None = None
    previous_grade: Literal["negative", "neutral"]
    grade: Literal["negative", "neutral", "positive"]
    parties: Annotated[tuple[Party, ...], Field(description="who had been responsible")] = ()


class ReviewReplyOverdue(EventData):
    """A negative review got no public answer in time (24 h as shipped, A-004-1.19b)."""

    type: ClassVar[str] = "review.reply_overdue"
    version: ClassVar[int] = 1

    employee_no: EmployeeNo
    review_no: ReviewNo
    shop: Shop
    allowed_hours: Annotated[int, Field(gt=0)]


class ReviewReplyOverdueRevoked(Revocation, EventData):
    """An answer given in time became known later, or others had to answer."""

    type: ClassVar[str] = "review.reply_overdue_revoked"
    version: ClassVar[int] = 1

    employee_no: EmployeeNo


class ServiceDeskSealed(Seal, EventData):
    """A month is over here, and nothing of it is in flight any more."""

    type: ClassVar[str] = "service_desk.period_sealed"
    version: ClassVar[int] = 1
