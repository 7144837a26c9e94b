"""What no longer holds is taken back, and what holds instead is said anew."""

from typing import Any

from .conftest import House, at


async def lost(house: House, **said: Any) -> str:
    """Three cups of 40.00 are missing; the keeper answers unless said. Gives the id of the mismatch."""
    stocktake = await house.open()
    await house.count(stocktake, cup="17", pot="5")
    await house.count(stocktake, "A007", at(2, 19), cup="17")
    await house.find(stocktake, **said)
    await house.complete(stocktake)
    [mismatch] = (await house.read("/mismatches"))["items"]
    return str(mismatch["mismatch_id"])


async def test_what_turned_up_goes_into_the_ledger(house: House) -> None:
    mismatch = await lost(house)
    answer = await house.post(f"/mismatches/{mismatch}/resolved", reason="在退货区找到", found="3", at=at(5))
    assert answer.json() == {"replaced_by": None}
    [event] = await house.events("stock.mismatch_resolved")
    data = event["data"]
    assert (data["revokes"], data["revoked_business_date"]) == (mismatch, "2026-10-02")
    assert data["shares"] == [{"employee_no": "K001", "amount": "120.00"}]
    assert event["businessdate"] == "2026-10-05"
    assert await house.level() == (20, 0)
    again = await house.post(f"/mismatches/{mismatch}/resolved", reason="再来")
    assert (again.status_code, again.json()["code"]) == (409, "mismatch-resolved")
    assert (await house.read("/mismatches", unresolved=True))["items"] == []


async def test_others_answer_for_the_rest(house: House) -> None:
    mismatch = await lost(house)
    parties = [{"employee_no": "A001"}, {"employee_no": "A007"}]
    answer = await house.post(
        f"/mismatches/{mismatch}/resolved", reason="查明", found="2", outcome="people", parties=parties, at=at(5)
    )
    following = answer.json()["replaced_by"]
    event = (await house.events("stock.mismatch"))[-1]
    assert event["id"] == following
    data = event["data"]
    assert (data["expected"], data["counted"], data["value"], data["finding"]) == ("20.000", "19.000", "40.00", "查明")
    assert data["shares"] == [{"employee_no": "A001", "amount": "20.00"}, {"employee_no": "A007", "amount": "20.00"}]
    newest, _ = (await house.read("/mismatches"))["items"]
    assert (newest["replaces"], newest["found"]) == (mismatch, "2.000")
    last = await house.post(f"/mismatches/{following}/resolved", reason="全部找到", found="1")
    assert last.json() == {"replaced_by": None}
    assert await house.level() == (20, 0)


REFUSED: list[tuple[tuple[str, str], dict[str, Any], str]] = [
    (("boss", "B001"), {"found": "4"}, "found-too-much"),
    (("boss", "K001"), {}, "decides-for-themselves"),
    (("boss", "B001"), {"outcome": "people", "parties": [{"employee_no": "B001"}]}, "decides-for-themselves"),
    (("boss", "B001"), {"at": "2099-01-01T00:00:00+08:00"}, "time-in-future"),
]


async def test_what_is_refused(house: House) -> None:
    mismatch = await lost(house)
    for who, said, code in REFUSED:
        answer = await house.post(f"/mismatches/{mismatch}/resolved", house.by(*who), reason="理由", **said)
        assert answer.json()["code"] == code, said
    assert await house.events("stock.mismatch_resolved") == []


async def test_who_answered_does_not_decide_that_others_do(house: House) -> None:
    parties = [{"employee_no": "L001"}]
    mismatch = await lost(house, outcome="people", parties=parties)
    lead = house.by("lead", "L001", departments=["电商部"])
    answer = await house.post(f"/mismatches/{mismatch}/resolved", lead, reason="不是我")
    assert answer.json()["code"] == "decides-for-themselves"
