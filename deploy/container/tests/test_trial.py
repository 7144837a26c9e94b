"""The judge is judged: each broken claim, each order lost or double, each wrong sum is named, and nothing else."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from deploy.container.trial.claims import Seen
from deploy.container.trial.found import (
    certificate_differs,
    facts_differ,
    orders_differ,
    pay_differs,
    shelves_differ,
    slip_differs,
)
from deploy.container.trial.plan import KEEPER, ROSTERED, TALKER, Sale, net_pay

SOUND = Seen(
    service="orders-api",
    health="healthy",
    size=376.0,
    ours=135.0,
    users=(10001,),
    written=False,
    capabilities=0,
    gains=False,
    published=(),
)


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ({"health": "unhealthy"}, "is unhealthy"),
        ({"users": (0, 10001)}, "runs as root"),
        ({"written": True}, "has a root file system that can be written to"),
        ({"capabilities": 0x3E}, "has capabilities 3e"),
        ({"gains": True}, "may gain privileges"),
        ({"published": ("8000->8000/tcp",)}, "publishes ('8000->8000/tcp',)"),
        ({"service": "gateway-api"}, "publishes nothing"),
        ({"ours": 151.0}, "adds 151 MB to its base image, more than 150"),
    ],
)
def test_each_broken_claim_is_named(broken: dict[str, Any], said: str) -> None:
    assert list(SOUND.breaches()) == []
    assert list(replace(SOUND, **broken).breaches()) == [said]


def test_the_door_publishes_one_port() -> None:
    assert list(replace(SOUND, service="gateway-api", published=("8000->8000/tcp",)).breaches()) == []


def test_what_everybody_must_be_paid_is_worked_out_by_hand() -> None:
    sales = [Sale(0), Sale(1), Sale(9), Sale(1, imported=True)]
    assert [sale.price for sale in sales] == [Decimal("10.00"), Decimal("89.19"), Decimal("722.71"), Decimal("89.19")]
    assert [sale.completed for sale in sales] == [True, True, False, True]
    net = net_pay(sales)
    assert net["T01"] == Decimal("4000.10")
    assert net["T02"] == Decimal("4001.78")  # 89.19 earns 0.8919, that is 0.89, twice
    assert net["T04"] == Decimal("4000")  # still on its way
    assert net[TALKER] == Decimal("6700")  # 6000 and 1000, less 200 and 100
    assert net[KEEPER] == Decimal("4987.66")
    assert net[ROSTERED] == Decimal("4150.00")  # a day of 4350 / 21.75


SALES = [Sale(0), Sale(1), Sale(9)]
ORDERS = [
    {"order_no": "A000000", "state": "completed", "net_amount": "10.00"},
    {"order_no": "A000001", "state": "completed", "net_amount": "89.19"},
    {"order_no": "A000009", "state": "shipped", "net_amount": "722.71"},
]


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (ORDERS, []),
        (ORDERS[1:], ["order A000000 was accepted and is lost"]),
        ([*ORDERS, ORDERS[0]], ["order A000000 is there 2 times"]),
        ([*ORDERS, ORDERS[0] | {"order_no": "X"}], ["order X was never accepted"]),
        (
            [ORDERS[0] | {"state": "paid"}, *ORDERS[1:]],
            ["order A000000 is ('paid', Decimal('10.00')), must be ('completed', Decimal('10.00'))"],
        ),
    ],
)
def test_an_order_lost_double_or_changed_is_named(found: list[dict[str, str]], said: list[str]) -> None:
    assert list(orders_differ(found, SALES)) == said


@pytest.mark.parametrize(
    ("found", "differs"),
    [
        (("2", "2", "99.19"), False),
        (("3", "2", "109.19"), True),
        (("1", "1", "10.00"), True),
        (("2", "2", "99.18"), True),
    ],
)
def test_a_fact_lost_double_or_changed_is_named(found: tuple[str, str, str], differs: bool) -> None:
    assert bool(list(facts_differ(found, SALES))) == differs


def test_pay_that_is_not_what_was_earned_is_named() -> None:
    pay = net_pay(SALES)
    assert list(pay_differs(pay, SALES)) == []
    assert list(pay_differs(pay | {"T01": Decimal("4000.20")}, SALES)) == ["T01 is paid 4000.20, must be 4000.10"]
    assert list(pay_differs(pay | {"T99": Decimal(1)}, SALES)) == ["T99 is paid, but nobody hired them"]
    del pay["T02"]
    assert list(pay_differs(pay, SALES)) == ["T02 is paid None, must be 4000.89"]


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ([("A000000", "0.10")], []),
        ([], ["T01: missing A000000 for 0.10"]),
        ([("A000000", "0.10")] * 2, ["T01: 1 too many of A000000 for 0.10"]),
    ],
)
def test_an_entry_lost_or_double_is_named(entries: list[tuple[str, str]], said: list[str]) -> None:
    lines = [{"kind": "earning", "entries": [{"about": about, "result": result} for about, result in entries]}]
    assert list(slip_differs({"lines": lines}, "T01", SALES)) == said


def test_a_shelf_that_holds_something_else_is_named() -> None:
    shelf = {"lamp": 99_999, "vase": 99_998, "rug": 100_000, "cup": 100_000, "bell": 9}
    levels = [{"sku": sku, "on_hand": str(pieces)} for sku, pieces in shelf.items()]
    assert list(shelves_differ(levels, SALES)) == []
    assert len(list(shelves_differ(levels[1:], SALES))) == 1


@pytest.mark.parametrize(("here", "differs"), [("99.19", False), ("99.20", True)])
def test_a_certificate_of_something_else_is_named(here: str, differs: bool) -> None:
    sealed = {"count": 2, "sum": "99.19"}
    total = {"type": "order.completed", "sealed": sealed, "here": sealed | {"sum": here}}
    certificate = {"content": {"producers": [{"producer": "orders", "totals": [total]}]}}
    assert bool(list(certificate_differs(certificate, SALES))) == differs
    assert list(certificate_differs({"content": {"producers": []}}, SALES))
