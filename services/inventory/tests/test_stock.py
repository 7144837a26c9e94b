"""The stock ledger over HTTP, on a real database."""

import asyncio
from decimal import Decimal

from .conftest import House, at


async def test_goods_come_in_and_go_out(house: House) -> None:
    assert (await house.document("/issues", "CK-1", cup="3")).status_code == 201
    assert await house.level() == (17, 0)
    events = await house.events("stock.changed")
    assert [event["data"]["change"] for event in events] == ["20", "5", "-3"]
    last = events[-1]
    assert (last["data"]["reason"], last["data"]["on_hand"], last["businessdate"]) == ("issued", "17.000", "2026-10-01")
    [cup] = (await house.read("/stock", sku="cup"))["items"]
    assert (cup["on_hand"], cup["available"], cup["title"]) == ("17.000", "17.000", "cup")
    [out] = (await house.read("/movements", document_no="CK-1"))["items"]
    assert (out["change"], out["on_hand"], out["event_id"]) == ("-3.000", "17.000", last["id"])


async def test_the_same_document_again_changes_nothing(house: House) -> None:
    again = await house.document("/receipts", "RK-1", cup="20", pot="5")
    assert (again.status_code, again.json()["result"]) == (200, "same")
    other = await house.document("/receipts", "RK-1", cup="21")
    assert (other.status_code, other.json()["code"]) == (409, "document-differs")
    assert await house.level() == (20, 0)


async def test_nothing_goes_below_zero_and_a_document_is_booked_whole_or_not(house: House) -> None:
    answer = await house.document("/issues", "CK-1", cup="1", pot="5.001")
    assert (answer.status_code, answer.json()["code"]) == (409, "not-enough-stock")
    assert (await house.level("cup"), await house.level("pot")) == ((20, 0), (5, 0))


async def test_two_who_take_the_last_at_once(house: House) -> None:
    answers = await asyncio.gather(*(house.document("/issues", f"CK-{i}", cup="15") for i in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    assert await house.level() == (5, 0)


IMPOSSIBLE: list[tuple[dict[str, str], str, str, str]] = [
    ({"cup": "-1"}, at(1), "request-invalid", "lines.0.quantity"),
    ({"cup": "0"}, at(1), "request-invalid", "lines.0.quantity"),
    ({"cup": "0.0001"}, at(1), "request-invalid", "lines.0.quantity"),
    ({"cup": "999999999"}, at(1), "stock-too-large", "quantity"),
    ({"mug": "1"}, at(1), "sku-unknown", "sku"),
    ({"cup": "1"}, "2099-01-01T00:00:00+08:00", "time-in-future", "at"),
    ({"cup": "1"}, "2026-10-01T00:00:00", "request-invalid", "at"),
]


async def test_what_cannot_be_is_refused(house: House) -> None:
    for lines, when, code, field in IMPOSSIBLE:
        answer = await house.document("/receipts", "RK-2", None, when, **lines)
        assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (422, code, field)
        assert answer.json()["detail_zh"]
    assert await house.level() == (20, 0)


async def test_an_unknown_warehouse_is_refused(bare: House) -> None:
    await bare.post("/skus", sku="cup", title="杯")
    answer = await bare.document("/receipts", "RK-1", cup="1")
    assert (answer.status_code, answer.json()["code"]) == (422, "warehouse-unknown")


async def test_stock_that_runs_out_is_announced_once_each_time(house: House) -> None:
    await house.document("/issues", "CK-1", cup="20")
    await house.document("/receipts", "RK-2", cup="1")
    await house.document("/issues", "CK-2", cup="1")
    depleted = await house.events("stock.depleted")
    assert [(e["data"]["sku"], e["data"]["on_hand"]) for e in depleted] == [("cup", "0.000")] * 2
    assert [item["sku"] for item in (await house.read("/stock", depleted=True))["items"]] == ["cup"]


async def test_a_correction_needs_a_reason_and_somebody_who_does_not_keep_the_warehouse(house: House) -> None:
    keeper_as_boss = house.by("boss", "K001")
    refused = await house.document("/corrections", "GZ-1", keeper_as_boss, cup="-2")
    assert (refused.status_code, refused.json()["code"]) == (403, "corrects-own-warehouse")
    assert (await house.document("/corrections", "GZ-1", house.by("keeper", "K002"), cup="-2")).status_code == 403
    assert (await house.document("/corrections", "GZ-1", cup="-2")).status_code == 201
    assert await house.level() == (18, 0)


async def test_costs_are_dated_and_no_keeper_changes_one(house: House) -> None:
    keeper = house.by("keeper", "K001")
    refused = await house.post("/skus", keeper, sku="cup", title="cup", unit_cost="0.01")
    assert (refused.status_code, refused.json()["code"]) == (403, "cost-by-keeper")
    assert (await house.post("/skus", keeper, sku="mug", title="mug", unit_cost="3")).status_code == 201
    dearer = await house.post("/skus", sku="cup", title="cup", unit_cost="45", valid_from="2026-10-10")
    assert dearer.json()["result"] == "amended"
    assert (await house.post("/skus", sku="cup", title="cup", unit_cost="45")).json()["result"] == "same"
    [cup] = (await house.read("/skus", sku="cup"))["items"]
    assert (Decimal(cup["unit_cost"]), cup["valid_from"]) == (Decimal(45), "2026-10-10")


async def test_keepers_begin_on_a_day(house: House) -> None:
    again = await house.post("/warehouses", warehouse="main", title="主仓", keeper="K001", keeper_from="2026-01-01")
    assert (again.status_code, again.json()["result"]) == (200, "same")
    other = await house.post("/warehouses", warehouse="main", title="别的", keeper="K001", keeper_from="2026-01-01")
    assert (other.status_code, other.json()["field"]) == (409, "title")
    await house.post("/warehouses/main/keepers", employee_no="K002", valid_from="2026-10-15")
    unknown = await house.post("/warehouses/main/keepers", employee_no="X", valid_from="2026-10-15")
    assert (unknown.status_code, unknown.json()["code"]) == (422, "employee-unknown")
    [main] = await house.read("/warehouses")
    assert main["keeper"] == "K002"
    assert [k["employee_no"] for k in main["keepers"]] == ["K001", "K002"]
    assert (
        await house.post("/warehouses/nowhere/keepers", employee_no="K002", valid_from="2026-10-15")
    ).status_code == 404


UNSETTABLE = [
    ({"name": "colour", "value": "red"}, "setting-unknown"),
    ({"name": "stocktake_weekday", "value": "8"}, "setting-unusable"),
    ({"name": "second_count_value", "value": "-1"}, "setting-unusable"),
    ({"name": "second_count_value", "value": "NaN"}, "setting-unusable"),
    ({"name": "ships_from", "value": "nowhere"}, "warehouse-unknown"),
    ({"name": "second_count_quantity", "value": "1", "scope": "nowhere"}, "warehouse-unknown"),
]


async def test_settings_are_judged(house: House) -> None:
    for said, code in UNSETTABLE:
        answer = await house.post("/settings", None, valid_from="2026-10-01", **said)
        assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_settings_are_listed_with_what_is_shipped(house: House) -> None:
    await house.post("/settings", name="second_count_quantity", value="5", valid_from="2026-10-01", scope="main")
    said = await house.read("/settings")
    assert [(row["name"], row["scope"], row["value"]) for row in said["set"]] == [
        ("second_count_quantity", "main", "5")
    ]
    assert said["shipped"]["stocktake_weekday"] == "5"
