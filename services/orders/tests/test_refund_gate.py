"""Refunds that are asked for: when they may be paid, and by whom; on a real database."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import httpx
import pytest_asyncio

from orders.commands.returns import Return, learn_returns

from .conftest import Orders
from .test_refunds import DONE

SEAT = "/shops/tmall/refund-seat"


@pytest_asyncio.fixture
async def desk(orders: Orders) -> Orders:
    """A completed order of 60.00 and 40.01, and S001 on the shop's refund seat."""
    await orders.place(**DONE)
    assert (await orders.http.put(SEAT, json={"employee_no": "S001"}, headers=orders.by())).status_code == 201
    return orders


async def ask(orders: Orders, number: str = "R1", **said: Any) -> httpx.Response:
    body = {"shop": "tmall", "order_no": "T1", "refund_no": number, "line_no": 1, "amount": "60.00"}
    body |= {"goods_come_back": True} | said
    return await orders.http.post("/refunds", json=body, headers=orders.by("employee", "A001"))


async def press(orders: Orders, who: str = "S001", number: str = "R1", **headers: str) -> httpx.Response:
    by = orders.by("lead" if who == "S001" else "employee", who)
    return await orders.http.post(f"/refunds/tmall/{number}/execute", headers=by | headers)


async def back(orders: Orders, *, line_no: int | None = None, sku: str = "S-1", order_no: str = "T1") -> None:
    at = datetime(2026, 5, 22, tzinfo=UTC)
    async with orders.db.opened.transaction(orders.door()) as session:
        await learn_returns(session, [Return(uuid4(), "B1", "tmall", order_no, line_no, sku, Decimal(1), at)])


async def blocks(orders: Orders) -> list[tuple[str, str]]:
    return [(event["data"]["employee_no"], event["data"]["reason"]) for event in await orders.events("refund.blocked")]


async def test_no_refund_before_the_goods_are_back(desk: Orders) -> None:
    assert (await ask(desk)).status_code == 201
    assert (await ask(desk)).json()["result"] == "same"
    assert (await ask(desk, amount="59.00")).json()["code"] == "refund-differs"
    [asked] = await desk.events("refund.requested")
    assert (asked["data"]["amount"], asked["data"]["goods_come_back"]) == ("60.00", True)
    early = await press(desk)
    assert (early.status_code, early.json()["code"]) == (409, "refund-not-received")
    assert early.headers["content-type"] == "application/problem+json"
    assert (await press(desk)).status_code == 409
    assert await blocks(desk) == [("S001", "goods_not_back")], "an attempt that is stopped counts once a person"
    assert await desk.events("refund.executed") == []
    [waiting] = (await desk.read("/refunds/requests", state="open"))["items"]
    assert (waiting["goods_back"], waiting["executed"]) == (False, False)

    await back(desk)
    assert (await press(desk)).status_code == 201
    assert (await press(desk)).json()["result"] == "same"
    [event] = await desk.events("refund.executed")
    assert (event["data"]["refund_no"], event["data"]["amount"], event["actor"]) == ("R1", "60.00", "S001")
    [done] = (await desk.read("/refunds/requests", state="executed"))["items"]
    assert (done["goods_back"], done["executed"]) == (True, True)


async def test_only_the_holder_of_the_seat_pays(desk: Orders) -> None:
    await ask(desk)
    await back(desk, line_no=1)
    stranger = await press(desk, "A001")
    assert (stranger.status_code, stranger.json()["code"]) == (403, "not-the-refund-holder")
    boss = await desk.http.post("/refunds/tmall/R1/execute", headers=desk.by("boss"))
    assert boss.status_code == 403, "not even the boss"
    assert [event["data"].get("employee_no") for event in await desk.events("refund.blocked")] == ["A001", None]
    assert (await press(desk)).status_code == 201
    late = await press(desk, "A001")
    assert (late.status_code, late.json()["code"]) == (409, "refund-already-executed")
    assert len(await desk.events("refund.blocked")) == 2


async def test_two_people_press_at_once_and_one_refund_is_paid(desk: Orders) -> None:
    await ask(desk)
    await back(desk)
    answers = await asyncio.gather(*(press(desk, who) for who in ("S001", "A001", "S001", "S001", "A002")))
    assert [answer.status_code for answer in answers].count(201) == 1
    holders = [answer.status_code for answer in (answers[0], answers[2], answers[3])]
    assert sorted(holders) == [200, 200, 201]
    assert {answers[1].status_code, answers[4].status_code} <= {403, 409}
    assert len(await desk.events("refund.executed")) == 1
    assert (await desk.read())["refunded"] == "60.00"


