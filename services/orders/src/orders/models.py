"""Tables of orders; rows are rows.

Everything but `order_status` and `employees` is a ledger: the runtime role reads and appends, nothing else.
"""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from chassis.orm import Base, Instant, Money


class OrderRow(Base):
    """An order as it was first reported."""

    __tablename__ = "orders"
    __table_args__ = (
        UniqueConstraint("shop", "order_no"),
        CheckConstraint("basis IN ('live', 'historical')", name="basis"),
        Index("ix_orders_placed_at", "placed_at", "order_id"),
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
    __table_args__ = (CheckConstraint("state IN ('created', 'paid', 'completed', 'cancelled')", name="state"),)

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
