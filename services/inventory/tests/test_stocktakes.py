"""Stocktakes: expected at count time, blind, counted twice where it matters, and somebody answers."""

from decimal import Decimal
from typing import Any

from .conftest import House, at


async def counted_twice(house: House, found: str = "17") -> str:
    """Open a stocktake in which cups are missing, confirmed by a second person; the pots are right."""
    stocktake = await house.open()
    assert (await house.count(stocktake, cup=found, pot="5")).status_code == 201
    assert (await house.count(stocktake, "A007", at(2, 19), cup=found)).status_code == 201
    return stocktake


def shares(event: Any) -> dict[str, str]:
    return {share["employee_no"]: share["amount"] for share in event["data"]["shares"]}


async def test_a_count_as_expected(house: House) -> None:
    stocktake = await house.open()
    await house.count(stocktake, cup="20", pot="5")
    assert (await house.complete(stocktake)).json() == {"counted": 2, "differences": 0}
    [event] = await house.events("stocktake.completed")
    assert (event["data"]["keeper"], event["data"]["planned_on"]) == ("K001", "2026-10-02")
    assert event["time"].startswith("2026-10-02T20:00:00")
    assert await house.events("stock.mismatch") == []
    assert (await house.read(f"/stocktakes/{stocktake}"))["state"] == "completed"


async def test_what_is_missing_is_split_between_those_who_answer(house: House) -> None:
    stocktake = await counted_twice(house)
    parties = [{"employee_no": "A001", "weight": 2}, {"employee_no": "A007", "weight": 1}]
    found = await house.find(stocktake, outcome="people", finding="交接漏记", parties=parties)
    assert found.status_code == 201, found.text
    assert (await house.complete(stocktake)).json() == {"counted": 2, "differences": 1}
    [event] = await house.events("stock.mismatch")
    data = event["data"]
    assert (data["expected"], data["counted"], data["value"]) == ("20.000", "17.000", "120.00")
    assert shares(event) == {"A001": "80.00", "A007": "40.00"}
    assert (data["keeper_answers"], data["finding"], event["businessdate"]) == (False, "交接漏记", "2026-10-02")
    assert await house.level() == (17, 0)
    [move] = await house.rows("SELECT change, reason, document_no FROM stock_moves WHERE source = 'stocktake'")
    assert (move["change"], move["reason"], move["document_no"]) == (-3, "counted", stocktake)


async def test_the_keeper_answers_where_nobody_else_does(house: House) -> None:
    stocktake = await counted_twice(house)
    await house.find(stocktake)
    await house.complete(stocktake)
    [event] = await house.events("stock.mismatch")
    assert event["data"]["keeper_answers"] is True
    assert shares(event) == {"K001": "120.00"}


async def test_a_surplus_is_corrected_and_worth_nothing(house: House) -> None:
    stocktake = await counted_twice(house, "23")
    assert (await house.complete(stocktake)).status_code == 200
    [event] = await house.events("stock.mismatch")
    assert (event["data"]["value"], event["data"]["shares"], event["data"]["parties"]) == ("0.00", [], [])
    assert await house.level() == (23, 0)


async def test_what_was_explained_costs_nobody_anything(house: House) -> None:
    stocktake = await counted_twice(house)
    await house.find(stocktake, outcome="explained", finding="样品，已领用")
    assert (await house.complete(stocktake)).json()["differences"] == 1
    assert await house.events("stock.mismatch") == []
    assert await house.level() == (17, 0)


async def test_the_warehouse_works_on_while_it_is_counted(house: House) -> None:
    """20 cups; 4 go out before the count of 18:00 and 3 after it: 16 were expected then, 13 lie there now."""
    stocktake = await house.open()
    await house.document("/issues", "CK-1", when=at(2, 17, 30), cup="4")
    await house.count(stocktake, cup="15", pot="5")
    await house.document("/issues", "CK-2", when=at(2, 18, 30), cup="3")
    items = {item["sku"]: item for item in (await house.read(f"/stocktakes/{stocktake}/items"))["items"]}
    assert (items["cup"]["expected"], items["cup"]["difference"]) == ("16.000", "-1.000")
    await house.find(stocktake)
    assert (await house.complete(stocktake)).status_code == 200
    [event] = await house.events("stock.mismatch")
    assert (event["data"]["expected"], event["data"]["counted"], event["data"]["value"]) == (
        "16.000",
        "15.000",
        "40.00",
    )
    assert await house.level() == (12, 0)


