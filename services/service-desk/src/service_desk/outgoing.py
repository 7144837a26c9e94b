"""Our facts as contract events."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from contracts.base import EVENTS, EventData, Party
from contracts.service_desk import (
    ChatDayClosed,
    ChatDayClosedRevoked,
    GreetingLate,
    GreetingLateRevoked,
    InquiryCounted,
    InquiryCountedRevoked,
    InquiryWon,
    InquiryWonRevoked,
    ReplyOverdue,
    ReplyOverdueRevoked,
    ReviewFacts,
    ReviewNegative,
    ReviewNeutral,
    ReviewReplyOverdue,
    ReviewReplyOverdueRevoked,
    ReviewRevised,
)
from service_desk.domain.clocks import Judged
from service_desk.domain.inquiries import Inquiry
from service_desk.domain.review import Grade, Parties


@dataclass(frozen=True, slots=True)
class Holding:
    """A fact that holds now: in its group (a chat, a day, a buyer, a review) the key tells it from the others."""

    group: str
    key: str
    about: str
    time: datetime
    business_date: date
    data: EventData


@dataclass(frozen=True, slots=True)
class Standing:
    """A fact as it was announced last."""

    group: str
    key: str
    about: str
    type: str
    event_id: UUID
    business_date: date
    content: str

    def data(self) -> EventData:
        """Read what was announced."""
        return EVENTS[self.type, 1].model_validate_json(self.content)


def clock_facts(chat: UUID, shop: str, chat_no: str, judged: Sequence[Judged]) -> list[Holding]:
    """Say which waits of a chat were too long; those of nobody known are nobody's fact."""
    group, about = f"chat/{chat}", f"{shop}/{chat_no}"
    found = []
    for one in judged:
        wait, day, who = one.wait, one.business_date, one.wait.employee_no
        if who is None:
            continue
        if one.greeting_late_at is not None:
            greeting = GreetingLate(employee_no=who, shop=shop, chat_no=chat_no, waited_seconds=one.waited_seconds)
            found.append(Holding(group, "greeting", about, one.greeting_late_at, day, greeting))
        if one.overdue_at is not None:
            reply = ReplyOverdue(
                employee_no=who,
                shop=shop,
                chat_no=chat_no,
                message_no=wait.message_no,
                waited_seconds=one.waited_seconds,
            )
            found.append(Holding(group, f"reply/{wait.message_no}", about, one.overdue_at, day, reply))
    return found


def day_fact(
    employee_no: str, day: date, *, closed_at: datetime, chats: int, replies: int, average: Decimal
) -> Holding:
    """Say what somebody's chats of a day came to."""
    data = ChatDayClosed(employee_no=employee_no, chats=chats, replies=replies, average_seconds=average)
    return Holding(f"day/{employee_no}/{day}", "day", f"{employee_no}/{day}", closed_at, day, data)


def inquiry_counted(shop: str, buyer: str, inquiry: Inquiry, day: date) -> Holding:
    """Say that a buyer asked an agent."""
    ask = inquiry.ask
    data = InquiryCounted(employee_no=ask.employee_no, shop=shop, buyer=buyer, chat_no=ask.chat_no)
    key = f"counted/{ask.employee_no}/{ask.asked_at.isoformat()}"
    return Holding(f"buyer/{shop}/{buyer}", key, f"{shop}/{buyer}", ask.asked_at, day, data)


def inquiry_won(counted: Holding, counted_event_id: UUID, order_no: str, paid_at: datetime) -> Holding:
    """Say that a buyer who had asked paid an order; it counts for the day of the inquiry, so that a month's ratio is
    that of its inquiries and never above one."""
    asked = counted.data
    assert isinstance(asked, InquiryCounted)
    data = InquiryWon(
        employee_no=asked.employee_no,
        shop=asked.shop,
        buyer=asked.buyer,
        order_no=order_no,
        counted_event_id=counted_event_id,
    )
    key = counted.key.replace("counted/", "won/", 1)
    return Holding(counted.group, key, counted.about, paid_at, counted.business_date, data)


def review_grade(
    review: UUID,
    *,
    shop: str,
    review_no: str,
    order_no: str | None,
    score: int,
    grade: Grade,
    parties: Parties,
    cause: str | None,
    since: datetime,
    day: date,
) -> Holding:
    """Say that a review is negative or neutral, and who is responsible."""
    kind = ReviewNegative if grade == "negative" else ReviewNeutral
    data = kind(
        review_no=review_no,
        shop=shop,
        order_no=order_no,
        score=score,
        parties=tuple(Party(employee_no=p.employee_no, weight=p.weight) for p in parties),
        cause=cause,
    )
    return Holding(f"review/{review}", "grade", f"{shop}/{review_no}", since, day, data)


def review_overdue(
    review: UUID, run: int, *, shop: str, review_no: str, who: str, hours: int, at: datetime, day: date
) -> Holding:
    """Say that a negative review got no public answer in time."""
    data = ReviewReplyOverdue(employee_no=who, review_no=review_no, shop=shop, allowed_hours=hours)
    return Holding(f"review/{review}", f"reply/{run}", f"{shop}/{review_no}", at, day, data)


_REVOKED = {
    GreetingLate: GreetingLateRevoked,
    ReplyOverdue: ReplyOverdueRevoked,
    ChatDayClosed: ChatDayClosedRevoked,
    InquiryCounted: InquiryCountedRevoked,
    InquiryWon: InquiryWonRevoked,
    ReviewReplyOverdue: ReviewReplyOverdueRevoked,
}


def revocation(standing: Standing, reason: str, *, grade: Grade = "positive") -> EventData:
    """Say that a fact no longer holds as announced; `grade` is how the review stands now, where it is one's."""
    data = standing.data()
    if isinstance(data, ReviewFacts):
        return ReviewRevised(
            revokes=standing.event_id,
            revoked_business_date=standing.business_date,
            reason=reason,
            review_no=data.review_no,
            shop=data.shop,
            order_no=data.order_no,
            previous_grade="negative" if isinstance(data, ReviewNegative) else "neutral",
            grade=grade,
            parties=data.parties,
        )
    for kind, revoked in _REVOKED.items():
        if isinstance(data, kind):
            return revoked(
                revokes=standing.event_id,
                revoked_business_date=standing.business_date,
                reason=reason,
                employee_no=data.employee_no,
            )
    raise LookupError(f"{standing.type} is never revoked")
