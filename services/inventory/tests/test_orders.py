"""What orders want: reserved when paid, out when shipped, free when cancelled; and what comes back."""

from typing import Any

from contracts.orders import OrderCancelled, OrderCompleted, OrderPaid, OrderShipped
from inventory.consumers import on_orders

from .conftest import House, at, order

RETURN: dict[str, Any] = {
    "shop": "tmall",
    "return_no": "TH-1",
    "order_no": "T1",
    "line_no": 1,
    "sku": "cup",
    "quantity": "1",
    "grade": "sellable",
    "disposition": "stock",
    "at": at(3),
}


async def shortages(house: House) -> list[tuple[str, str, str]]:
    items = (await house.read("/shortages"))["items"]
    return [(item["order_no"], item["missing"], item["state"]) for item in items]


async def test_from_paid_to_shipped(house: House) -> None:
    await house.hear(on_orders, order(OrderPaid, "T1", cup="2", pot="1"), order(OrderPaid, "T2", cup="3"))
    assert (await house.level(), await house.level("pot")) == ((20, 5), (5, 1))
    await house.hear(on_orders, order(OrderPaid, "T1", cup="2", pot="1"))
    assert await house.level() == (20, 5), "an order is reserved once"
    await house.hear(on_orders, order(OrderShipped, "T1", cup="2", pot="1"))
    await house.hear(on_orders, order(OrderCompleted, "T1", cup="2", pot="1"))
    assert (await house.level(), await house.level("pot")) == ((18, 3), (4, 0))
    [_, _, cup, pot] = await house.events("stock.changed")
    assert (cup["data"]["reason"], cup["data"]["change"], cup["data"]["reserved"]) == ("issued", "-2", "3.000")
    assert pot["data"]["on_hand"] == "4.000"
    [move] = (await house.read("/movements", document_no="tmall/T1", sku="cup"))["items"]
    assert move["source"] == "order"


async def test_a_cancelled_order_frees_what_it_held_and_no_more(house: House) -> None:
    await house.hear(on_orders, order(OrderPaid, "T1", cup="2"), order(OrderPaid, "T2", cup="3"))
    await house.hear(on_orders, order(OrderShipped, "T2", cup="3"))
    await house.hear(on_orders, order(OrderCancelled, "T1"), order(OrderCancelled, "T2"), order(OrderCancelled))
    assert await house.level() == (17, 0)


async def test_an_order_that_nobody_saw_paid_goes_out_all_the_same(house: House) -> None:
    await house.hear(on_orders, order(OrderCompleted, cup="2"))
    assert await house.level() == (18, 0)


async def test_what_was_taken_over_from_before_leaves_the_stock_alone(house: House) -> None:
    await house.hear(on_orders, order(OrderPaid, basis="historical", cup="2"))
    await house.hear(on_orders, order(OrderCompleted, basis="historical", cup="2"))
    assert await house.level() == (20, 0)


async def test_what_ships_otherwise_than_it_was_paid(house: House) -> None:
    await house.hear(on_orders, order(OrderPaid, cup="2", pot="1"))
    await house.hear(on_orders, order(OrderShipped, cup="3"))
    assert (await house.level(), await house.level("pot")) == ((17, 0), (5, 0))


async def test_oversold_goods_wait_for_what_comes_in_the_oldest_first(house: House) -> None:
    wanted = [order(OrderPaid, f"T{i}", at(1, 12, i), cup="8") for i in range(1, 5)]
    await house.hear(on_orders, *wanted)
    assert await house.level() == (20, 20)
    assert await shortages(house) == [("T3", "4.000", "reserved"), ("T4", "8.000", "reserved")]
    [event] = await house.events("stock.depleted")
    assert (event["data"]["on_hand"], event["data"]["reserved"]) == ("20.000", "20.000")
    await house.document("/receipts", "RK-2", cup="5")
    assert await house.level() == (25, 25)
    assert await shortages(house) == [("T4", "7.000", "reserved")]
    await house.hear(on_orders, order(OrderCancelled, "T1"))
    assert await house.level() == (25, 24)
    assert await shortages(house) == []
    assert len(await house.events("stock.depleted")) == 1, "one leftover cup is for sale; it has not run out since"


async def test_the_ledger_never_goes_below_zero_for_what_left_all_the_same(house: House) -> None:
    await house.hear(on_orders, order(OrderShipped, "T1", pot="4"), order(OrderShipped, "T2", pot="4"))
    assert await house.level("pot") == (0, 0)
    assert await shortages(house) == [("T2", "3.000", "shipped")]