async def test_two_holders_of_one_day_pay_once(desk: Orders) -> None:
    """The seat changes hands between two presses: who comes second learns that it is paid."""
    await ask(desk)
    await back(desk)
    assert (await press(desk)).status_code == 201
    given = {"employee_no": "S002", "replaces": "S001"}
    assert (await desk.http.put(SEAT, json=given, headers=desk.by())).status_code == 201
    second = await press(desk, "S002")
    assert (second.status_code, second.json()["code"]) == (409, "refund-already-executed")
    assert "S001" in second.json()["detail"]
    assert len(await desk.events("refund.executed")) == 1


async def test_requests_beyond_what_is_left_are_paid_in_turn_until_it_is_gone(desk: Orders) -> None:
    for number in ("R1", "R2", "R3"):
        assert (await ask(desk, number, amount="25.00", goods_come_back=False)).status_code == 201
    answers = await asyncio.gather(*(press(desk, number=number) for number in ("R1", "R2", "R3")))
    assert sorted(answer.status_code for answer in answers) == [201, 201, 409]
    assert (await ask(desk, "R4", amount="10.01")).json()["code"] == "refund-too-large"
    assert (await ask(desk, "R5", line_no=9)).json()["code"] == "line-unknown"
    assert (await ask(desk, "R6", order_no="T9")).status_code == 404
    assert (await desk.read())["refunded"] == "50.00"


async def test_a_return_opens_its_own_line_only(desk: Orders) -> None:
    await ask(desk, "R1")
    await ask(desk, "R2", line_no=None, amount="100.01")
    await back(desk, line_no=2, sku="S-2")
    assert (await press(desk)).json()["code"] == "refund-not-received"
    assert (await press(desk, number="R2")).json()["code"] == "refund-not-received", "one line of two is back"
    await back(desk, order_no="T2")
    assert (await press(desk)).status_code == 409, "another order's goods"
    await back(desk)
    assert (await press(desk, number="R2")).status_code == 201
    assert (await desk.read())["refunded"] == "100.01"


async def test_the_seat_has_one_holder_at_a_time(orders: Orders) -> None:
    async def give(who: str, by: dict[str, str] | None = None, **said: Any) -> httpx.Response:
        return await orders.http.put(SEAT, json={"employee_no": who} | said, headers=by or orders.by("hr", "H1"))

    assert (await give("S001")).status_code == 201
    assert (await give("S001")).json()["result"] == "same"
    taken = await give("S002")
    assert (taken.status_code, taken.json()["code"]) == (409, "seat-taken")
    assert "S001" in taken.json()["detail"]
    assert (await give("S002", replaces="S009")).status_code == 409
    assert (await give("H1", replaces="S001")).json()["code"] == "own-seat-not-grantable"
    assert (await give("S003", orders.by("lead", "L1"))).status_code == 403
    assert (await give("S003", orders.by("hr", "H1", shops=["jd"]))).json()["code"] == "shop-not-yours"
    both = await asyncio.gather(*(give(who, replaces="S001") for who in ("S002", "S003")))
    assert sorted(answer.status_code for answer in both) == [201, 409]
    later = await give("S004", valid_from="2999-01-01", replaces="S00" + ("2" if both[0].status_code == 201 else "3"))
    assert later.status_code == 201
    said = {row["name"]: row["value"] for row in (await orders.read("/settings", shop="tmall"))["settings"]}
    assert said["refund_seat"] in ("S002", "S003")
    then = await orders.read("/settings", shop="tmall", on="2999-01-01")
    assert {row["name"]: row["value"] for row in then["settings"]}["refund_seat"] == "S004"
    assert then["history"][0]["value"] == "S004"


async def test_the_holder_sees_what_waits(desk: Orders) -> None:
    await ask(desk)
    assert len((await desk.read("/refunds/requests", desk.by("employee", "S001")))["items"]) == 1
    assert (await desk.read(by=desk.by("employee", "S001")))["order_no"] == "T1"
    assert (await desk.read("/refunds/requests", desk.by("employee", "S002")))["items"] == []


async def test_the_same_key_gets_the_same_answer_also_when_it_was_stopped(desk: Orders) -> None:
    await ask(desk)
    first = await press(desk, **{"Idempotency-Key": "one press"})
    await back(desk)
    again = await press(desk, **{"Idempotency-Key": "one press"})
    assert (first.status_code, again.status_code, again.json()) == (409, 409, first.json())
    assert again.headers["content-type"] == "application/problem+json"
    assert (await press(desk, **{"Idempotency-Key": "another"})).status_code == 201


async def test_what_a_platform_paid_passes_the_gate(desk: Orders) -> None:
    await ask(desk)
    body = {"shop": "tmall", "order_no": "T1", "refund_no": "R1", "line_no": 1, "amount": "60.00"}
    for role, status in (("lead", 403), ("employee", 403), ("finance", 201), ("service", 200)):
        answer = await desk.http.post("/refunds/executed", json=body, headers=desk.by(role))
        assert answer.status_code == status, role
    assert (await press(desk)).json()["code"] == "refund-already-executed"
