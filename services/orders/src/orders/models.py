"""Tables of orders; rows are rows.

Everything but `order_status`, `order_clocks`, `clock_watermark` and `employees` is a ledger: the runtime role reads and
appends, nothing else.
"""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, Numeric, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from chassis.orm import Base, Instant, Money


class OrderRow(Base):
    """An order as it was first reported."""

    __tablename__ = "orders"
    __table_args__ = (
        UniqueConstraint("shop", "order_no"),
        CheckConstraint("basis IN ('live', 'historical')", name="basis"),
        Index("ix_orders_placed_at", "placed_at", "order_id"),
        Index("ix_orders_shop_buyer", "shop", "buyer", postgresql_where=text("buyer IS NOT NULL")),
    )

    order_id: Mapped[UUID] = mapped_column(primary_key=True)
    shop: Mapped[str]
    order_no: Mapped[str]
    placed_at: Mapped[Instant]
    business_date: Mapped[date]
    buyer: Mapped[str | None]
    remark: Mapped[str | None]
    basis: Mapped[str]
    recorded_at: Mapped[Instant]
    recorded_by: Mapped[str]


class OrderLineRow(Base):
    """A line of one revision of an order's content; revision 1 is the first report."""

    __tablename__ = "order_lines"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("net_amount >= 0", name="net_amount"),
    )

    order_id: Mapped[UUID] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    line_no: Mapped[int] = mapped_column(primary_key=True)
    sku: Mapped[str]
    title: Mapped[str | None]
    quantity: Mapped[Decimal] = mapped_column(Numeric(14, 3))
    unit_price: Mapped[Decimal] = mapped_column(Numeric(16, 4))
    discount: Mapped[Money]
    net_amount: Mapped[Money]


