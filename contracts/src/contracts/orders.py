"""What orders says: sales, who sold them, refunds."""

from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from contracts.base import Amount, EmployeeNo, EventData, Party, Revocation, Shape, Share
from contracts.sealing import Seal

Shop = Annotated[str, Field(min_length=1, max_length=64)]
OrderNo = Annotated[str, Field(min_length=1, max_length=64)]
Sku = Annotated[str, Field(max_length=64)]
Basis = Annotated[
    Literal["live", "historical"],
    Field(description="historical: taken over from before; there may be no sale behind it"),
]


class OrderLine(Shape):
    """One position of an order; `net_amount` is quantity times price less discount."""

    line_no: int
    sku: Sku
    title: Annotated[str | None, Field(max_length=300)] = None
    quantity: Decimal
    net_amount: Amount
    shares: tuple[Share, ...] = ()


class OrderSale(Shape):
    """An order without its lines: shares say what each seller's part of the net amount is, frozen when it happened."""

    shop: Shop
    order_no: OrderNo
    net_amount: Amount
    parties: tuple[Party, ...] = ()
    shares: tuple[Share, ...] = ()
    basis: Basis = "live"
    buyer: Annotated[str | None, Field(max_length=300, description="as the shop knows the customer")] = None


class OrderFacts(OrderSale):
    """An order as it stands."""

    lines: tuple[OrderLine, ...] = ()


class OrderCreated(OrderFacts, EventData):
    """A customer placed an order."""

    type: ClassVar[str] = "order.created"
    version: ClassVar[int] = 1


class OrderPaid(OrderFacts, EventData):
    """The customer paid."""

    type: ClassVar[str] = "order.paid"
    version: ClassVar[int] = 1


class OrderCompleted(OrderFacts, EventData):
    """The sale is final; the amounts are net of refunds executed before this moment."""

    type: ClassVar[str] = "order.completed"
    version: ClassVar[int] = 1
    measure: ClassVar[str | None] = "net_amount"


class OrderCancelled(OrderFacts, EventData):
    """The order will not be carried out."""

    type: ClassVar[str] = "order.cancelled"
    version: ClassVar[int] = 1

    reason: Annotated[str | None, Field(max_length=300)] = None


class OrderShipped(OrderFacts, EventData):
    """The goods left the warehouse."""

    type: ClassVar[str] = "order.shipped"
    version: ClassVar[int] = 1


class OrderAmended(OrderFacts, EventData):
    """The content of an order was corrected before it was completed; all amounts as they are now."""

    type: ClassVar[str] = "order.amended"
    version: ClassVar[int] = 1

    reason: Annotated[str | None, Field(max_length=300)] = None


class OrderOperatorAssigned(EventData):
    """Who sold an order was settled after it had been recorded: `shares` take the place of `previous_shares`."""

    type: ClassVar[str] = "order.operator_assigned"
    version: ClassVar[int] = 1

    shop: Shop
    order_no: OrderNo
    parties: tuple[Party, ...]
    shares: tuple[Share, ...]
    previous_shares: tuple[Share, ...] = ()
    completed_event_id: Annotated[
        UUID | None,
        Field(description="the order.completed whose shares are replaced; none while the order is open"),
    ] = None
    completed_business_date: date | None = None


class RefundExecuted(EventData):
    """Money went back to the customer."""

    type: ClassVar[str] = "refund.executed"
    version: ClassVar[int] = 1
    measure: ClassVar[str | None] = "amount"

    shop: Shop
    order_no: OrderNo | None = None
    refund_no: Annotated[str, Field(min_length=1, max_length=64)]
    line_no: int | None = None
    amount: Amount
    shares: tuple[Share, ...] = ()
    completed_event_id: Annotated[
        UUID | None,
        Field(description="the order.completed that counted this money as sold; none if it never was"),
    ] = None
    completed_business_date: date | None = None
    basis: Basis = "live"


class RefundRequested(EventData):
    """A customer wants money back."""

    type: ClassVar[str] = "refund.requested"
    version: ClassVar[int] = 1

    shop: Shop
    order_no: OrderNo
    refund_no: Annotated[str, Field(min_length=1, max_length=64)]
    line_no: int | None = None
    amount: Amount
    goods_come_back: bool


class RefundBlocked(EventData):
    """Somebody tried to pay a refund that may not be paid (A-004-1.24b, A-004-1.25a)."""

    type: ClassVar[str] = "refund.blocked"
    version: ClassVar[int] = 1

    employee_no: EmployeeNo | None = None
    shop: Shop
    order_no: OrderNo
    refund_no: Annotated[str, Field(min_length=1, max_length=64)]
    reason: Literal["goods_not_back", "not_the_refund_holder"]


class ChaseMissed(EventData):
    """An unpaid order was not followed up in time (60 min as shipped, B-05.D1.5)."""

    type: ClassVar[str] = "order.payment_chase_missed"
    version: ClassVar[int] = 1

    employee_no: EmployeeNo
    shop: Shop
    order_no: OrderNo
    allowed_minutes: Annotated[int, Field(gt=0)]


class ChaseMissedRevoked(Revocation, EventData):
    """A follow-up or payment in time became known later."""

    type: ClassVar[str] = "order.payment_chase_missed_revoked"
    version: ClassVar[int] = 1

    employee_no: EmployeeNo


class DispatchOverdue(EventData):
    """A paid order was not sent off in time."""

    type: ClassVar[str] = "order.dispatch_overdue"
    version: ClassVar[int] = 1

    shop: Shop
    order_no: OrderNo
    parties: Annotated[tuple[Party, ...], Field(description="who answers for the shop's dispatch")] = ()
    allowed_hours: Annotated[int, Field(gt=0)]


class DispatchOverdueRevoked(Revocation, EventData):
    """A dispatch in time became known later."""

    type: ClassVar[str] = "order.dispatch_overdue_revoked"
    version: ClassVar[int] = 1

    parties: tuple[Party, ...] = ()


class OrderOversold(EventData):
    """An order was paid for something that was not there to sell (A-004-1.27b: one event a SKU)."""

    type: ClassVar[str] = "order.oversold"
    version: ClassVar[int] = 1

    shop: Shop
    order_no: OrderNo
    sku: Sku
    parties: Annotated[tuple[Party, ...], Field(description="who answers for the shop's listings")] = ()


class OrdersSealed(Seal, EventData):
    """A month is over here, and nothing of it is in flight any more."""

    type: ClassVar[str] = "orders.period_sealed"
    version: ClassVar[int] = 1
