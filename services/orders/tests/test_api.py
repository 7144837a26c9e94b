"""Orders over HTTP, on a real database."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from chassis import clock
from orders.commands.directory import learn_employees, learn_leaves

from .conftest import LINE, ORDER, Orders, shares


async def test_an_order_is_recorded_and_announced(orders: Orders) -> None:
    answer = await orders.place()
    assert (answer.status_code, answer.json()["result"]) == (201, "new")
    [event] = await orders.events()
    assert event["type"] == "order.created"
    assert event["businessdate"] == "2026-05-06"
    data = event["data"]
    assert (data["net_amount"], shares(data)) == ("100.01", {"A001": "100.01"})
    assert [line["net_amount"] for line in data["lines"]] == ["60.00", "40.01"]
    order = await orders.read()
    assert (order["state"], order["net_amount"], order["refunded"]) == ("created", "100.01", "0.00")
    assert order["parties"] == [{"employee_no": "A001", "weight": 1, "amount": "100.01", "line_no": None}]


async def test_the_same_again_changes_nothing(orders: Orders) -> None:
    await orders.place()
    spelled = await orders.place(
        placed_at="2026-05-06T02:20:00Z", lines=[LINE | {"quantity": "2.000"}, {"sku": "S-2", "unit_price": 40.01}]
    )
    assert (spelled.status_code, spelled.json()["result"]) == (200, "same")
    assert len(await orders.events()) == 1


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("lines", {"lines": [LINE]}),
        ("buyer", {"buyer": "别人"}),
        ("sellers", {"seller": "A002"}),
        ("placed_at", {"placed_at": "2026-05-06T10:21:00+08:00"}),
        ("basis", {"basis": "historical"}),
        ("paid_at", {"paid_at": "2026-05-06T11:00:00+08:00"}),
    ],
)
async def test_another_content_is_refused_by_field(orders: Orders, field: str, said: Any) -> None:
    await orders.place()
    answer = await orders.place(**said)
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (409, "order-differs", field)
    assert len(await orders.events()) == 1


async def test_an_order_complete_in_one_call(orders: Orders) -> None:
    await orders.place(paid_at="2026-05-06T11:00:00+08:00", completed_at="2026-06-01T00:30:00+08:00")
    events = await orders.events()
    assert [event["type"] for event in events] == ["order.created", "order.paid", "order.completed"]
    assert events[2]["businessdate"] == "2026-06-01"
    assert (await orders.place()).json()["result"] == "same", "an older report of it says nothing new"


async def test_several_sellers_split_by_weight(orders: Orders) -> None:
    sellers = [{"employee_no": f"A00{i}", "weight": 1} for i in (1, 2, 3)]
    await orders.place(seller=None, sellers=sellers)
    [event] = await orders.events()
    assert shares(event["data"]) == {"A001": "33.34", "A002": "33.34", "A003": "33.33"}


async def test_a_line_may_have_sellers_of_its_own(orders: Orders) -> None:
    await orders.place(
        lines=[LINE | {"sellers": [{"employee_no": "A002", "weight": 2}]}, {"sku": "S", "unit_price": "5"}]
    )
    [event] = await orders.events()
    assert shares(event["data"]) == {"A001": "5.00", "A002": "60.00"}
    assert shares(event["data"]["lines"][0]) == {"A002": "60.00"}


async def test_the_remark_tells_who_sold_it(orders: Orders) -> None:
    await orders.place(seller=None, remark="请加急，工号：K017，工号 K018")
    assert [party["employee_no"] for party in (await orders.read())["parties"]] == ["K017", "K018"]


async def test_an_order_goes_its_way(orders: Orders) -> None:
    await orders.place()
    refused = await orders.act("completed")
    assert (refused.status_code, refused.json()["code"]) == (409, "order-not-paid")
    assert (await orders.act("paid", at="2026-05-06T11:00:00+08:00")).status_code == 201
    assert (await orders.act("paid")).json()["result"] == "same"
    other = await orders.act("paid", at="2026-05-06T12:00:00+08:00")
    assert (other.status_code, other.json()["code"]) == (409, "step-recorded-otherwise")
    assert (await orders.act("completed")).status_code == 201
    assert (await orders.act("cancelled")).json()["code"] == "order-already-completed"
    assert [step["state"] for step in (await orders.read())["steps"]] == ["created", "paid", "completed"]


async def test_a_cancelled_order_stays_cancelled(orders: Orders) -> None:
    await orders.place()
    await orders.act("cancelled", reason="买家取消")
    assert (await orders.act("paid")).json()["code"] == "order-already-cancelled"
    [event] = await orders.events("order.cancelled")
    assert event["data"]["reason"] == "买家取消"


async def test_the_future_is_refused(orders: Orders) -> None:
    tomorrow = (clock.now() + timedelta(days=1)).isoformat()
    answer = await orders.place(completed_at=tomorrow)
    assert (answer.status_code, answer.json()["field"]) == (422, "completed_at")
    early = await orders.place(paid_at="2026-05-06T10:19:00+08:00")
    assert early.json()["code"] == "times-out-of-order"
    assert await orders.events() == []


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("lines", {"lines": []}),
        ("lines.0.quantity", {"lines": [LINE | {"quantity": "0"}]}),
        ("lines.0.unit_price", {"lines": [LINE | {"unit_price": "-1"}]}),
        ("lines.1.discount", {"lines": [LINE | {"discount": "60.01"}]}),
        ("lines", {"lines": [LINE | {"line_no": 1}, LINE | {"line_no": 1}]}),
        ("placed_at", {"placed_at": "2026-05-06T10:20:00"}),
        ("order_no", {"order_no": "a/b"}),
        ("order_no", {"order_no": ".."}),
        ("buyer", {"buyer": "a\u202eb"}),
        ("sellers", {"sellers": [{"employee_no": "A001"}]}),
        ("prices", {"prices": 1}),
        ("lines", {"lines": [LINE | {"quantity": "1000000000", "unit_price": "10000000000"}]}),
    ],
)
async def test_nonsense_is_refused_by_field(orders: Orders, field: str, said: Any) -> None:
    answer = await orders.place(**said)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_the_same_order_at_once_is_one(orders: Orders) -> None:
    answers = await asyncio.gather(*(orders.place() for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert len(await orders.events()) == 1


async def test_orders_that_come_together_stay_each_ones_own(orders: Orders) -> None:
    """They share transactions; who reported, what it is traced by and what is refused is of each alone."""
    async with orders.db.opened.transaction(orders.door()) as session:
        await learn_employees(session, [("A001", "林小满", "一部", None)], hired=True)
    callers = {f"T{i}": orders.by("boss", f"B{i:02}") | {"X-Correlation-Id": f"corr-{i}"} for i in range(12)}
    said: dict[str, Any] = {"T3": {"seller": "X9"}, "T4": {"order_no": "T5", "buyer": "别人"}, "T6": {"lines": []}}
    callers["T7"]["Idempotency-Key"] = "k7"
    answers = await asyncio.gather(
        *(orders.place(by=by, **({"order_no": number} | said.get(number, {}))) for number, by in callers.items())
    )
    statuses = dict(zip(callers, (answer.status_code for answer in answers), strict=True))
    assert sorted((statuses.pop("T4"), statuses.pop("T5"))) == [201, 409], "one number, two contents: the first holds"
    assert (statuses.pop("T3"), statuses.pop("T6")) == (422, 422)
    assert set(statuses.values()) == {201}
    events = {event["data"]["order_no"]: event for event in await orders.events()}
    assert len(events) == 9
    recorded = await orders.rows("SELECT order_no, recorded_by FROM orders")
    steps = await orders.rows("SELECT o.order_no, s.recorded_by FROM order_states s JOIN orders o USING (order_id)")
    by = {row["order_no"]: row["recorded_by"] for row in recorded}
    assert by == {row["order_no"]: row["recorded_by"] for row in steps}
    for number in statuses:
        event = events[number]
        assert (event["actor"], event["correlationid"]) == (f"B{number[1:]:>02}", f"corr-{number[1:]}")
        assert by[number] == event["actor"]


async def test_one_key_is_one_act(orders: Orders) -> None:
    by = orders.by() | {"Idempotency-Key": "k1"}
    first, again = await orders.place(by=by), await orders.place(by=by)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert (await orders.place(by=by, order_no="T2")).status_code == 422
    assert len(await orders.events()) == 1


async def test_sellers_must_be_in_the_directory_once_it_knows_anybody(orders: Orders) -> None:
    assert (await orders.place(order_no="T0")).status_code == 201
    async with orders.db.opened.transaction(orders.door()) as session:
        people = [("A001", "林小满", "一部", None), ("A002", "王", "一部", None)]
        await learn_employees(session, people, hired=True)
        await learn_leaves(session, [("A002", ORDER_DAY - timedelta(days=1))])
    stranger = await orders.place(seller="X9")
    assert (stranger.status_code, stranger.json()["code"], stranger.json()["field"]) == (
        422,
        "seller-unknown",
        "seller",
    )
    assert (await orders.place(seller="A002")).json()["code"] == "seller-left"
    assert (await orders.place(seller="A002", basis="historical")).status_code == 201


async def test_a_page_ends_where_the_next_begins(orders: Orders) -> None:
    for i in range(5):
        await orders.place(order_no=f"T{i}", placed_at=f"2026-05-0{i + 1}T00:00:00+08:00", seller=f"A{i % 2}")
    first = await orders.read("/orders", limit=2)
    second = await orders.read("/orders", limit=2, cursor=first["next"])
    third = await orders.read("/orders", limit=2, cursor=second["next"])
    assert [item["order_no"] for page in (first, second, third) for item in page["items"]] == [
        "T4",
        "T3",
        "T2",
        "T1",
        "T0",
    ]
    assert third["next"] is None
    assert await orders.read("/orders", cursor=first["next"][:-4]) == 422


async def test_lists_are_filtered(orders: Orders) -> None:
    await orders.place(order_no="T1", placed_at="2026-05-01T00:00:00+08:00")
    await orders.place(order_no="T2", seller=None, placed_at="2026-05-02T00:00:00+08:00")
    await orders.place(order_no="T3", shop="jd", seller="A002", placed_at="2026-05-03T00:00:00+08:00")
    await orders.act("cancelled")

    async def found(**query: Any) -> list[str]:
        return [item["order_no"] for item in (await orders.read("/orders", **query))["items"]]

    assert await found(shop="jd") == ["T3"]
    assert await found(status="cancelled") == ["T1"]
    assert await found(operator="A002") == ["T3"]
    assert await found(untagged=True) == ["T2"]
    assert await found(placed_from="2026-05-02", placed_to="2026-05-02") == ["T2"]


ORDER_DAY = clock.now().fromisoformat(str(ORDER["placed_at"])).date()


@pytest.mark.parametrize("path", ["paid", "refunds", "assignments"])
async def test_impossible_text_in_an_address_is_no_fault(orders: Orders, path: str) -> None:
    body: dict[str, dict[str, Any]] = {
        "paid": {},
        "refunds": {"refund_no": "R", "amount": "1"},
        "assignments": {"sellers": [{"employee_no": "A"}]},
    }
    answer = await orders.http.post(f"/orders/a%00b/1/{path}", json=body[path], headers=orders.by())
    assert answer.status_code in (404, 422)
    assert (await orders.http.get("/orders/a%00b/1", headers=orders.by())).status_code in (404, 422)