class OrderPartyRow(Base):
    """Who sold an order (line 0) or a line of it under one assignment, and what they held when it was made."""

    __tablename__ = "order_parties"
    __table_args__ = (
        CheckConstraint("weight > 0", name="weight"),
        Index("ix_order_parties_employee_no", "employee_no", "order_id"),
    )

    order_id: Mapped[UUID] = mapped_column(primary_key=True)
    assignment: Mapped[int] = mapped_column(primary_key=True)
    line_no: Mapped[int] = mapped_column(primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    employee_no: Mapped[str]
    weight: Mapped[int]
    amount: Mapped[Money]


class OrderStateRow(Base):
    """A step an order took, with the event that announced it."""

    __tablename__ = "order_states"
    __table_args__ = (
        CheckConstraint("state IN ('created', 'paid', 'shipped', 'completed', 'cancelled')", name="state"),
        Index("ix_order_states_event_id", "event_id"),
    )

    order_id: Mapped[UUID] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(primary_key=True)
    step_no: Mapped[int]
    at: Mapped[Instant]
    business_date: Mapped[date]
    reason: Mapped[str | None]
    event_id: Mapped[UUID]
    recorded_at: Mapped[Instant]
    recorded_by: Mapped[str]


class OrderAmendmentRow(Base):
    """A correction of an open order's content; its lines stand in order_lines under the same revision."""

    __tablename__ = "order_amendments"

    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.order_id"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    buyer: Mapped[str | None]
    remark: Mapped[str | None]
    reason: Mapped[str | None]
    event_id: Mapped[UUID]
    recorded_at: Mapped[Instant]
    recorded_by: Mapped[str]


class OrderAssignmentRow(Base):
    """A later decision about who sold an order; its parties stand in order_parties under the same assignment."""

    __tablename__ = "order_assignments"
    __table_args__ = (Index("ix_order_assignments_event_id", "event_id"),)

    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.order_id"), primary_key=True)
    assignment: Mapped[int] = mapped_column(primary_key=True)
    reason: Mapped[str | None]
    event_id: Mapped[UUID]
    recorded_at: Mapped[Instant]
    recorded_by: Mapped[str]


class RefundRow(Base):
    """Money that went back; without an order it is an external fact from before."""

    __tablename__ = "refunds"
    __table_args__ = (
        UniqueConstraint("shop", "refund_no"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("basis = 'historical' OR order_id IS NOT NULL", name="basis"),
        Index("ix_refunds_executed_at", "executed_at", "refund_id"),
        Index("ix_refunds_order_id", "order_id"),
        Index("ix_refunds_event_id", "event_id"),
    )

    refund_id: Mapped[UUID] = mapped_column(primary_key=True)
    shop: Mapped[str]
    refund_no: Mapped[str]
    order_id: Mapped[UUID | None] = mapped_column(ForeignKey("orders.order_id"))
    order_no: Mapped[str | None]
    line_no: Mapped[int | None]
    amount: Mapped[Money]
    executed_at: Mapped[Instant]
    reason: Mapped[str | None]
    basis: Mapped[str]
    sellers: Mapped[str | None]
    event_id: Mapped[UUID]
    recorded_at: Mapped[Instant]
    recorded_by: Mapped[str]


class RefundLineRow(Base):
    """What a refund paid back on one line of its order."""

    __tablename__ = "refund_lines"
    __table_args__ = (Index("ix_refund_lines_order_id", "order_id"),)

    refund_id: Mapped[UUID] = mapped_column(ForeignKey("refunds.refund_id"), primary_key=True)
    line_no: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[UUID]
    amount: Mapped[Money]


class RefundShareRow(Base):
    """What a refund took from one seller's holding under one assignment."""

    __tablename__ = "refund_shares"
    __table_args__ = (
        Index("ix_refund_shares_order_id", "order_id"),
        Index("ix_refund_shares_employee_no", "employee_no", "refund_id"),
    )

    refund_id: Mapped[UUID] = mapped_column(ForeignKey("refunds.refund_id"), primary_key=True)
    line_no: Mapped[int] = mapped_column(primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[UUID | None]
    assignment: Mapped[int | None]
    employee_no: Mapped[str]
    amount: Mapped[Money]


class OrderStatusRow(Base):
    """Where an order stands now; everything here can be folded from the ledgers, except what its source last said."""

    __tablename__ = "order_status"
    __table_args__ = (
        CheckConstraint("refunded <= net_amount", name="refunded"),
        Index("ix_order_status_untagged", "order_id", postgresql_where=text("untagged")),
    )

    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.order_id"), primary_key=True)
    state: Mapped[str]
    revision: Mapped[int]
    assignment: Mapped[int]
    net_amount: Mapped[Money]
    refunded: Mapped[Money]
    untagged: Mapped[bool]
    said: Mapped[bytes]


class EmployeeRow(Base):
    """What we know of the staff directory, from attendance's events."""

    __tablename__ = "employees"

    employee_no: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    department: Mapped[str]
    leave_date: Mapped[date | None]
    manager_no: Mapped[str | None] = mapped_column(index=True)


class ShopSettingRow(Base):
    """A value of a shop (none: of all shops) from a day on."""

    __tablename__ = "shop_settings"
    __table_args__ = (Index("ix_shop_settings_name_shop", "name", "shop"),)

    setting_id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    name: Mapped[str]
    shop: Mapped[str | None]
    value: Mapped[str]
    valid_from: Mapped[date]
    recorded_at: Mapped[Instant]
    recorded_by: Mapped[str]


class RefundRequestRow(Base):
    """A refund that a customer wants; the row of `refunds` with the same number says that it was executed."""

    __tablename__ = "refund_requests"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        Index("ix_refund_requests_order_id", "order_id"),
        Index("ix_refund_requests_requested_at", "requested_at", "refund_no", "shop"),
    )

    shop: Mapped[str] = mapped_column(primary_key=True)
    refund_no: Mapped[str] = mapped_column(primary_key=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.order_id"))
    line_no: Mapped[int | None]
    amount: Mapped[Money]
    goods_come_back: Mapped[bool]
    reason: Mapped[str | None]
    requested_at: Mapped[Instant]
    requested_by: Mapped[str]
    event_id: Mapped[UUID]


class RefundBlockRow(Base):
    """Somebody who was kept from executing a refund, once for each reason."""

    __tablename__ = "refund_blocks"
    __table_args__ = (CheckConstraint("reason IN ('goods_not_back', 'not_the_refund_holder')", name="reason"),)

    shop: Mapped[str] = mapped_column(primary_key=True)
    refund_no: Mapped[str] = mapped_column(primary_key=True)
    actor: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str] = mapped_column(primary_key=True)
    event_id: Mapped[UUID]
    blocked_at: Mapped[Instant]


class ReturnReceivedRow(Base):
    """Goods of an order that inventory has booked back."""

    __tablename__ = "returns_received"
    __table_args__ = (Index("ix_returns_received_shop_order_no", "shop", "order_no"),)

    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    return_no: Mapped[str]
    shop: Mapped[str]
    order_no: Mapped[str]
    line_no: Mapped[int | None]
    sku: Mapped[str]
    quantity: Mapped[Decimal] = mapped_column(Numeric(14, 3))
    received_at: Mapped[Instant]


class OrderChaseRow(Base):
    """Somebody reminded the buyer of an unpaid order."""

    __tablename__ = "order_chases"
    __table_args__ = (UniqueConstraint("order_id", "chased_by", "chased_at"),)

    chase_id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.order_id"))
    chased_at: Mapped[Instant]
    chased_by: Mapped[str]
    note: Mapped[str | None]
    recorded_at: Mapped[Instant]
    recorded_by: Mapped[str]


class OrderClockRow(Base):
    """A deadline of an order; `look_at` is when the worker judges it next."""

    __tablename__ = "order_clocks"
    __table_args__ = (
        CheckConstraint("clock IN ('payment_chase', 'dispatch')", name="clock"),
        CheckConstraint("state IN ('running', 'met', 'missed')", name="state"),
        Index("ix_order_clocks_look_at", "look_at", postgresql_where=text("look_at IS NOT NULL")),
        Index("ix_order_clocks_due_at", "due_at", "order_id", "clock"),
    )

    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.order_id"), primary_key=True)
    clock: Mapped[str] = mapped_column(primary_key=True)
    started_at: Mapped[Instant]
    remind_at: Mapped[Instant | None]
    due_at: Mapped[Instant]
    allowed: Mapped[int]
    state: Mapped[str]
    look_at: Mapped[Instant | None]


class ClockEventRow(Base):
    """What was announced about a clock: a miss, or that an announced miss no longer holds."""

    __tablename__ = "clock_events"
    __table_args__ = (UniqueConstraint("revokes"), Index("ix_clock_events_order_id", "order_id", "clock"))

    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID]
    clock: Mapped[str]
    people: Mapped[str]
    business_date: Mapped[date]
    revokes: Mapped[UUID | None] = mapped_column(ForeignKey("clock_events.event_id"))
    recorded_at: Mapped[Instant]


class ClockWatermarkRow(Base):
    """How far the clocks have followed this service's own announcements."""

    __tablename__ = "clock_watermark"

    one: Mapped[bool] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger)


class StockTurnRow(Base):
    """When something ran out in a warehouse, or was there to sell again."""

    __tablename__ = "stock_turns"

    sku: Mapped[str] = mapped_column(primary_key=True)
    warehouse: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    at: Mapped[Instant]
    available: Mapped[bool]


class OversoldSkuRow(Base):
    """Something an order was paid for although it had run out."""

    __tablename__ = "oversold_skus"

    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.order_id"), primary_key=True)
    sku: Mapped[str] = mapped_column(primary_key=True)
    event_id: Mapped[UUID]
    recorded_at: Mapped[Instant]
