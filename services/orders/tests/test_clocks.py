"""Follow-ups of unpaid orders, dispatch of paid ones, things that had run out; on a real database."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg

from chassis.door import Door
from chassis.relay import give_positions
from orders.commands.follow import follow
from orders.commands.oversold import Turn, learn_stock

from .conftest import Orders
from .test_intake import apply
from .test_intake import order as record

NOON = datetime(2026, 5, 6, 4, 0, tzinfo=UTC)
PLACED = {"placed_at": NOON.isoformat()}


def after(**more: float) -> datetime:
    return NOON + timedelta(**more)


async def judge(orders: Orders, now: datetime) -> int:
    """Let the clocks come up to date at an instant; tells in how many steps."""
    connection = await asyncpg.connect(orders.db.url)
    try:
        while await give_positions(connection):
            pass
    finally:
        await connection.close()
    steps = 0
    while True:
        async with orders.db.opened.transaction(Door(now, "clocks", "c", ZoneInfo("Asia/Shanghai"))) as session:
            if not await follow(session):
                return steps
        steps += 1


async def told(orders: Orders, kind: str) -> list[Any]:
    return [event["data"] for event in await orders.events(f"order.{kind}")]


async def chase(orders: Orders, at: datetime, by: dict[str, str] | None = None, **said: Any) -> Any:
    return await orders.act("chases", by or orders.by("employee", "A001"), at=at.isoformat(), **said)


async def test_an_order_nobody_follows_up_is_missed_at_its_deadline(orders: Orders) -> None:
    await orders.place(**PLACED, seller=None, sellers=[{"employee_no": "A001"}, {"employee_no": "A002"}])
    await judge(orders, after(minutes=60))
    assert await told(orders, "payment_chase_missed") == [], "sixty minutes are in time"
    [running] = (await orders.read("/clocks", clock="payment_chase"))["items"]
    assert (running["state"], running["allowed"], running["due_at"]) == ("running", 60, "2026-05-06T05:00:00Z")
    await judge(orders, after(minutes=61, days=3))
    events = await orders.events("order.payment_chase_missed")
    assert [event["data"]["employee_no"] for event in events] == ["A001", "A002"]
    assert {event["time"] for event in events} == {"2026-05-06T05:00:00Z"}, "whenever the worker looks"
    assert {event["businessdate"] for event in events} == {"2026-05-06"}
    assert await judge(orders, after(days=4)) == 1, "its own announcements are passed"
    assert await judge(orders, after(days=5)) == 0
    assert len(await orders.events("order.payment_chase_missed")) == 2
    [missed] = (await orders.read("/clocks", orders.by("employee", "A002"), state="missed"))["items"]
    assert missed["order_no"] == "T1"
    assert (await orders.read("/clocks", orders.by("employee", "A003")))["items"] == []


async def test_an_order_is_followed_whatever_it_is_called(orders: Orders) -> None:
    names = ['号"1","data":{"shop":"tmall","order_no":"T1"', "'; --", "T 1"]
    for order_no in names:
        assert (await orders.place(**PLACED, order_no=order_no)).status_code == 201
    await judge(orders, after(minutes=61))
    assert sorted(missed["order_no"] for missed in await told(orders, "payment_chase_missed")) == sorted(names)


async def test_a_follow_up_in_time_is_enough(orders: Orders) -> None:
    await orders.place(**PLACED)
    assert (await chase(orders, after(minutes=60), note="旺旺提醒")).status_code == 201
    assert (await chase(orders, after(minutes=60))).json()["result"] == "same"
    await judge(orders, after(hours=2))
    assert await told(orders, "payment_chase_missed") == []


async def test_what_becomes_known_late_takes_a_miss_back(orders: Orders) -> None:
    await orders.place(**PLACED)
    await judge(orders, after(hours=2))
    [missed] = await orders.events("order.payment_chase_missed")
    assert (await chase(orders, after(minutes=61))).status_code == 201
    await judge(orders, after(hours=3))
    assert await told(orders, "payment_chase_missed_revoked") == [], "too late is too late"
    assert (await chase(orders, after(minutes=59), orders.by("lead", "L1"), employee_no="A001")).status_code == 404
    assert (await chase(orders, after(minutes=59), orders.by("boss"), employee_no="A001")).status_code == 201
    assert (await chase(orders, after(minutes=59), orders.by("finance"), employee_no="A001")).json()["result"] == "same"
    await judge(orders, after(hours=30))
    await judge(orders, after(hours=31))
    [revoked] = await orders.events("order.payment_chase_missed_revoked")
    assert (revoked["data"]["revokes"], revoked["data"]["employee_no"]) == (missed["id"], "A001")
    assert (revoked["data"]["revoked_business_date"], revoked["businessdate"]) == ("2026-05-06", "2026-05-07")
    assert (await orders.read("/clocks", state="met"))["items"][0]["order_no"] == "T1"


async def test_a_payment_or_cancellation_counts_by_its_own_time(orders: Orders) -> None:
    await orders.place(**PLACED)
    await orders.place(**PLACED, order_no="T2", buyer="乙", seller="A002")
    await orders.place(**PLACED, order_no="T3", buyer="丙", seller="A003")
    await judge(orders, after(hours=2))
    assert len(await told(orders, "payment_chase_missed")) == 3
    await orders.act("paid", at=after(minutes=30).isoformat())
    for number, path, minutes in (("T2", "cancelled", 60), ("T3", "paid", 61)):
        body = {"at": after(minutes=minutes).isoformat()}
        await orders.http.post(f"/orders/tmall/{number}/{path}", json=body, headers=orders.by())
    await judge(orders, after(hours=3))
    revoked = await told(orders, "payment_chase_missed_revoked")
    assert sorted(data["employee_no"] for data in revoked) == ["A001", "A002"]


async def test_the_same_buyers_paid_order_excuses(orders: Orders) -> None:
    await orders.place(**PLACED)
    await orders.place(**PLACED, order_no="T2", shop="jd", seller="A002")
    await judge(orders, after(hours=2))
    assert len(await told(orders, "payment_chase_missed")) == 2
    await orders.place(**PLACED, order_no="T3", paid_at=after(minutes=5).isoformat(), seller="A009")
    await judge(orders, after(hours=3))
    assert [data["employee_no"] for data in await told(orders, "payment_chase_missed_revoked")] == ["A001"]
    await orders.place(**PLACED, order_no="T4")
    await judge(orders, after(hours=4))
    assert len(await told(orders, "payment_chase_missed")) == 2, "known before"


async def test_nobody_answers_for_an_untagged_order_until_somebody_does(orders: Orders) -> None:
    await orders.place(**PLACED, seller=None)
    await judge(orders, after(hours=2))
    assert await told(orders, "payment_chase_missed") == []
    [listed] = (await orders.read("/clocks", orders.by("lead", "L1"), state="missed"))["items"]
    assert listed["untagged"]
    await orders.act("assignments", sellers=[{"employee_no": "A001"}])
    await judge(orders, after(hours=3))
    assert [data["employee_no"] for data in await told(orders, "payment_chase_missed")] == ["A001"]


async def test_only_what_waits_is_followed_up_by_oneself(orders: Orders) -> None:
    await orders.place(**PLACED, seller=None)
    employee = orders.by("employee", "A001")
    others = await chase(orders, after(minutes=5), employee, employee_no="A002")
    assert (others.status_code, others.json()["code"]) == (403, "chase-of-somebody-else")
    assert (await chase(orders, after(minutes=5), orders.by("boss"))).json()["code"] == "person-unnamed"
    assert (await chase(orders, after(minutes=-5))).json()["code"] == "times-out-of-order"
    assert (await chase(orders, after(minutes=5), employee)).status_code == 201, "nobody's order is everybody's"
    await orders.act("paid", at=after(minutes=20).isoformat())
    assert (await chase(orders, after(minutes=30), orders.by("lead", "A001"))).json()["code"] == "order-not-waiting"
    await orders.act("assignments", sellers=[{"employee_no": "A005"}])
    assert (await chase(orders, after(minutes=6), employee)).status_code == 404


async def setting(orders: Orders, **said: Any) -> Any:
    return await orders.http.post("/settings", json=said, headers=orders.by("hr", "H1"))


async def test_dispatch_is_overdue_under_the_shops_own_hours(orders: Orders) -> None:
    since = {"valid_from": "2026-05-01"}
    assert (await setting(orders, name="dispatch_hours", shop="jd", value="24", **since)).status_code == 201
    assert (await setting(orders, name="dispatch_hours", shop="jd", value="24", **since)).status_code == 200
    await setting(orders, name="dispatch_holders", shop="tmall", value="D001:2，D002", **since)
    await setting(orders, name="dispatch_holders", shop="tmall", value="D009", valid_from="2026-05-09")
    paid = PLACED | {"paid_at": NOON.isoformat()}
    await orders.place(**paid)
    await orders.place(**paid, order_no="T2", shop="jd")
    await judge(orders, after(hours=24, minutes=1))
    [first] = await orders.events("order.dispatch_overdue")
    assert (first["subject"], first["time"]) == ("T2", "2026-05-07T04:00:00Z")
    assert (first["data"]["allowed_hours"], first["data"]["parties"]) == (24, [])
    [reminded] = (await orders.read("/clocks", state="running"))["items"]
    assert (reminded["order_no"], reminded["remind_at"]) == ("T1", "2026-05-07T04:00:00Z")
    await judge(orders, after(days=5))
    [_, second] = await orders.events("order.dispatch_overdue")
    assert second["data"]["parties"] == [{"employee_no": "D001", "weight": 2}, {"employee_no": "D002", "weight": 1}]
    assert (second["data"]["allowed_hours"], second["time"]) == (48, "2026-05-08T04:00:00Z")
    assert (await orders.act("shipped", at=after(hours=48).isoformat())).status_code == 201
    await judge(orders, after(days=6))
    [revoked] = await orders.events("order.dispatch_overdue_revoked")
    assert revoked["data"]["revokes"] == second["id"]
    assert [party["employee_no"] for party in revoked["data"]["parties"]] == ["D001", "D002"]


async def test_settings_that_cannot_be(orders: Orders) -> None:
    for said in (
        {"name": "dispatch_hours", "value": "0"},
        {"name": "payment_chase_minutes", "value": "bald"},
        {"name": "dispatch_holders", "value": "甲 和 乙"},
        {"name": "refund_seat", "value": "S001"},
    ):
        answer = await setting(orders, **said, shop="tmall")
        assert answer.status_code == 422
        fields = [error["field"] for error in answer.json().get("errors", [])]
        assert answer.json().get("field") in ("value", "name") or fields == ["name"], said


async def test_shipped_is_a_step_between_paid_and_completed(orders: Orders) -> None:
    await orders.place(**PLACED)
    assert (await orders.act("shipped")).json()["code"] == "order-not-paid"
    await orders.act("paid", at=after(minutes=1).isoformat())
    assert (await orders.act("shipped", at=after(hours=5).isoformat())).status_code == 201
    assert (await orders.act("shipped")).json()["result"] == "same"
    assert (await orders.read())["state"] == "shipped"
    await orders.act("completed")
    assert [step["state"] for step in (await orders.read())["steps"]] == ["created", "paid", "shipped", "completed"]
    [event] = await orders.events("order.shipped")
    assert (event["data"]["net_amount"], event["time"]) == ("100.01", "2026-05-06T09:00:00Z")
    await judge(orders, after(days=9))
    assert await told(orders, "dispatch_overdue") == []


async def test_files_bring_lateness_to_light_and_take_it_back(orders: Orders) -> None:
    paid: dict[str, Any] = {"placed_at": NOON, "paid_at": after(minutes=1)}
    done = paid | {"completed_at": after(days=9)}
    await apply(
        orders,
        record("T1", **done, shipped_at=after(days=2, minutes=2)),
        record("T2", **done, shipped_at=after(days=2)),
        record("T3", **done),  # nobody tells when it left
        record("T4", **paid),
        record("T5", **paid, status="shipped"),
        record("T6", **paid, basis="historical"),
        record("T7", placed_at=NOON, completed_at=after(days=3)),  # paid on delivery
        record("T8", placed_at=NOON, paid_at=after(hours=2), completed_at=after(days=3)),
        record("T9", placed_at=NOON, paid_at=after(hours=2), completed_at=after(days=3), basis="historical"),
    )
    await judge(orders, after(days=20))
    overdue = [event["subject"] for event in await orders.events("order.dispatch_overdue")]
    assert sorted(overdue) == ["T1", "T4"]
    assert [event["subject"] for event in await orders.events("order.payment_chase_missed")] == ["T8"]
    known = await orders.rows("SELECT count(*) AS n FROM order_clocks")
    assert known[0]["n"] == 3, "what was in time when it became known needs no clock"
    await apply(orders, record("T4", **paid, shipped_at=after(hours=3)))
    await judge(orders, after(days=21))
    [revoked] = await orders.events("order.dispatch_overdue_revoked")
    assert revoked["subject"] == "T4"


async def stock(orders: Orders, *turns: tuple[str, str, float, bool]) -> None:
    async with orders.db.opened.transaction(orders.door()) as session:
        rows = [Turn(where, sku, i, after(hours=h), there) for i, (where, sku, h, there) in enumerate(turns, 1)]
        await learn_stock(session, rows)


async def test_paid_for_something_that_had_run_out(orders: Orders) -> None:
    await setting(orders, name="operations_specialist", shop="tmall", value="O001", valid_from="2026-05-01")
    await stock(
        orders,
        ("一号仓", "S-1", 0, True),
        ("一号仓", "S-1", 1, False),
        ("一号仓", "S-1", 1.5, False),
        ("一号仓", "S-1", 5, True),
        ("一号仓", "S-2", 0, True),
        ("一号仓", "S-2", 1, False),
        ("二号仓", "S-2", 0, True),
    )
    for number, hours in (("T0", 0.9), ("T1", 1.0), ("T2", 1.1), ("T3", 4.9), ("T4", 5.1)):
        await orders.place(**PLACED, order_no=number, paid_at=after(hours=hours).isoformat())
    await judge(orders, after(hours=6))
    await judge(orders, after(hours=7))
    events = await orders.events("order.oversold")
    assert [(event["subject"], event["data"]["sku"]) for event in events] == [("T2", "S-1"), ("T3", "S-1")]
    assert events[0]["data"]["parties"] == [{"employee_no": "O001", "weight": 1}]
    assert events[0]["time"] == "2026-05-06T05:06:00Z"
