"""An order's facts are written once for all its steps; read back, each event must say what its step says."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from chassis.door import Door
from chassis.outbox import encode
from contracts.envelope import Envelope
from contracts.orders import OrderCancelled, OrderCompleted, OrderCreated, OrderFacts, OrderPaid, OrderShipped
from orders.domain.draft import Draft, line_of
from orders.domain.order import new_order
from orders.domain.sellers import Seller
from orders.domain.steps import State, Step
from orders.outgoing import facts_of, step_taken

AT = datetime(2026, 11, 2, 4, tzinfo=UTC)
DOOR = Door(AT, "tester", "corr-1", ZoneInfo("Asia/Shanghai"))
ORDER = new_order(
    Draft(
        shop='旗舰店 "一"',
        order_no="T\\1",
        placed_at=AT,
        buyer=None,
        remark=None,
        basis="live",
        lines=tuple(
            line_of(no, f"S{no}", title, quantity=Decimal(2), unit_price=Decimal("9.99"), discount=None)
            for no, title in ((1, "杯子"), (2, None))
        ),
        sellers=(Seller("A"), Seller("B", 2)),
        line_sellers={2: (Seller("C"),)},
        steps=(),
    ),
    UUID(int=1),
)


@pytest.mark.parametrize(
    ("state", "contract"),
    [
        ("created", OrderCreated),
        ("paid", OrderPaid),
        ("shipped", OrderShipped),
        ("completed", OrderCompleted),
        ("cancelled", OrderCancelled),
    ],
)
@pytest.mark.parametrize("reason", [None, "拍错了"])
def test_every_step_says_the_orders_facts(state: State, contract: type[OrderFacts], reason: str | None) -> None:
    facts = facts_of(ORDER)
    told = step_taken(ORDER, Step(state, AT), facts=facts, event_id=UUID(int=2), reason=reason)
    read = Envelope[contract].model_validate_json(encode(told, DOOR).body).data  # type: ignore[valid-type]
    assert read == told.data
    assert {name: getattr(read, name) for name in OrderFacts.model_fields} == dict(facts.said)
    assert getattr(read, "reason", None) == (reason if state == "cancelled" else None)
    assert [[share.employee_no for share in line.shares] for line in read.lines] == [[], ["C"]]
