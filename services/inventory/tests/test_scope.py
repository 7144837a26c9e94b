"""Who sees and does what; and what those who count must not see."""

from typing import Any

from .conftest import House, at


async def test_those_who_count_learn_nothing_until_the_end(house: House) -> None:
    stocktake = await house.open(counters=["A001"])
    keeper, counter = house.by("keeper", "K001"), house.by("employee", "A001")
    assert (await house.count(stocktake, "A001", by=counter, cup="17", pot="5")).json() == {"new": 2, "same": 0}
    for by in (keeper, counter, house.by("lead", "A001"), house.by("boss", "K001")):
        text = str(await house.read(f"/stocktakes/{stocktake}/items", by)) + str(
            await house.read(f"/stocktakes/{stocktake}", by)
        )
        assert "20.000" not in text
        assert "-3.000" not in text
    items = (await house.read(f"/stocktakes/{stocktake}/items", counter))["items"]
    assert [(item["sku"], item["to_count"], item["own_count"]) for item in items] == [
        ("cup", False, "17.000"),
        ("pot", False, "5.000"),
    ]
    wanted = (await house.read(f"/stocktakes/{stocktake}/items", keeper))["items"]
    assert [item["to_count"] for item in wanted] == [True, False], "a second count, by somebody else"
    assert {item["on_hand"] for item in (await house.read("/stock", keeper))["items"]} == {None}
    assert {item["on_hand"] for item in (await house.read("/stock", house.by("boss", "K001")))["items"]} == {None}
    assert (await house.read("/movements", keeper))["items"] == []
    assert len((await house.read("/movements"))["items"]) == 2
    await house.count(stocktake, "K001", at(2, 19), by=keeper, cup="17")
    await house.find(stocktake)
    await house.complete(stocktake)
    settled = (await house.read(f"/stocktakes/{stocktake}/items", counter))["items"]
    assert [(item["expected"], item["difference"]) for item in settled] == [("20.000", "-3.000"), ("5.000", "0.000")]
    assert len((await house.read("/stock", keeper))["items"]) == 2


HANDED_IN: list[tuple[str, str | None, str, int]] = [
    ("employee", "A001", "A001", 201),
    ("employee", "A001", "A007", 403),
    ("keeper", "K001", "K001", 201),
    ("keeper", "K001", "A001", 403),
    ("keeper", "K002", "K002", 201),
    ("boss", "B001", "K001", 201),
    ("boss", "B001", "B001", 403),
    ("boss", None, "K001", 201),
    ("finance", "F001", "K001", 403),
    ("auditor", "U001", "U001", 403),
]


async def test_who_hands_in_a_count(house: House) -> None:
    stocktake = await house.open(counters=["A001"])
    for role, own, who, status in HANDED_IN:
        answer = await house.count(stocktake, who, by=house.by(role, own), cup="20")
        assert answer.status_code == status, (role, own, who, answer.text)


async def test_employees_see_what_concerns_them(house: House) -> None:
    stocktake = await house.open(counters=["A001"])
    await house.count(stocktake, cup="19", pot="5")
    foreign = house.by("employee", "A007")
    for path in (f"/stocktakes/{stocktake}", f"/stocktakes/{stocktake}/items"):
        hidden = await house.http.get(path, headers=foreign)
        absent = await house.http.get(path.replace(stocktake, stocktake[:-4] + "0000"), headers=foreign)
        assert hidden.status_code == absent.status_code == 404
        assert hidden.json() | {"correlation_id": ""} == absent.json() | {"correlation_id": ""}
    assert (await house.count(stocktake, "A007", by=foreign, cup="19")).status_code == 404
    assert (await house.read("/stocktakes", foreign))["items"] == []
    assert len((await house.read("/stocktakes", house.by("employee", "A001")))["items"]) == 1
    await house.find(stocktake, outcome="people", parties=[{"employee_no": "A007"}])
    await house.complete(stocktake)
    assert len((await house.read("/stocktakes", foreign))["items"]) == 1, "who answers sees what for"
    [answered] = (await house.read("/mismatches", foreign))["items"]
    assert answered["shares"] == [{"employee_no": "A007", "weight": 1, "amount": "40.00"}]
    assert (await house.read("/mismatches", house.by("employee", "A001")))["items"] == []
    assert (await house.read("/stock", foreign)) == 403


async def test_a_lead_sees_and_decides_for_their_people(house: House) -> None:
    stocktake = await house.open()
    await house.count(stocktake, cup="19", pot="5")
    other = house.by("lead", "L009", departments=["仓储部"])
    assert await house.read(f"/stocktakes/{stocktake}", other) == 404
    assert (await house.find(stocktake, other)).status_code == 404
    team = house.by("lead", "L001")
    assert (await house.read(f"/stocktakes/{stocktake}", team))["counted"] == 2
    assert (await house.find(stocktake, team)).status_code == 201
    await house.complete(stocktake)
    [mismatch] = (await house.read("/mismatches", team))["items"]
    assert (await house.read("/mismatches", other))["items"] == []
    refused = await house.post(f"/mismatches/{mismatch['mismatch_id']}/resolved", other, reason="x")
    assert refused.status_code == 404


WRITES: list[tuple[str, dict[str, Any]]] = [
    ("/warehouses", {"warehouse": "w", "title": "w", "keeper": "K001"}),
    ("/skus", {"sku": "s", "title": "s"}),
    ("/settings", {"name": "stocktake_weekday", "value": "1", "valid_from": "2026-10-01"}),
    ("/receipts", {"warehouse": "main", "document_no": "X", "lines": [{"sku": "cup", "quantity": "1"}]}),
    ("/issues", {"warehouse": "main", "document_no": "X", "lines": [{"sku": "cup", "quantity": "1"}]}),
    ("/returns", {}),
    ("/stocktakes", {"warehouse": "main"}),
    ("/mismatches/01a20003-0000-7000-8000-000000000001/resolved", {"reason": "x"}),
]


async def test_an_auditor_reads_everything_and_writes_nothing(house: House) -> None:
    auditor = house.by("auditor", "U001")
    for path, said in WRITES:
        assert (await house.post(path, auditor, **said)).status_code == 403, path
    for path in ("/stock", "/movements", "/warehouses", "/skus", "/settings", "/stocktakes", "/mismatches", "/returns"):
        assert (await house.read(path, auditor)) != 403, path
    assert (await house.read("/stock", auditor))["items"][0]["on_hand"] == "20.000"
