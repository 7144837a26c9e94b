"""Orders and refunds out of files: compared and applied in bulk, on a real database."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from chassis.auth import Principal
from chassis.imports.kinds import Outcome, Record
from orders.intake import KINDS

from .conftest import ORDER, Orders, shares

KIND = {kind.name: kind for kind in KINDS}
IMPORTER = Principal("importer", roles=frozenset({"finance"}))
PLACED = datetime(2026, 5, 6, 2, 20, tzinfo=UTC)
LINE = {"sku": "S-1", "title": None, "quantity": Decimal("2.000"), "unit_price": Decimal("30.0000")}


def order(number: str = "T1", *, lines: Sequence[dict[str, Any]] | None = None, **said: Any) -> Record:
    kind = KIND["orders"]
    fields = dict.fromkeys(kind.fields) | {"shop": "tmall", "order_no": number, "placed_at": PLACED, "seller": "A001"}
    rows = [dict.fromkeys(kind.lines) | line for line in (lines if lines is not None else [LINE])]
    return Record(f"tmall {number}", "orders.csv", 2, fields | said, rows)


def refund(number: str = "R1", **said: Any) -> Record:
    fields = dict.fromkeys(KIND["refunds"].fields) | {
        "shop": "tmall",
        "refund_no": number,
        "executed_at": PLACED,
        "amount": Decimal("10.00"),
    }
    return Record(f"tmall {number}", "refunds.csv", 2, fields | said, ())


async def apply(orders: Orders, *records: Record, by: Principal = IMPORTER) -> list[Outcome]:
    """Apply records of one kind; what the preview foresees is what happens."""
    kind = KIND["refunds" if "refund_no" in records[0].fields else "orders"]
    door = orders.door()
    async with orders.db.opened.transaction(door) as session:
        foreseen = await kind.compare(session, records, by=by)
        became = list(await kind.apply(session, records, by=by, now=door.now))
    assert list(foreseen) == became
    return became


async def verdicts(orders: Orders, *records: Record) -> list[str]:
    return [outcome.verdict for outcome in await apply(orders, *records)]


async def test_rows_of_other_shops_are_refused_one_by_one(orders: Orders) -> None:
    limited = Principal("lead-1", roles=frozenset({"lead"}), shops=frozenset({"jd"}))
    outcomes = await apply(orders, order("T1"), order("T2", shop="jd"), by=limited)
    assert [(o.verdict, o.field) for o in outcomes] == [("refused", "shop"), ("new", "")]
    outcomes = await apply(orders, refund("R1", seller="A001"), refund("R2", shop="jd", seller="A001"), by=limited)
    assert [(o.verdict, o.field) for o in outcomes] == [("refused", "shop"), ("new", "")]
    assert outcomes[0].reason is not None and "tmall" in outcomes[0].reason.en and "tmall" in outcomes[0].reason.zh


async def kinds_of_events(orders: Orders) -> Counter[str]:
    return Counter(event["type"].removeprefix("order.") for event in await orders.events())


async def test_the_same_file_twice_changes_nothing(orders: Orders) -> None:
    records = [
        order(f"T{i:04}", paid_at=PLACED, completed_at=PLACED, lines=[LINE] * (i % 4 + 1), seller=f"A{i % 7}")
        for i in range(1200)
    ]
    assert set(await verdicts(orders, *records)) == {"new"}
    expected = {"created": 1200, "paid": 1200, "completed": 1200}
    assert await kinds_of_events(orders) == expected
    assert set(await verdicts(orders, *records)) == {"same"}
    assert await kinds_of_events(orders) == expected
    [row] = await orders.rows("SELECT count(*) AS lines, sum(net_amount) AS net FROM order_lines")
    assert (row["lines"], row["net"]) == (3000, 180000)


async def test_a_later_file_takes_orders_further(orders: Orders) -> None:
    paid: dict[str, Any] = {"paid_at": PLACED}
    await apply(orders, order("T1"), order("T2"), order("T3", **paid), order("T4"))
    later = [
        order("T1", **paid),
        order("T2", status="completed", completed_at=PLACED),
        order("T3", **paid, status="cancelled"),
        order("T4"),
    ]
    assert await verdicts(orders, *later) == ["amended", "amended", "amended", "same"]
    assert await kinds_of_events(orders) == {"created": 4, "paid": 3, "completed": 1, "cancelled": 1}
    assert await verdicts(orders, *later) == ["same"] * 4
    assert await verdicts(orders, order("T2", **paid)) == ["same"], "an older file says nothing new"


async def test_a_later_file_corrects_content_and_sellers(orders: Orders) -> None:
    await apply(orders, order(seller=None))
    corrected = order(lines=[LINE, LINE], buyer="买家", paid_at=PLACED)
    assert await verdicts(orders, corrected) == ["amended"]
    assert await kinds_of_events(orders) == {"created": 1, "amended": 1, "operator_assigned": 1, "paid": 1}
    [assigned] = await orders.events("order.operator_assigned")
    assert shares(assigned["data"]) == {"A001": "120.00"}
    assert await verdicts(orders, corrected) == ["same"]
    assert (await orders.read())["buyer"] == "买家"


async def test_a_file_never_undoes_what_people_decided(orders: Orders) -> None:
    await apply(orders, order())
    await orders.act("assignments", sellers=[{"employee_no": "A002"}])
    await orders.act("amendments", buyer="更正", reason="改")
    assert await verdicts(orders, order()) == ["same"]
    assert await verdicts(orders, order(seller=None)) == ["same"]
    assert [party["employee_no"] for party in (await orders.read())["parties"]] == ["A002"]


async def test_what_cannot_be_taken_is_refused_by_name(orders: Orders) -> None:
    await apply(orders, order("T1", paid_at=PLACED, completed_at=PLACED), order("T2", status="cancelled"))
    outcomes = await apply(
        orders,
        order("T1", paid_at=PLACED, completed_at=PLACED, lines=[LINE, LINE]),
        order("T2", paid_at=PLACED, completed_at=PLACED),
        order("T3", status="completed"),
        order("T4", lines=[LINE | {"quantity": Decimal("-1.000")}]),
        order("T5", completed_at=datetime(2100, 1, 1, tzinfo=UTC)),
        order("T6", seller="A001 和 A002"),
        order("T/7"),
        order("T8"),
    )
    assert [(outcome.verdict, outcome.field) for outcome in outcomes] == [
        ("refused", "lines"),
        ("refused", "paid_at"),
        ("refused", "completed_at"),
        ("refused", "lines.1.quantity"),
        ("refused", "completed_at"),
        ("refused", "seller"),
        ("refused", "order_no"),
        ("new", ""),
    ]
    assert all(outcome.reason and outcome.reason.zh and outcome.reason.en for outcome in outcomes[:7])
    assert (await kinds_of_events(orders))["created"] == 3


async def test_lines_bring_their_sellers_or_none(orders: Orders) -> None:
    own = [LINE | {"seller": "A001"}, LINE | {"seller": "A002:1,A003:2"}]
    await apply(orders, order("T1", seller=None, lines=own), order("T2", lines=[{"sku": None}], status="cancelled"))
    first, second, _ = await orders.events()
    assert shares(first["data"]) == {"A001": "60.00", "A002": "20.00", "A003": "40.00"}
    assert (second["data"]["net_amount"], second["data"]["lines"]) == ("0.00", [])


async def test_an_order_posted_before_is_recognised_in_a_file(orders: Orders) -> None:
    await orders.place(lines=[{"sku": "S-1", "quantity": 2, "unit_price": "30"}], buyer=None)
    assert await verdicts(orders, order()) == ["same"]
    assert await verdicts(orders, order("T2")) == ["new"]
    posted = ORDER | {"order_no": "T2", "lines": [{"sku": "S-1", "quantity": 2, "unit_price": "30"}]}
    posted.pop("buyer")
    assert (await orders.http.post("/orders", json=posted, headers=orders.by())).json()["result"] == "same"


async def test_refunds_find_their_order_or_are_historical(orders: Orders) -> None:
    await apply(orders, order("T1", paid_at=PLACED, completed_at=PLACED))
    records = [
        refund("R1", order_no="T1"),
        refund("R2", order_no="T1", amount=Decimal("50.01")),
        refund("R3", order_no="T9"),
        refund("R4", order_no="T9", basis="historical", seller="A005"),
        refund("R5", seller="A005"),
        refund("R6", amount=Decimal("-1.00")),
    ]
    assert await verdicts(orders, *records) == ["new", "refused", "refused", "new", "new", "refused"]
    events = await orders.events("refund.executed")
    assert [(event["data"]["basis"], shares(event["data"])) for event in events] == [
        ("live", {"A001": "10.00"}),
        ("historical", {"A005": "10.00"}),
        ("historical", {"A005": "10.00"}),
    ]
    assert await verdicts(orders, *records) == ["same", "refused", "refused", "same", "same", "refused"]
    assert len(await orders.events("refund.executed")) == 3


@pytest.mark.parametrize("count", [3, 7])
async def test_many_refunds_of_one_order_in_one_file(orders: Orders, count: int) -> None:
    await apply(orders, order(paid_at=PLACED))
    records = [refund(f"R{i}", order_no="T1") for i in range(count)]
    assert Counter(await verdicts(orders, *records))["new"] == min(count, 6)
    assert (await orders.read())["refunded"] == f"{min(count, 6) * 10}.00"
