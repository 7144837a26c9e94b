"""Who sees and does what."""

import pytest

from .conftest import Orders


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
    for path in ("paid", "completed", "cancelled", "assignments", "amendments", "refunds"):
        assert (await orders.act(path, by)).status_code == 403, path


async def test_nobody_assigns_a_sale_to_themselves(orders: Orders) -> None:
    await orders.place()
    answer = await orders.act("assignments", orders.by("lead", "L1"), sellers=[{"employee_no": "L1"}])
    assert (answer.status_code, answer.json()["code"]) == (403, "own-order-not-assignable")
