"""Bodies of answers."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, get_args
from uuid import UUID

from pydantic import BaseModel, Field

from orders.domain.clocks import Clock
from orders.domain.clocks import State as ClockState
from orders.domain.draft import Basis, net_of
from orders.domain.money import NOTHING
from orders.domain.order import Order
from orders.domain.sellers import totals
from orders.domain.shop_settings import REFUND_SEAT, SHIPPED, Name, Setting, ShopSettings
from orders.domain.steps import State


class Recorded(BaseModel):
    """What became of a request: recorded, or the same was recorded before and nothing changed."""

    result: Literal["new", "same"]
    shop: str
    order_no: str | None = None
    refund_no: str | None = None


class ShareSaid(BaseModel):
    """What one seller holds of an order."""

    employee_no: str
    amount: Decimal


class PartySaid(ShareSaid):
    """A seller of an order, or of one line of it."""

    line_no: Annotated[int | None, Field(description="none: of all lines without sellers of their own")]
    weight: int


class LineSaid(BaseModel):
    """A position as it stands."""

    line_no: int
    sku: str
    title: str | None
    quantity: Decimal
    unit_price: Decimal
    discount: Decimal
    net_amount: Decimal
    refunded: Decimal


class OrderListed(BaseModel):
    """An order in a list."""

    shop: str
    order_no: str
    placed_at: datetime
    business_date: date
    buyer: str | None
    basis: Basis
    state: State
    net_amount: Annotated[Decimal, Field(description="before refunds")]
    refunded: Decimal
    untagged: Annotated[bool, Field(description="nobody is known to have sold it")]


class UntaggedOfShop(BaseModel):
    """Orders of a shop that nobody is known to have sold; cancelled ones left out."""

    shop: str
    orders: int
    net_amount: Annotated[Decimal, Field(description="less refunds")]
    oldest: Annotated[datetime, Field(description="when the first of them was placed")]


class UntaggedSaid(BaseModel):
    """How many orders wait for somebody to say who sold them."""

    orders: int
    shops: list[UntaggedOfShop]


class StepSaid(BaseModel):
    """A step an order took."""

    state: State
    at: datetime
    business_date: date
    reason: str | None
    event_id: UUID
    recorded_by: str


class DecisionSaid(BaseModel):
    """An amendment or a later assignment."""

    reason: str | None
    event_id: UUID
    recorded_at: datetime
    recorded_by: str


class OrderSaid(BaseModel):
    """An order as it stands, with what happened to it."""

    shop: str
    order_no: str
    placed_at: datetime
    buyer: str | None
    remark: str | None
    basis: Basis
    state: State
    net_amount: Annotated[Decimal, Field(description="before refunds")]
    refunded: Decimal
    lines: list[LineSaid]
    parties: list[PartySaid]
    shares: Annotated[list[ShareSaid], Field(description="of what is left after refunds")]
    steps: list[StepSaid]
    amendments: list[DecisionSaid]
    assignments: list[DecisionSaid]


class RefundSaid(BaseModel):
    """A refund, with what each seller gives up."""

    shop: str
    refund_no: str
    order_no: str | None
    line_no: int | None
    amount: Decimal
    executed_at: datetime
    reason: str | None
    basis: Basis
    shares: list[ShareSaid]
    event_id: UUID


def order_said(order: Order, history: Mapping[str, Sequence[Any]]) -> OrderSaid:
    """Shape an order and its history."""
    return OrderSaid(
        shop=order.shop,
        order_no=order.order_no,
        placed_at=order.placed_at,
        buyer=order.buyer,
        remark=order.remark,
        basis=order.basis,
        state=order.state,
        net_amount=net_of(order.lines),
        refunded=sum(order.refunded.values(), NOTHING),
        lines=[LineSaid(**line._asdict(), refunded=order.refunded.get(line.line_no, NOTHING)) for line in order.lines],
        parties=[
            PartySaid(line_no=h.line_no or None, employee_no=h.employee_no, weight=h.weight, amount=h.amount)
            for h in order.holdings
        ],
        shares=[ShareSaid(employee_no=who, amount=amount) for who, amount in totals(order.holdings).items()],
        **{name: [row._mapping for row in rows] for name, rows in history.items()},
    )


class RefundRequestSaid(BaseModel):
    """A refund that was asked for, and how far it is."""

    shop: str
    refund_no: str
    order_no: str
    line_no: int | None
    amount: Decimal
    goods_come_back: bool
    goods_back: Annotated[bool, Field(description="inventory has booked back something of every line it is about")]
    executed: bool
    reason: str | None
    requested_at: datetime
    requested_by: str
    event_id: UUID


class SettingSaid(BaseModel):
    """What is in force in a shop."""

    name: str
    value: str | None
    valid_from: date | None
    of: Annotated[
        Literal["shop", "all_shops", "shipped"] | None, Field(description="where the value comes from; none: not set")
    ]


class SettingRecorded(BaseModel):
    """What was set once; without a shop for all shops."""

    name: str
    shop: str | None
    value: str
    valid_from: date
    recorded_at: datetime
    recorded_by: str


class SettingsSaid(BaseModel):
    """What is in force in a shop on a day, and everything that was ever set."""

    shop: str
    on: date
    settings: list[SettingSaid]
    history: list[SettingRecorded]


class Set(BaseModel):
    """What became of a setting."""

    result: Literal["new", "same"]
    name: str
    shop: str | None


class ClockSaid(BaseModel):
    """A deadline of an order."""

    shop: str
    order_no: str
    clock: Clock
    started_at: datetime
    remind_at: datetime | None
    due_at: datetime
    allowed: Annotated[int, Field(description="minutes for payment_chase, hours for dispatch")]
    state: ClockState
    untagged: Annotated[bool, Field(description="nobody is known to have sold the order, so nobody answers for it")]


class Chased(BaseModel):
    """What became of a follow-up."""

    result: Literal["new", "same"]
    shop: str
    order_no: str
    employee_no: str


def settings_said(shop: str, on: date, settings: ShopSettings, history: Sequence[Mapping[str, Any]]) -> SettingsSaid:
    """Shape what is in force in a shop on a day."""
    names = (*get_args(Name), REFUND_SEAT)
    return SettingsSaid(
        shop=shop,
        on=on,
        settings=[_setting_said(name, settings.in_force(name, shop, on)) for name in names],
        history=[SettingRecorded.model_validate(row) for row in history],
    )


def _setting_said(name: str, found: Setting | None) -> SettingSaid:
    if found is None:
        shipped = SHIPPED.get(name)
        return SettingSaid(name=name, value=shipped, valid_from=None, of="shipped" if shipped else None)
    of: Literal["shop", "all_shops"] = "shop" if found.shop else "all_shops"
    return SettingSaid(name=name, value=found.value, valid_from=found.valid_from, of=of)
