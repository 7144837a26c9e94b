"""What a source says about a refund."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from orders.domain.draft import Basis
from orders.domain.errors import RefundDiffers
from orders.domain.sellers import Sellers


@dataclass(frozen=True, slots=True)
class RefundDraft:
    """A refund as a source reports it; sellers matter only where no recorded sale tells who sold it."""

    shop: str
    refund_no: str
    order_no: str | None
    line_no: int | None
    executed_at: datetime
    amount: Decimal
    sellers: Sellers
    reason: str | None
    basis: Basis | None
    executed_at_stated: bool = True


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """A refund that a customer wants, to be executed by the holder of the shop's refund seat."""

    shop: str
    refund_no: str
    order_no: str
    line_no: int | None
    amount: Decimal
    goods_come_back: bool
    reason: str | None


Blocked = Literal["goods_not_back", "not_the_refund_holder"]


def blocked(*, holder: str | None, by: str | None, goods_come_back: bool, goods_back: bool) -> Blocked | None:
    """Tell what keeps somebody from executing a refund.

    Only the holder of the shop's one seat does (A-004-1.25a-c; nobody while it is vacant), and only when goods that
    are to come back are booked in (A-004-1.24a).
    """
    if by is None or by != holder:
        return "not_the_refund_holder"
    return "goods_not_back" if goods_come_back and not goods_back else None


def execution(request: RefundRequest, *, now: datetime) -> RefundDraft:
    """Make of a request the refund that is paid now."""
    return RefundDraft(
        shop=request.shop,
        refund_no=request.refund_no,
        order_no=request.order_no,
        line_no=request.line_no,
        executed_at=now,
        amount=request.amount,
        sellers=(),
        reason=request.reason,
        basis=None,
    )


def refuse_other_request(request: RefundRequest, recorded: RefundRequest) -> None:
    """Refuse a request whose number belongs to another one. Raises RefundDiffers."""
    for field in ("order_no", "line_no", "amount", "goods_come_back"):
        if getattr(request, field) != getattr(recorded, field):
            raise RefundDiffers(field=field, field_name=field, refund_no=request.refund_no)


def written(sellers: Sellers) -> str | None:
    """Write sellers as one text, as `read_sellers` reads them."""
    return ",".join(f"{s.employee_no}:{s.weight}" for s in sellers) or None


def refuse_other_refund(
    draft: RefundDraft,
    *,
    order_no: str | None,
    line_no: int | None,
    amount: Decimal,
    executed_at: datetime,
    linked: bool,
    sellers: str | None,
) -> None:
    """Refuse a refund whose number belongs to another one that is recorded. Raises RefundDiffers."""
    pairs: dict[str, tuple[object, object]] = {
        "order_no": (draft.order_no, order_no),
        "line_no": (draft.line_no, line_no),
        "amount": (draft.amount, amount),
    }
    if draft.executed_at_stated:
        pairs["executed_at"] = (draft.executed_at, executed_at)
    if not linked:
        pairs["seller"] = (written(draft.sellers), sellers)
    for field, (now, recorded) in pairs.items():
        if now != recorded:
            raise RefundDiffers(field=field, field_name=field, refund_no=draft.refund_no)
