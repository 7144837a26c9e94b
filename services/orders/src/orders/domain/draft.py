"""What a source says about an order, checked and brought into one form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import blake2b
from typing import Literal, NamedTuple

from orders.domain.errors import (
    AmountTooLarge,
    DiscountTooLarge,
    IdentityUnusable,
    LineListedTwice,
    QuantityNotPositive,
)
from orders.domain.money import LARGEST, NOTHING, rounded
from orders.domain.sellers import Sellers
from orders.domain.steps import Step

Basis = Literal["live", "historical"]

QUANTITY_PLACES = Decimal("0.001")
PRICE_PLACES = Decimal("0.0001")


class Line(NamedTuple):
    """One position of an order; `net_amount` is quantity times price, rounded, less the discount."""

    line_no: int
    sku: str
    title: str | None
    quantity: Decimal
    unit_price: Decimal
    discount: Decimal
    net_amount: Decimal


@dataclass(frozen=True, slots=True)
class Draft:
    """An order as a source reports it."""

    shop: str
    order_no: str
    placed_at: datetime
    buyer: str | None
    remark: str | None
    basis: Basis
    lines: tuple[Line, ...]
    sellers: Sellers
    line_sellers: Mapping[int, Sellers]
    steps: tuple[Step, ...]

    @property
    def key(self) -> tuple[str, str]:
        """What identifies the order: its shop, and its number there."""
        return self.shop, self.order_no


def line_of(
    line_no: int, sku: str, title: str | None, *, quantity: Decimal, unit_price: Decimal, discount: Decimal | None
) -> Line:
    """Make a line and its net amount. Raises QuantityNotPositive, DiscountTooLarge."""
    if quantity <= 0:
        raise QuantityNotPositive(field=f"lines.{line_no}.quantity", line_no=line_no)
    gross = rounded(quantity * unit_price)
    less = discount.quantize(NOTHING) if discount else NOTHING
    if less > gross:
        raise DiscountTooLarge(field=f"lines.{line_no}.discount", line_no=line_no, discount=less, gross=gross)
    return Line(
        line_no,
        sku,
        title,
        quantity.quantize(QUANTITY_PLACES),
        unit_price.quantize(PRICE_PLACES),
        less,
        gross - less,
    )


def check_lines(lines: Sequence[Line]) -> None:
    """Refuse lines that do not make one order. Raises LineListedTwice, AmountTooLarge."""
    if len({line.line_no for line in lines}) < len(lines):
        seen: set[int] = set()
        for line in lines:
            if line.line_no in seen:
                raise LineListedTwice(field="lines", line_no=line.line_no)
            seen.add(line.line_no)
    if (total := net_of(lines)) > LARGEST:
        raise AmountTooLarge(field="lines", amount=total)


def net_of(lines: Sequence[Line]) -> Decimal:
    """Add up the net amounts of lines."""
    return sum((line.net_amount for line in lines), NOTHING)


def check_identity(value: str, *, field: str) -> None:
    """Refuse what could not stand in an address, such as /orders/{shop}/{order_no}. Raises IdentityUnusable."""
    if not value or len(value) > 64 or "/" in value or "\\" in value or not value.strip("."):
        raise IdentityUnusable(field=field, value=repr(value))


def simplified(
    sellers: Sellers, line_sellers: Mapping[int, Sellers], lines: Sequence[Line]
) -> tuple[Sellers, Mapping[int, Sellers]]:
    """Say the same sellers on every line once, for the whole order: a column that repeats says no more than that."""
    if line_sellers and len(line_sellers) == len(lines):
        first = line_sellers[lines[0].line_no]
        if all(own == first for own in line_sellers.values()):
            return first, {}
    return sellers, line_sellers


SAID = ("placed_at", "basis", "buyer", "remark", "lines", "sellers")
_DIGEST = 8  # bytes; compared within one order only


def said(draft: Draft) -> bytes:
    """Condense what a source says about an order, field by field, to recognise it when it is said again."""
    lines = [
        f"{no}\t{sku}\t{title}\t{quantity!s}\t{price!s}\t{discount!s}"
        for no, sku, title, quantity, price, discount, _ in draft.lines
    ]
    sellers = [f"{who.employee_no}\t{who.weight}" for who in draft.sellers]
    for line_no, own in sorted(draft.line_sellers.items()):
        sellers += [f"{line_no}\t{who.employee_no}\t{who.weight}" for who in own]
    return b"".join(
        blake2b(value.encode(), digest_size=_DIGEST).digest()
        for value in (
            str(draft.placed_at.timestamp()),  # instants are compared, not their spellings: 08:00+08:00 is 00:00Z
            draft.basis,
            "" if draft.buyer is None else draft.buyer,
            "" if draft.remark is None else draft.remark,
            "\n".join(lines),
            "\n".join(sellers),
        )
    )


def differing(recorded: bytes, now: bytes) -> tuple[str, ...]:
    """Name the fields in which two sayings differ."""
    return tuple(
        name
        for i, name in enumerate(SAID)
        if recorded[i * _DIGEST : (i + 1) * _DIGEST] != now[i * _DIGEST : (i + 1) * _DIGEST]
    )


def everybody_in(draft: Draft) -> list[str]:
    """Name everybody whom a draft calls a seller, each once."""
    sellers = [*draft.sellers, *(seller for own in draft.line_sellers.values() for seller in own)]
    return list(dict.fromkeys(seller.employee_no for seller in sellers))
