"""What orders says: sales, who sold them, refunds."""

from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from contracts.base import Amount, EventData, Party, Shape, Share

Shop = Annotated[str, Field(min_length=1, max_length=64)]
OrderNo = Annotated[str, Field(min_length=1, max_length=64)]
Basis = Annotated[
    Literal["live", "historical"],
    Field(description="historical: taken over from before; there may be no sale behind it"),
]


class OrderLine(Shape):
    """One position of an order; `net_amount` is quantity times price less discount."""

    line_no: int
    sku: Annotated[str, Field(max_length=64)]
    title: Annotated[str | None, Field(max_length=300)] = None
    quantity: Decimal
    net_amount: Amount
    shares: tuple[Share, ...] = ()


class OrderFacts(Shape):
    """An order as it stands: shares say what each seller's part of the net amount is, frozen when it happened."""

    shop: Shop
    order_no: OrderNo
    net_amount: Amount
    parties: tuple[Party, ...] = ()
    shares: tuple[Share, ...] = ()
    lines: tuple[OrderLine, ...] = ()
    basis: Basis = "live"


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


class OrderCancelled(OrderFacts, EventData):
    """The order will not be carried out."""

    type: ClassVar[str] = "order.cancelled"
    version: ClassVar[int] = 1

    reason: Annotated[str | None, Field(max_length=300)] = None


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
