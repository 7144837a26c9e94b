"""Refunds, assignments and amendments, on a real database."""

import asyncio
from typing import Any

from .conftest import LINE, Orders, shares

DONE: dict[str, Any] = {"paid_at": "2026-05-06T11:00:00+08:00", "completed_at": "2026-05-20T11:00:00+08:00"}


async def refund(orders: Orders, number: str = "R1", amount: str = "10.00", **more: Any) -> Any:
    body = {"shop": "tmall", "order_no": "T1", "refund_no": number, "amount": amount} | more
    return await orders.http.post("/refunds/executed", json=body, headers=orders.by())


async def test_a_refund_after_completion_names_what_was_earned(orders: Orders) -> None:
    await orders.place(seller=None, sellers=[{"employee_no": "A001"}, {"employee_no": "A002"}], **DONE)
    answer = await refund(orders, line_no=2, executed_at="2026-06-02T00:10:00+08:00", reason="坏了")
    assert (answer.status_code, answer.json()["result"]) == (201, "new")
    [completed] = await orders.events("order.completed")
    [event] = await orders.events("refund.executed")
    assert event["businessdate"] == "2026-06-02"
    data = event["data"]
    assert data["completed_event_id"] == completed["id"]
    assert data["completed_business_date"] == "2026-05-20"
    assert (data["amount"], shares(data), data["line_no"]) == ("10.00", {"A001": "5.00", "A002": "5.00"}, 2)
    assert (await orders.read())["refunded"] == "10.00"
    [item] = (await orders.read("/refunds", orders.by("employee", "A002")))["items"]
    assert (item["refund_no"], item["shares"][1]) == ("R1", {"employee_no": "A002", "amount": "5.00"})
    assert (await orders.read("/refunds", orders.by("employee", "A009")))["items"] == []


async def test_a_refund_before_completion_lowers_what_is_completed(orders: Orders) -> None:
    await orders.place(paid_at=DONE["paid_at"])
    await refund(orders, amount="30.01")
    assert "completed_event_id" not in (await orders.events("refund.executed"))[0]["data"]
    await orders.act("completed")
    [event] = await orders.events("order.completed")
    assert (event["data"]["net_amount"], shares(event["data"])) == ("70.00", {"A001": "70.00"})
    assert sum(float(line["net_amount"]) for line in event["data"]["lines"]) == 70


async def test_a_refund_number_counts_once(orders: Orders) -> None:
    await orders.place(**DONE)
    assert (await refund(orders)).status_code == 201
    assert (await refund(orders)).json()["result"] == "same"
    other = await refund(orders, amount="11.00")
    assert (other.status_code, other.json()["code"], other.json()["field"]) == (409, "refund-differs", "amount")
    assert len(await orders.events("refund.executed")) == 1


async def test_refunds_at_once_never_exceed_the_line(orders: Orders) -> None:
    await orders.place(**DONE)
    answers = await asyncio.gather(*(refund(orders, f"R{i}", "25.00", line_no=1) for i in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 201, 409, 409, 409]
    assert (await refund(orders, "R9", "10.01", line_no=1)).json()["code"] == "refund-too-large"


async def test_unpaid_orders_have_nothing_to_refund(orders: Orders) -> None:
    await orders.place()
    assert (await refund(orders)).json()["code"] == "order-not-paid"
    assert (await refund(orders, order_no="T9")).json()["code"] == "refund-without-order"


async def test_a_historic_return_stands_by_itself(orders: Orders) -> None:
    body = {
        "shop": "tmall",
        "refund_no": "H1",
        "amount": "9.90",
        "seller": "A001",
        "executed_at": "2024-01-02T00:00:00+08:00",
    }
    first = await orders.http.post("/refunds/executed", json=body, headers=orders.by())
    again = await orders.http.post("/refunds/executed", json=body, headers=orders.by())
    assert (first.status_code, again.status_code) == (201, 200)
    [event] = await orders.events("refund.executed")
    assert (event["data"]["basis"], shares(event["data"])) == ("historical", {"A001": "9.90"})
    assert "completed_event_id" not in event["data"]


async def test_an_assignment_names_what_is_given_up(orders: Orders) -> None:
    await orders.place(**DONE)
    await refund(orders, amount="20.01")
    sellers = [{"employee_no": "A002", "weight": 3}, {"employee_no": "A001", "weight": 1}]
    assert (await orders.act("assignments", sellers=sellers, reason="改归属")).status_code == 201
    assert (await orders.act("assignments", sellers=sellers)).json()["result"] == "same"
    [event] = await orders.events("order.operator_assigned")
    data = event["data"]
    assert shares(data, "previous_shares") == {"A001": "80.00"}
    assert shares(data) == {"A002": "60.00", "A001": "20.00"}
    assert data["completed_event_id"] == (await orders.events("order.completed"))[0]["id"]
    await refund(orders, "R2", "80.00")
    assert shares((await orders.events("refund.executed"))[1]["data"]) == {"A002": "60.00", "A001": "20.00"}
    order = await orders.read()
    assert [party["amount"] for party in order["parties"]] == ["0.00", "0.00"]
    assert order["assignments"][0]["reason"] == "改归属"


async def test_an_untagged_order_is_assigned_later(orders: Orders) -> None:
    await orders.place(seller=None, **DONE)
    assert (await orders.read("/orders", untagged=True))["items"][0]["untagged"]
    await orders.act("assignments", sellers=[{"employee_no": "A001"}])
    [event] = await orders.events("order.operator_assigned")
    assert (shares(event["data"], "previous_shares"), shares(event["data"])) == ({}, {"A001": "100.01"})
    assert (await orders.read("/orders", untagged=True))["items"] == []
    assert (await orders.place(seller=None, **DONE)).json()["result"] == "same", "a repeated report undoes nothing"


async def test_an_amendment_appends_and_the_first_content_stays(orders: Orders) -> None:
    await orders.place()
    line = LINE | {"quantity": "3"}
    answer = await orders.act("amendments", lines=[line], reason="改数量")
    assert answer.status_code == 201
    [event] = await orders.events("order.amended")
    assert (event["data"]["net_amount"], shares(event["data"])) == ("90.00", {"A001": "90.00"})
    assert (await orders.act("amendments", lines=[line], reason="再来")).json()["code"] == "nothing-to-amend"
    order = await orders.read()
    assert (order["net_amount"], len(order["lines"]), order["buyer"]) == ("90.00", 1, "买家")
    rows = await orders.rows("SELECT revision, count(*) AS lines FROM order_lines GROUP BY revision ORDER BY revision")
    assert [tuple(row.values()) for row in rows] == [(1, 2), (2, 1)]
    assert (await orders.place()).json()["result"] == "same"
    await orders.act("paid")
    await orders.act("completed")
    assert (await orders.act("amendments", buyer="x", reason="晚了")).json()["code"] == "order-already-completed"