async def test_what_left_before_a_completed_count_is_not_taken_out_twice(house: House) -> None:
    await house.hear(on_orders, order(OrderPaid, "T1", at(2, 10), cup="1"))
    stocktake = await house.open()
    await house.count(stocktake, cup="19", pot="5")
    await house.find(stocktake)
    await house.complete(stocktake)
    await house.hear(on_orders, order(OrderShipped, "T1", at(2, 17), cup="1"))
    assert await house.level() == (19, 0)
    assert await shortages(house) == [("T1", "1.000", "shipped")]


async def test_unknown_goods_are_passed_by_and_listed(house: House) -> None:
    await house.hear(on_orders, order(OrderPaid, "T1", vase="1", cup="1"), order(OrderPaid, "T2", vase="1"))
    await house.hear(on_orders, order(OrderPaid, "T3", vase="1"))
    await house.hear(on_orders, order(OrderCompleted, "T3", vase="1"), order(OrderCompleted, "T4", bowl="1"))
    assert await house.level() == (20, 1)
    unknown = (await house.read("/unknown-skus"))["items"]
    assert [(one["sku"], one["orders"], one["last_order"]) for one in unknown] == [("bowl", 1, "T4"), ("vase", 3, "T3")]


async def test_where_no_warehouse_is_kept_nothing_is_noted(bare: House) -> None:
    await bare.hear(on_orders, order(OrderPaid, "T1", vase="1"))
    assert await bare.rows("SELECT sku FROM unknown_skus UNION ALL SELECT sku FROM order_goods") == []


async def test_a_shop_ships_from_its_own_warehouse(house: House) -> None:
    await house.post("/warehouses", warehouse="second", title="二仓", keeper="K002")
    await house.post("/settings", name="ships_from", scope="tmall", value="second", valid_from="2026-10-01")
    await house.hear(on_orders, order(OrderPaid, "T1", when=at(1, 23), cup="1"))
    rows = await house.rows("SELECT warehouse, reserved FROM order_goods")
    assert [tuple(row.values()) for row in rows] == [("second", 0)]


async def test_goods_that_came_back_are_for_sale_again(house: House) -> None:
    await house.hear(on_orders, order(OrderShipped, cup="2"))
    answer = await house.post("/returns", **RETURN)
    assert (answer.status_code, answer.json()) == (201, {"result": "new", "order_known": True})
    again = await house.post("/returns", **RETURN)
    assert (again.status_code, again.json()) == (200, {"result": "same", "order_known": True})
    assert await house.level() == (19, 0)
    [event] = await house.events("return.received")
    assert {name: event["data"][name] for name in ("return_no", "order_no", "line_no", "quantity", "disposition")} == {
        "return_no": "TH-1",
        "order_no": "T1",
        "line_no": 1,
        "quantity": "1",
        "disposition": "stock",
    }
    other = await house.post("/returns", **RETURN | {"quantity": "2"})
    assert (other.status_code, other.json()["code"], other.json()["field"]) == (409, "return-differs", "quantity")


async def test_broken_goods_are_set_aside(house: House) -> None:
    refused = await house.post("/returns", **RETURN | {"grade": "damaged"})
    assert (refused.status_code, refused.json()["code"]) == (422, "grade-not-for-stock")
    aside = RETURN | {"grade": "damaged", "disposition": "purchase_return_zone", "order_no": "from-before"}
    answer = await house.post("/returns", **aside)
    assert answer.json() == {"result": "new", "order_known": False}
    assert await house.level() == (20, 0)
    [flagged] = (await house.read("/returns", order_known=False))["items"]
    assert flagged["order_no"] == "from-before"
    assert len(await house.events("return.received")) == 1


IMPOSSIBLE: list[tuple[dict[str, Any], str]] = [
    ({"sku": "vase"}, "sku-unknown"),
    ({"warehouse": "nowhere"}, "warehouse-unknown"),
    ({"quantity": "-1"}, "request-invalid"),
    ({"at": "2099-01-01T00:00:00Z"}, "time-in-future"),
    ({"note": "x" * 10}, "request-invalid"),
]


async def test_a_return_that_cannot_be(house: House) -> None:
    for said, code in IMPOSSIBLE:
        answer = await house.post("/returns", **RETURN | said)
        assert (answer.status_code, answer.json()["code"]) == (422, code), said