async def test_a_late_paper_explains_a_difference_before_it_is_settled_and_not_after(house: House) -> None:
    stocktake = await house.open()
    await house.count(stocktake, cup="19", pot="5")
    await house.find(stocktake)
    await house.document("/issues", "CK-1", when=at(2, 17, 59), cup="1")
    assert (await house.complete(stocktake)).json()["differences"] == 0
    late = await house.document("/issues", "CK-2", when=at(2, 17, 58), cup="1")
    assert (late.status_code, late.json()["code"]) == (409, "movement-before-count")
    assert (await house.document("/issues", "CK-3", when=at(2, 18, 1), cup="1")).status_code == 201
    assert await house.level() == (18, 0)


async def test_a_finding_is_about_the_difference_as_it_stood(house: House) -> None:
    stocktake = await house.open()
    await house.count(stocktake, cup="18", pot="5")
    await house.find(stocktake)
    await house.document("/issues", "CK-1", when=at(2, 17, 59), cup="1")
    refused = await house.complete(stocktake)
    assert (refused.status_code, refused.json()["code"]) == (409, "finding-missing")
    assert "cup" in refused.json()["detail"]


async def test_a_large_difference_is_counted_again_by_somebody_else(house: House) -> None:
    """Shipped: more than 2 pieces, or more than 100.00 at cost; of 20 pieces at 40.00, 40.00 and 60.00 these came."""
    costs = {"a": "40", "b": "40", "c": "40", "d": "40", "e": "60", "f": "50"}
    for sku, cost in costs.items():
        await house.post("/skus", sku=sku, title=sku, unit_cost=cost)
    await house.document("/receipts", "RK-2", None, at(1), **dict.fromkeys(costs, "20"))
    stocktake = await house.open(skus=list(costs))
    await house.count(stocktake, a="20", b="18", c="17", d="23", e="18", f="18")
    items = {item["sku"]: item for item in (await house.read(f"/stocktakes/{stocktake}/items"))["items"]}
    assert [sku for sku, item in items.items() if item["to_count"]] == ["c", "d", "e"]
    answer = await house.complete(stocktake)
    assert (answer.status_code, answer.json()["code"]) == (409, "second-count-missing")
    assert "c, d, e" in answer.json()["detail"]


async def test_the_threshold_in_money_is_a_dated_setting(house: House) -> None:
    await house.post("/settings", name="second_count_value", value="39.99", scope="main", valid_from="2026-10-02")
    stocktake = await house.open()
    await house.count(stocktake, cup="19", pot="4")
    refused = await house.complete(stocktake)
    assert (refused.json()["code"], "cup" in refused.json()["detail"]) == ("second-count-missing", True)
    assert "1 " in refused.json()["detail"]


async def test_nobody_counts_a_thing_twice(house: House) -> None:
    stocktake = await house.open()
    await house.count(stocktake, cup="17")
    again = await house.count(stocktake, cup="17")
    assert again.json() == {"new": 0, "same": 1}
    other = await house.count(stocktake, cup="18")
    assert (other.status_code, other.json()["code"]) == (409, "count-differs")


async def test_the_last_count_holds(house: House) -> None:
    stocktake = await house.open()
    await house.count(stocktake, cup="12", pot="5")
    await house.count(stocktake, "A007", at(2, 19), cup="20")
    assert (await house.complete(stocktake)).json() == {"counted": 2, "differences": 0}


async def test_everything_is_counted_before_the_end(house: House) -> None:
    stocktake = await house.open()
    await house.count(stocktake, cup="20")
    refused = await house.complete(stocktake)
    assert (refused.json()["code"], "pot" in refused.json()["detail"]) == ("not-counted-yet", True)
    await house.count(stocktake, pot="5")
    early = await house.complete(stocktake, at(2, 17, 59))
    assert (early.status_code, early.json()["code"]) == (422, "end-before-counts")


