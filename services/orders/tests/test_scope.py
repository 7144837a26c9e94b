"""Who sees and does what."""

import pytest

from orders.commands.directory import learn_employees

from .conftest import Orders

STAFF = [
    ("L0", "赵", "销售部", None),
    ("L1", "钱", "一组", "L0"),
    ("A001", "孙", "一组", "L1"),
    ("A002", "李", "二组", "L9"),
]


async def test_employees_see_what_they_have_a_share_in(orders: Orders) -> None:
    await orders.place()
    await orders.place(order_no="T2", seller="A002")
    mine = orders.by("employee", "A001")
    assert [item["order_no"] for item in (await orders.read("/orders", mine))["items"]] == ["T1"]
    assert (await orders.read("/orders/tmall/T1", mine))["order_no"] == "T1"
    foreign = await orders.http.get("/orders/tmall/T2", headers=mine)
    absent = await orders.http.get("/orders/tmall/T9", headers=mine)
    assert foreign.status_code == absent.status_code == 404
    assert foreign.json() | {"correlation_id": ""} == absent.json() | {"correlation_id": ""}
    nobody = orders.by("employee")
    assert (await orders.read("/orders", nobody))["items"] == []


async def test_who_gives_an_order_up_sees_it_no_more(orders: Orders) -> None:
    await orders.place()
    await orders.act("assignments", sellers=[{"employee_no": "A002"}])
    assert await orders.read(by=orders.by("employee", "A001")) == 404
    assert (await orders.read(by=orders.by("employee", "A002")))["order_no"] == "T1"


async def test_a_shop_is_the_limit_of_its_people(orders: Orders) -> None:
    await orders.place()
    elsewhere = orders.by("lead", "L1", shops=["jd"])
    assert await orders.read(by=elsewhere) == 404
    assert (await orders.read("/orders", elsewhere))["items"] == []
    assert (await orders.act("paid", elsewhere)).status_code == 404
    assert (await orders.place(by=elsewhere, order_no="T5")).json()["code"] == "shop-not-yours"
    assert (await orders.place(by=elsewhere, order_no="T5", shop="jd")).status_code == 201


@pytest.mark.parametrize("role", ["employee", "hr"])
async def test_not_everybody_records(orders: Orders, role: str) -> None:
    await orders.place()
    by = orders.by(role, "A001")
    assert (await orders.place(by=by, order_no="T2")).status_code == 403
    for path in ("paid", "shipped", "completed", "cancelled", "assignments", "amendments"):
        assert (await orders.act(path, by)).status_code == 403, path
    for path in ("/refunds/executed", "/settings"):
        expected = 201 if (role, path) == ("hr", "/settings") else 403
        answer = await orders.http.post(path, json={"name": "dispatch_hours", "value": "24"}, headers=by)
        assert answer.status_code == expected, path


async def test_nobody_assigns_a_sale_to_themselves(orders: Orders) -> None:
    await orders.place(seller=None)
    answer = await orders.act("assignments", orders.by("lead", "L1"), sellers=[{"employee_no": "L1"}])
    assert (answer.status_code, answer.json()["code"]) == (403, "own-order-not-assignable")


async def staffed(orders: Orders) -> None:
    async with orders.db.opened.transaction(orders.door()) as session:
        await learn_employees(session, STAFF, hired=True)
    await orders.place()
    await orders.place(order_no="T2", seller="A002")
    await orders.place(order_no="T3", seller=None)


WHO_SEES: list[tuple[str, str | None, dict[str, list[str]], set[str]]] = [
    ("employee", "A001", {}, {"T1"}),
    ("keeper", "A002", {}, {"T2"}),
    ("lead", "L1", {}, {"T1", "T3"}),
    ("lead", "L0", {}, {"T1", "T3"}),  # the team of a team is theirs too
    ("lead", "L1", {"departments": ["二组"]}, {"T1", "T2", "T3"}),
    ("lead", "L1", {"shops": ["jd"]}, set()),
    ("hr", "H1", {"departments": ["二组"]}, {"T2"}),
    ("finance", None, {}, {"T1", "T2", "T3"}),
    ("auditor", None, {}, {"T1", "T2", "T3"}),
    ("auditor", None, {"shops": ["jd"]}, set()),
]


async def test_who_sees_which_orders(orders: Orders) -> None:
    await staffed(orders)
    for role, employee_no, more, sees in WHO_SEES:
        by, case = orders.by(role, employee_no, **more), (role, employee_no, more)
        assert {item["order_no"] for item in (await orders.read("/orders", by))["items"]} == sees, case
        for number in ("T1", "T2", "T3"):
            found = await orders.read(f"/orders/tmall/{number}", by)
            assert (found != 404) == (number in sees), case
        if role in ("lead", "hr", "finance", "auditor"):
            assert (await orders.read("/untagged-orders", by))["orders"] == len(sees & {"T3"}), case


async def test_a_lead_acts_on_what_they_see(orders: Orders) -> None:
    await staffed(orders)
    lead = orders.by("lead", "L1")
    assert (await orders.act("paid", lead)).status_code == 201
    foreign = await orders.http.post("/orders/tmall/T2/paid", json={}, headers=lead)
    absent = await orders.http.post("/orders/tmall/T9/paid", json={}, headers=lead)
    assert foreign.status_code == absent.status_code == 404
    assert foreign.json() | {"correlation_id": ""} == absent.json() | {"correlation_id": ""}
    service = orders.by("service", shops=["tmall"])
    assert (await orders.http.post("/orders/tmall/T2/paid", json={}, headers=service)).status_code == 201


async def test_an_auditor_writes_nothing(orders: Orders) -> None:
    await orders.place()
    by = orders.by("auditor")
    assert (await orders.place(by=by, order_no="T9")).status_code == 403
    for path in ("paid", "shipped", "chases", "assignments", "amendments"):
        assert (await orders.act(path, by)).status_code == 403, path
    for path in ("/refunds", "/refunds/executed", "/refunds/tmall/R1/execute", "/settings"):
        assert (await orders.http.post(path, json={}, headers=by)).status_code == 403, path


async def test_untagged_orders_are_counted_by_shop(orders: Orders) -> None:
    await orders.place(seller=None)
    await orders.place(seller=None, order_no="T2", shop="jd")
    await orders.place(seller=None, order_no="T3", cancelled_at="2026-05-06T11:00:00+08:00")
    await orders.place(order_no="T4")
    said = await orders.read("/untagged-orders", orders.by("lead", "L1"))
    assert (said["orders"], [(shop["shop"], shop["orders"], shop["net_amount"]) for shop in said["shops"]]) == (
        2,
        [("jd", 1, "100.01"), ("tmall", 1, "100.01")],
    )
    assert await orders.read("/untagged-orders", orders.by("employee", "A001")) == 403
