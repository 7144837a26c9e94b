"""Bodies of requests about refunds and shops."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, Field

from chassis.text import readable
from orders.domain.draft import Basis, check_identity
from orders.domain.money import LARGEST
from orders.domain.refund import RefundDraft, RefundRequest
from orders.domain.shop_settings import Name
from orders.schemas.asked import Asked, EmployeeNo, Identity, Instant, SellerAsked, Words, sellers_asked

Paid = Annotated[Decimal, Field(gt=0, le=LARGEST, decimal_places=2, description="CNY", examples=["19.90"])]


class RefundAsked(Asked):
    """A customer wants money back: of one line, or, without a line, of all lines by what is left of each."""

    shop: Identity
    order_no: Identity
    refund_no: Identity
    line_no: int | None = None
    amount: Paid
    goods_come_back: Annotated[
        bool, Field(description="true: it is paid when inventory has booked the goods back; false: money only")
    ]
    reason: Words | None = None


class ExecutedRefundAsked(Asked):
    """A refund that was paid already: of a recorded order, or with basis historical by itself.

    The sellers matter only where no recorded sale tells whose it was. Without a time it was paid now.
    """

    shop: Identity
    refund_no: Identity
    order_no: Identity | None = None
    line_no: int | None = None
    amount: Paid
    executed_at: Instant | None = None
    seller: EmployeeNo | None = None
    sellers: Annotated[tuple[SellerAsked, ...], Field(max_length=100)] = ()
    reason: Words | None = None
    basis: Basis | None = None


class SeatAsked(Asked):
    """Who executes a shop's refunds from a day on (today unless said)."""

    employee_no: EmployeeNo
    replaces: Annotated[EmployeeNo | None, Field(description="who holds the seat on that day and gives it up")] = None
    valid_from: date | None = None


class SettingAsked(Asked):
    """A value from a day on (today unless said); without a shop for every shop that has none of its own.

    People are written as in files: A001, or A001:2,A007:1 with weights.
    """

    name: Name
    shop: Identity | None = None
    value: Annotated[str, AfterValidator(readable), Field(min_length=1, max_length=300, examples=["48"])]
    valid_from: date | None = None


def refund_asked(body: RefundAsked) -> RefundRequest:
    """Make a request of a body. Raises IdentityUnusable."""
    check_identity(body.refund_no, field="refund_no")
    return RefundRequest(
        shop=body.shop,
        refund_no=body.refund_no,
        order_no=body.order_no,
        line_no=body.line_no,
        amount=body.amount.quantize(Decimal("0.01")),
        goods_come_back=body.goods_come_back,
        reason=body.reason,
    )


def executed_refund_asked(body: ExecutedRefundAsked, now: datetime) -> RefundDraft:
    """Make a draft of a refund that was paid. Raises IdentityUnusable, SellersSaidTwice, SellerListedTwice."""
    check_identity(body.refund_no, field="refund_no")
    return RefundDraft(
        shop=body.shop,
        refund_no=body.refund_no,
        order_no=body.order_no,
        line_no=body.line_no,
        executed_at=body.executed_at or now,
        amount=body.amount.quantize(Decimal("0.01")),
        sellers=sellers_asked(body.seller, body.sellers),
        reason=body.reason,
        basis=body.basis,
        executed_at_stated=body.executed_at is not None,
    )
