"""Bodies of requests, and how a body becomes what the domain understands."""

import re
from collections.abc import Sequence
from datetime import UTC
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from chassis.text import readable
from orders.domain.draft import Basis, Draft, Line, check_identity, line_of, simplified
from orders.domain.errors import SellersSaidTwice
from orders.domain.money import LARGEST
from orders.domain.sellers import Seller, Sellers, each_once, sellers_in_remark
from orders.domain.steps import steps_of

Identity = Annotated[str, AfterValidator(readable), Field(min_length=1, max_length=64)]
Words = Annotated[str, AfterValidator(readable), Field(max_length=300)]
Remark = Annotated[str, AfterValidator(readable), Field(max_length=2000)]
EmployeeNo = Annotated[
    str, AfterValidator(readable), Field(min_length=1, max_length=64, description="工号", examples=["A001"])
]
Money = Annotated[Decimal, Field(ge=0, le=LARGEST, decimal_places=2, description="CNY", examples=["19.90"])]
Instant = Annotated[AwareDatetime, Field(examples=["2026-05-06T10:20:00+08:00"])]


class Asked(BaseModel):
    """A request body; a field it does not know is refused, since it would be silently lost."""

    model_config = ConfigDict(extra="forbid")


class SellerAsked(Asked):
    """One of several sellers; integer weights, so that thirds are exact."""

    employee_no: EmployeeNo
    weight: Annotated[int, Field(ge=1, le=999_999)] = 1


class LineAsked(Asked):
    """A position; its net amount is quantity times price, rounded half up, less the discount."""

    line_no: Annotated[int | None, Field(ge=1, le=1_000_000, description="its place in the list, unless given")] = None
    sku: Annotated[str, AfterValidator(readable), Field(min_length=1, max_length=64)]
    title: Words | None = None
    quantity: Annotated[Decimal, Field(gt=0, le=1_000_000_000, decimal_places=3)] = Decimal(1)
    unit_price: Annotated[Decimal, Field(ge=0, le=10_000_000_000, decimal_places=4)]
    discount: Money = Decimal(0)
    seller: EmployeeNo | None = None
    sellers: Annotated[list[SellerAsked], Field(max_length=100)] = []


class OrderAsked(Asked):
    """An order as a shop reports it, with the steps it has taken up to now.

    Who sold it: `seller` or `sellers`, of the order or of single lines; else the staff numbers in `remark`. A completed
    order without paid_at counts as paid when it was completed.
    """

    shop: Identity
    order_no: Identity
    placed_at: Instant
    paid_at: Instant | None = None
    shipped_at: Instant | None = None
    completed_at: Instant | None = None
    cancelled_at: Instant | None = None
    buyer: Words | None = None
    remark: Remark | None = None
    basis: Basis = "live"
    seller: EmployeeNo | None = None
    sellers: Annotated[list[SellerAsked], Field(max_length=100)] = []
    lines: Annotated[list[LineAsked], Field(min_length=1, max_length=1000)]


class StepAsked(Asked):
    """A step of an order; without a time it is taken now."""

    at: Instant | None = None
    reason: Words | None = None


class AssignmentAsked(Asked):
    """Who sold an order, or one line of it; whoever held it before gives it up."""

    sellers: Annotated[list[SellerAsked], Field(min_length=1, max_length=100)]
    line_no: int | None = None
    reason: Words | None = None


class AmendmentAsked(Asked):
    """Another content for an open order: what is given takes the place of what is there, all lines together."""

    lines: Annotated[list[LineAsked] | None, Field(min_length=1, max_length=1000)] = None
    buyer: Words | None = None
    remark: Remark | None = None
    reason: Annotated[str, AfterValidator(readable), Field(min_length=1, max_length=300)]


class ChaseAsked(Asked):
    """Somebody reminded the buyer to pay; without a number it was you, without a time now."""

    employee_no: EmployeeNo | None = None
    at: Instant | None = None
    note: Words | None = None


def sellers_asked(seller: str | None, sellers: Sequence[SellerAsked], *, field: str = "sellers") -> Sellers:
    """Read who is named. Raises SellersSaidTwice, SellerListedTwice."""
    if seller is not None:
        if sellers:
            raise SellersSaidTwice(field=field)
        return (Seller(seller),)
    return each_once([Seller(s.employee_no, s.weight) for s in sellers], field=field)


def lines_asked(lines: Sequence[LineAsked]) -> tuple[Line, ...]:
    """Make the lines of an order. Raises DiscountTooLarge."""
    return tuple(
        line_of(
            line.line_no or place,
            line.sku,
            line.title,
            quantity=line.quantity,
            unit_price=line.unit_price,
            discount=line.discount,
        )
        for place, line in enumerate(lines, start=1)
    )


def draft_asked(body: OrderAsked, pattern: re.Pattern[str]) -> Draft:
    """Make a draft of a body; `pattern` finds staff numbers in the remark where nobody is named.

    Raises IdentityUnusable, EndsTwice, TimesOutOfOrder and the refusals of lines and sellers.
    """
    check_identity(body.shop, field="shop")
    check_identity(body.order_no, field="order_no")
    lines = lines_asked(body.lines)
    own = {
        made.line_no: sellers
        for made, line in zip(lines, body.lines, strict=True)
        if (sellers := sellers_asked(line.seller, line.sellers, field=f"lines.{made.line_no}.sellers"))
    }
    sellers = sellers_asked(body.seller, body.sellers)
    if not sellers and not own:
        sellers = sellers_in_remark(body.remark, pattern)
    sellers, line_sellers = simplified(sellers, own, lines)
    return Draft(
        shop=body.shop,
        order_no=body.order_no,
        placed_at=body.placed_at.astimezone(UTC),
        buyer=body.buyer or None,
        remark=body.remark or None,
        basis=body.basis,
        lines=lines,
        sellers=sellers,
        line_sellers=line_sellers,
        steps=steps_of(body.placed_at, body.paid_at, body.completed_at, body.cancelled_at, shipped_at=body.shipped_at),
    )