DECISIONS: list[tuple[tuple[str, str], dict[str, Any], str]] = [
    (("boss", "K001"), {}, "decides-for-themselves"),
    (("lead", "A001"), {"outcome": "people", "parties": [{"employee_no": "A001"}]}, "decides-for-themselves"),
    (("boss", "B001"), {"outcome": "people"}, "parties-missing"),
    (("boss", "B001"), {"parties": [{"employee_no": "A001"}]}, "parties-uncalled"),
    (("boss", "B001"), {"outcome": "people", "parties": [{"employee_no": "A001"}] * 2}, "party-listed-twice"),
    (("boss", "B001"), {"outcome": "people", "parties": [{"employee_no": "X"}]}, "employee-unknown"),
    (("boss", "B001"), {"sku": "pot"}, "no-difference"),
    (("boss", "B001"), {"sku": "mug"}, "nothing-counted"),
]


async def test_who_decides_and_what(house: House) -> None:
    stocktake = await counted_twice(house)
    for who, said, code in DECISIONS:
        answer = await house.find(stocktake, house.by(*who, departments=["电商部"]), **said)
        assert answer.json()["code"] == code, said


async def test_a_loss_without_a_cost_waits_for_one(house: House) -> None:
    await house.post("/skus", sku="mug", title="mug")
    await house.document("/receipts", "RK-9", mug="2")
    stocktake = await house.open()
    await house.count(stocktake, cup="20", pot="5", mug="1")
    await house.find(stocktake, sku="mug")
    refused = await house.complete(stocktake)
    assert (refused.status_code, refused.json()["code"]) == (409, "cost-unknown")
    await house.post("/skus", sku="mug", title="mug", unit_cost="2.345")
    assert (await house.complete(stocktake)).status_code == 200
    [event] = await house.events("stock.mismatch")
    assert event["data"]["value"] == "2.35"


async def test_more_gone_since_the_count_than_it_found(house: House) -> None:
    stocktake = await counted_twice(house, "1")
    await house.document("/issues", "CK-1", when=at(2, 19, 30), cup="2")
    await house.find(stocktake)
    refused = await house.complete(stocktake)
    assert (refused.status_code, refused.json()["code"]) == (409, "not-enough-stock")
    assert await house.level() == (18, 0), "nothing is half done"


async def test_one_at_a_time_and_one_a_planned_day(house: House) -> None:
    first = await house.open()
    second = await house.post("/stocktakes", warehouse="main")
    assert (second.status_code, second.json()["code"]) == (409, "stocktake-open")
    await house.post(f"/stocktakes/{first}/abandoned", reason="重来")
    again = await house.open()
    await house.count(again, cup="20", pot="5")
    await house.complete(again)
    twice = await house.post("/stocktakes", warehouse="main", planned_on="2026-10-02")
    assert (twice.status_code, twice.json()["code"]) == (409, "stocktake-planned-twice")
    wrong = await house.post("/stocktakes", warehouse="main", planned_on="2026-10-03")
    assert (wrong.status_code, wrong.json()["code"]) == (422, "day-not-planned")
    ended = await house.count(again, "A001", cup="1")
    assert (ended.status_code, ended.json()["code"]) == (409, "stocktake-ended")


async def test_a_spot_check_counts_a_sample(house: House) -> None:
    drawn = await house.open(sample=1)
    items = (await house.read(f"/stocktakes/{drawn}/items"))["items"]
    assert len(items) == 1
    said = await house.read(f"/stocktakes/{drawn}")
    assert (said["sampled"], said["planned_on"], said["to_count"]) == (True, None, 1)
    await house.post(f"/stocktakes/{drawn}/abandoned", reason="重来")
    listed = await house.open(skus=["pot"])
    await house.count(listed, pot="5")
    assert (await house.complete(listed)).json()["counted"] == 1
    both = await house.post("/stocktakes", warehouse="main", sample=1, skus=["pot"])
    assert both.json()["code"] == "sample-or-list"


async def test_a_keeper_of_the_day_answers(house: House) -> None:
    await house.post("/warehouses/main/keepers", employee_no="K002", valid_from="2026-10-09")
    stocktake = await house.open(opened_at=at(9, 17))
    await house.count(stocktake, when=at(9, 18), cup="19", pot="5")
    await house.find(stocktake)
    await house.complete(stocktake, at(9, 20))
    [event] = await house.events("stock.mismatch")
    assert shares(event) == {"K002": "40.00"}
    assert Decimal(event["data"]["value"]) == 40
