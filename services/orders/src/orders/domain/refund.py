"""What a source says about a refund."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

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
