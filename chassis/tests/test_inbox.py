"""What a consumer reads of an event: all of it, or the fields it names."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from chassis.door import Door
from chassis.inbox import Malformed, Message, Subscription, parse
from chassis.outbox import Outgoing, encode
from contracts.base import Shape
from contracts.orders import OrderCreated, OrderLine, OrderPaid, OrderSale

AT = datetime(2026, 11, 2, 4, tzinfo=UTC)
LINE = OrderLine(line_no=1, sku="S1", quantity=Decimal(2), net_amount=Decimal("19.98"))
PAID = OrderPaid(shop="店", order_no="T1", net_amount=Decimal("19.98"), lines=(LINE,), buyer="B")


class Stranger(Shape):
    """Asks for what no order says."""

    shop: str
    colour: str


def message(*replaced: tuple[bytes, bytes]) -> Message:
    body = encode(Outgoing(PAID, about="T1", time=AT), Door(AT, "a", "c", ZoneInfo("Asia/Shanghai"))).body
    for old, new in replaced:
        assert old in body
        body = body.replace(old, new)
    return Message(1, 1, b"", PAID.type, body)


async def handler(*_: Any) -> None: ...


def test_without_a_shape_all_of_it_is_read() -> None:
    assert parse(message(), OrderPaid).data == PAID


def test_what_is_not_asked_for_is_passed_over_and_cannot_be_looked_at() -> None:
    event = parse(message(), OrderPaid, shape=OrderSale)
    assert (event.type, event.data) == ("order.paid", OrderSale(**PAID.model_dump(exclude={"lines"})))
    with pytest.raises(AttributeError):
        _ = event.data.lines


def test_what_is_asked_for_must_keep_the_contract() -> None:
    unread = message((b'"sku":"S1"', b'"sku":1'))
    assert parse(unread, OrderPaid, shape=OrderSale).data.order_no == "T1"
    with pytest.raises(Malformed, match="sku"):
        parse(unread, OrderPaid)
    with pytest.raises(Malformed, match="buyer"):
        parse(message((b'"buyer":"B"', b'"buyer":1')), OrderPaid, shape=OrderSale)


@pytest.mark.parametrize("reads", [{OrderPaid: Stranger}, {OrderCreated: OrderSale}])
def test_only_parts_of_what_is_subscribed_to_are_read(reads: Any) -> None:
    Subscription("orders", {OrderPaid: handler}, {OrderPaid: OrderSale})
    with pytest.raises(ValueError, match="is no part of"):
        Subscription("orders", {OrderPaid: handler}, reads)
