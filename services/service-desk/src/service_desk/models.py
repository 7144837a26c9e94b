"""Tables that are read through SQLAlchemy; rows are rows. The migration says everything about all of them.

Ledgers (read and append): messages, thread_messages, seats, thresholds, reviews, review_versions, review_acts. The rest
stands for how things are now: it is folded from the ledgers and from what other services announced.
"""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import MetaData, Numeric
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from chassis.orm import NAMES, Instant


class Base(DeclarativeBase):
    """Every table of service-desk, apart from other services' tables of the same names (employees, orders)."""

    metadata = MetaData(naming_convention=NAMES)


class ChatRow(Base):
    """A chat; `head` is the chat it turned out to be a part of, itself as a rule."""

    __tablename__ = "chats"

    chat_id: Mapped[UUID] = mapped_column(primary_key=True)
    shop: Mapped[str]
    chat_no: Mapped[str]
    threaded: Mapped[bool]
    buyer: Mapped[str | None]
    head: Mapped[UUID]
    first_at: Mapped[Instant]
    last_at: Mapped[Instant]
    due_at: Mapped[Instant | None]


class MessageRow(Base):
    """A message, as it was reported."""

    __tablename__ = "messages"

    chat_id: Mapped[UUID] = mapped_column(primary_key=True)
    message_no: Mapped[str] = mapped_column(primary_key=True)
    sent_at: Mapped[Instant]
    sender: Mapped[str]
    account: Mapped[str | None]
    employee_no: Mapped[str | None]
    buyer: Mapped[str | None]
    body: Mapped[str | None]
    in_reply_to: Mapped[str | None]
    recorded_at: Mapped[Instant]
    recorded_by: Mapped[str]


class ChatPersonRow(Base):
    """Somebody who spoke in a chat, or was to."""

    __tablename__ = "chat_people"

    chat_id: Mapped[UUID] = mapped_column(primary_key=True)
    employee_no: Mapped[str] = mapped_column(primary_key=True)


class WaitRow(Base):
    """What the clock of one wait showed at the last settling."""

    __tablename__ = "chat_waits"

    chat_id: Mapped[UUID] = mapped_column(primary_key=True)
    wait_no: Mapped[int] = mapped_column(primary_key=True)
    shop: Mapped[str]
    message_no: Mapped[str]
    greeting: Mapped[bool]
    employee_no: Mapped[str | None]
    account: Mapped[str | None]
    buyer: Mapped[str | None]
    started_at: Mapped[Instant]
    answered_at: Mapped[Instant | None]
    business_date: Mapped[date]
    waited_seconds: Mapped[int]
    settled: Mapped[bool]
    greeting_late: Mapped[bool]
    overdue: Mapped[bool]


class AgentDayRow(Base):
    """Somebody's chats of one business date."""

    __tablename__ = "agent_days"

    employee_no: Mapped[str] = mapped_column(primary_key=True)
    business_date: Mapped[date] = mapped_column(primary_key=True)
    chats: Mapped[int]
    replies: Mapped[int]
    average_seconds: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    closed: Mapped[bool]
    due_at: Mapped[Instant | None]


class InquiryRow(Base):
    """An inquiry that counts, and the order that won it."""

    __tablename__ = "inquiries"

    counted_event_id: Mapped[UUID] = mapped_column(primary_key=True)
    shop: Mapped[str]
    buyer: Mapped[str]
    employee_no: Mapped[str]
    chat_no: Mapped[str]
    asked_at: Mapped[Instant]
    until: Mapped[Instant]
    business_date: Mapped[date]
    order_no: Mapped[str | None]
    won_at: Mapped[Instant | None]


class SeatRow(Base):
    """Who sits behind an account from a day on."""

    __tablename__ = "seats"

    id: Mapped[int] = mapped_column(primary_key=True)
    shop: Mapped[str]
    account: Mapped[str]
    employee_no: Mapped[str | None]
    valid_from: Mapped[date]
    recorded_at: Mapped[Instant]
    recorded_by: Mapped[str]


class ThresholdRow(Base):
    """What is allowed from a day on."""

    __tablename__ = "thresholds"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    shop: Mapped[str]
    value: Mapped[str]
    valid_from: Mapped[date]
    recorded_at: Mapped[Instant]
    recorded_by: Mapped[str]


class ReviewRow(Base):
    """A review; what it says stands in its versions."""

    __tablename__ = "reviews"

    review_id: Mapped[UUID] = mapped_column(primary_key=True)
    shop: Mapped[str]
    review_no: Mapped[str]
    order_no: Mapped[str | None]
    buyer: Mapped[str | None]
    written_at: Mapped[Instant]
    recorded_at: Mapped[Instant]
    recorded_by: Mapped[str]


class ReviewVersionRow(Base):
    """What a review said from an instant on; `parties` is JSON, NULL where the order's sellers answer."""

    __tablename__ = "review_versions"

    review_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    score: Mapped[int]
    body: Mapped[str | None]
    parties: Mapped[str | None]
    cause: Mapped[str | None]
    since: Mapped[Instant]
    reason: Mapped[str | None]
    recorded_at: Mapped[Instant]
    recorded_by: Mapped[str]


class ReviewActRow(Base):
    """A public answer, the report, or the closing of a review's case."""

    __tablename__ = "review_acts"

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[UUID]
    act: Mapped[str]
    at: Mapped[Instant]
    body: Mapped[str | None]
    recorded_at: Mapped[Instant]
    recorded_by: Mapped[str]


class ReviewStatusRow(Base):
    """How a review stands: its grade, and who must answer by when."""

    __tablename__ = "review_status"

    review_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    grade: Mapped[str]
    answered_at: Mapped[Instant | None]
    answer_by: Mapped[Instant | None]
    answerer: Mapped[str | None]
    overdue: Mapped[bool]
    due_at: Mapped[Instant | None]


class ReviewPersonRow(Base):
    """Somebody who answers for a review as it stands."""

    __tablename__ = "review_people"

    review_id: Mapped[UUID] = mapped_column(primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    employee_no: Mapped[str]
    weight: Mapped[int]


class EmployeeRow(Base):
    """What attendance announced of somebody last."""

    __tablename__ = "employees"

    employee_no: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    department: Mapped[str]
    post: Mapped[str]
    manager_no: Mapped[str | None]
    hire_date: Mapped[date]
    leave_date: Mapped[date | None]


class OrderRow(Base):
    """What orders announced of an order: who bought it, who sold it (JSON), when it was paid."""

    __tablename__ = "orders"

    shop: Mapped[str] = mapped_column(primary_key=True)
    order_no: Mapped[str] = mapped_column(primary_key=True)
    buyer: Mapped[str | None]
    parties: Mapped[str]
    placed_at: Mapped[Instant | None]
    paid_at: Mapped[Instant | None]
