"""What orders takes in from files: orders with their lines, and refunds."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.auth import Principal
from chassis.imports.kinds import Amount, Choice, FieldType, Instant, Integer, Kind, Outcome, Record, Text
from chassis.imports.refusing import Reason
from chassis.problems import Refusal
from chassis.scope import covers_shop
from orders.commands.take_orders import judge_orders, take_orders
from orders.commands.take_refunds import judge_refunds, take_refunds
from orders.domain.draft import Draft, check_identity, line_of, simplified
from orders.domain.errors import ShopNotYours
from orders.domain.refund import RefundDraft
from orders.domain.sellers import Sellers, read_sellers
from orders.domain.steps import steps_of

BASIS = Choice(("live", "historical"))

ORDER_FIELDS: Mapping[str, FieldType] = {
    "shop": Text(64, required=True),
    "order_no": Text(64, required=True),
    "placed_at": Instant(required=True),
    "paid_at": Instant(),
    "shipped_at": Instant(),
    "completed_at": Instant(),
    "cancelled_at": Instant(),
    "status": Choice(("created", "paid", "shipped", "completed", "cancelled")),
    "buyer": Text(300),
    "remark": Text(2000),
    "seller": Text(1000),
    "basis": BASIS,
}
LINE_FIELDS: Mapping[str, FieldType] = {
    "line_no": Integer(1, 1_000_000),
    "sku": Text(64),
    "title": Text(300),
    "quantity": Amount(3),
    "unit_price": Amount(4, least=Decimal(0)),
    "discount": Amount(2, least=Decimal(0)),
    "seller": Text(1000),
}
REFUND_FIELDS: Mapping[str, FieldType] = {
    "shop": Text(64, required=True),
    "refund_no": Text(64, required=True),
    "order_no": Text(64),
    "line_no": Integer(1, 1_000_000),
    "executed_at": Instant(required=True),
    "amount": Amount(2, required=True),
    "seller": Text(1000),
    "reason": Text(300),
    "basis": BASIS,
}


def order_draft(record: Record) -> Draft:
    """Make a draft of an order in a file.

    `status` says how far it came, else the times do. A line without sku and price is none (an order joined to a file
    without positions for it); quantity is 1 unless said. `seller` may name several: A001:2,A002:1.
    """
    said: Mapping[str, Any] = record.fields
    for field in ("shop", "order_no"):
        check_identity(said[field], field=field)
    lines = []
    own: dict[int, Sellers] = {}
    for place, row in enumerate(_positions(record.lines), start=1):
        line = line_of(
            row.get("line_no") or place,
            row.get("sku") or "",
            row.get("title"),
            quantity=_or(row.get("quantity"), Decimal(1)),
            unit_price=_or(row.get("unit_price"), Decimal(0)),
            discount=row.get("discount"),
        )
        lines.append(line)
        if row.get("seller"):
            own[line.line_no] = read_sellers(row["seller"])
    sellers = read_sellers(said["seller"]) if said.get("seller") else ()
    sellers, line_sellers = simplified(sellers, own, lines)
    steps = steps_of(
        said["placed_at"],
        said.get("paid_at"),
        said.get("completed_at"),
        said.get("cancelled_at"),
        shipped_at=said.get("shipped_at"),
        status=said.get("status"),
    )
    return Draft(
        shop=said["shop"],
        order_no=said["order_no"],
        placed_at=said["placed_at"],
        buyer=said.get("buyer"),
        remark=said.get("remark"),
        basis=said.get("basis") or "live",
        lines=tuple(lines),
        sellers=sellers,
        line_sellers=line_sellers,
        steps=steps,
    )


def _positions(lines: Iterable[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    return (row for row in lines if row.get("sku") or row.get("unit_price") is not None)


def _or(value: Decimal | None, otherwise: Decimal) -> Decimal:
    return otherwise if value is None else value


def refund_draft(record: Record) -> RefundDraft:
    """Make a draft of a refund in a file; without an order number it is historical."""
    said: Mapping[str, Any] = record.fields
    for field in ("shop", "refund_no"):
        check_identity(said[field], field=field)
    return RefundDraft(
        shop=said["shop"],
        refund_no=said["refund_no"],
        order_no=said.get("order_no"),
        line_no=said.get("line_no"),
        executed_at=said["executed_at"],
        amount=said["amount"],
        sellers=read_sellers(said["seller"]) if said.get("seller") else (),
        reason=said.get("reason"),
        basis=said.get("basis"),
    )


async def compare_orders(session: AsyncSession, records: Sequence[Record], *, by: Principal) -> Sequence[Outcome]:
    """Tell what `apply_orders` would do with each order."""
    drafts = [_read(order_draft, record, by) for record in records]
    return _outcomes(drafts, await judge_orders(session, _readable(drafts)))


async def apply_orders(
    session: AsyncSession, records: Sequence[Record], *, by: Principal, now: datetime
) -> Sequence[Outcome]:
    """Record new orders; known ones go on from where they stand, with a new event for each change."""
    drafts = [_read(order_draft, record, by) for record in records]
    return _outcomes(drafts, await take_orders(session, _readable(drafts)))


async def compare_refunds(session: AsyncSession, records: Sequence[Record], *, by: Principal) -> Sequence[Outcome]:
    """Tell what `apply_refunds` would do with each refund, as things stand before the file's orders."""
    drafts = [_read(refund_draft, record, by) for record in records]
    return _outcomes(drafts, await judge_refunds(session, _readable(drafts)))


async def apply_refunds(
    session: AsyncSession, records: Sequence[Record], *, by: Principal, now: datetime
) -> Sequence[Outcome]:
    """Record new refunds, of recorded orders or historical."""
    drafts = [_read(refund_draft, record, by) for record in records]
    return _outcomes(drafts, await take_refunds(session, _readable(drafts)))


D = TypeVar("D", Draft, RefundDraft)
Taken = Literal["new", "same", "amended"] | Refusal


def _read(reader: Callable[[Record], D], record: Record, by: Principal) -> D | Refusal:
    try:
        draft = reader(record)
    except Refusal as refusal:
        return refusal
    return draft if covers_shop(by, draft.shop) else ShopNotYours(field="shop", shop=draft.shop)


def _readable(drafts: Iterable[D | Refusal]) -> list[D]:
    return [draft for draft in drafts if not isinstance(draft, Refusal)]


def _outcomes(drafts: Sequence[D | Refusal], taken: Iterable[Taken]) -> list[Outcome]:
    following = iter(taken)
    return [_outcome(draft if isinstance(draft, Refusal) else next(following)) for draft in drafts]


def _outcome(taken: Taken) -> Outcome:
    if isinstance(taken, Refusal):
        return Outcome("refused", Reason(taken.detail_zh, taken.detail), taken.field or "")
    return Outcome(taken)


KINDS = (
    Kind(
        "orders",
        ORDER_FIELDS,
        key=("shop", "order_no"),
        compare=compare_orders,
        apply=apply_orders,
        lines=LINE_FIELDS,
    ),
    Kind("refunds", REFUND_FIELDS, key=("shop", "refund_no"), compare=compare_refunds, apply=apply_refunds),
)
