"""What came of the journey, held against the plan: nothing lost, nothing double, every sum as it must be."""

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from .asking import Gateway
from .engine import Engine
from .journey import Journey
from .plan import COUNTED, HOUSE, IN_STOCK, PERIOD, SELLERS, SHOP, SKUS, Sale, net_pay

FACTS = "SELECT count(*), count(DISTINCT about), coalesce(sum(amount), 0) FROM facts WHERE type = 'order.completed'"
OUTBOXES = ("attendance", "orders", "service_desk", "inventory", "payroll")
WAITING = "SELECT count(*) FROM outbox WHERE position IS NULL"
QUARANTINES = ("orders", "service-desk", "inventory", "payroll")
NOTHING = Decimal(0)


def compared(journey: Journey) -> Iterator[str]:
    """Read everything that came of it, and tell every difference from what must be."""
    gateway, engine, sales = journey.gateway, journey.engine, journey.sales
    yield from orders_differ(gateway.pages("finance", "/api/orders/orders", shop=SHOP), sales)
    yield from facts_differ(engine.look("payroll", FACTS)[0], sales)
    yield from pay_differs(paid(gateway), sales)
    for who in SELLERS:
        slip = gateway.ask("finance", "GET", f"/api/payroll/payslips/{PERIOD}/{who}")
        yield from slip_differs(slip, who, sales)
    yield from shelves_differ(gateway.pages("boss", "/api/inventory/stock", warehouse=HOUSE), sales)
    yield from certificate_differs(journey.certificate, sales)
    yield from _left_over(engine, gateway)


def paid(gateway: Gateway) -> dict[str, Decimal]:
    """Read what everybody was paid for the month."""
    found = gateway.pages("finance", "/api/payroll/payslips", period=PERIOD)
    return {slip["employee_no"]: Decimal(slip["net"]) for slip in found}


def orders_differ(found: Sequence[dict[str, Any]], sales: Sequence[Sale]) -> Iterator[str]:
    """Compare the orders there are with those that were accepted."""
    times = Counter(order["order_no"] for order in found)
    expected = {sale.order_no: sale for sale in sales}
    yield from (f"order {number} is there {n} times" for number, n in times.items() if n > 1)
    yield from (f"order {number} was accepted and is lost" for number in sorted(expected.keys() - times.keys()))
    yield from (f"order {number} was never accepted" for number in sorted(times.keys() - expected.keys()))
    for order in found:
        is_so = (order["state"], Decimal(order["net_amount"]))
        sale = expected.get(order["order_no"])
        if sale and is_so != (wanted := ("completed" if sale.completed else "shipped", sale.price)):
            yield f"order {sale.order_no} is {is_so}, must be {wanted}"


def facts_differ(found: Sequence[str], sales: Sequence[Sale]) -> Iterator[str]:
    """Compare payroll's facts (how many, of how many orders, their sum) with the completed orders."""
    done = [sale.price for sale in sales if sale.completed]
    is_so, wanted = (int(found[0]), int(found[1]), Decimal(found[2])), (len(done), len(done), sum(done, NOTHING))
    if is_so != wanted:
        yield f"completed orders among payroll's facts (events, orders, sum): {is_so}, must be {wanted}"


def pay_differs(found: dict[str, Decimal], sales: Sequence[Sale]) -> Iterator[str]:
    """Compare what everybody is paid with what the plan comes to."""
    wanted = net_pay(sales)
    yield from (
        f"{who} is paid {found.get(who)}, must be {net}" for who, net in wanted.items() if found.get(who) != net
    )
    yield from (f"{who} is paid, but nobody hired them" for who in found.keys() - wanted.keys())


def slip_differs(slip: dict[str, Any], who: str, sales: Sequence[Sale]) -> Iterator[str]:
    """Compare the commission entries of a payslip with the completed orders, one by one."""
    entries = [entry for line in slip["lines"] if line["kind"] == "earning" for entry in line["entries"]]
    here = Counter((entry["about"], Decimal(entry["result"])) for entry in entries)
    there = Counter((sale.order_no, sale.commission) for sale in sales if sale.seller == who and sale.completed)
    yield from (f"{who}: {n} too many of {about} for {pay}" for (about, pay), n in (here - there).items())
    yield from (f"{who}: missing {about} for {pay}" for about, pay in there - here)


def shelves_differ(found: Sequence[dict[str, Any]], sales: Sequence[Sale]) -> Iterator[str]:
    """Compare the shelves with what was delivered, less every parcel: all have left, completed or not."""
    sold = Counter(sale.sku for sale in sales)
    wanted = {sku: Decimal(IN_STOCK - sold[sku]) for sku in SKUS} | {COUNTED: Decimal(9)}
    is_so = {level["sku"]: Decimal(level["on_hand"]) for level in found}
    if is_so != wanted:
        yield f"on the shelves: {is_so}, must be {wanted}"


def certificate_differs(certificate: dict[str, Any], sales: Sequence[Sale]) -> Iterator[str]:
    """Compare what the close certifies of completed orders, as sealed and as consumed, with ours."""
    done = [sale.price for sale in sales if sale.completed]
    wanted = (len(done), sum(done, NOTHING))
    for producer in certificate["content"]["producers"]:
        for total in producer["totals"]:
            if (producer["producer"], total["type"]) == ("orders", "order.completed"):
                is_so = [(total[side]["count"], Decimal(total[side]["sum"])) for side in ("sealed", "here")]
                if is_so != [wanted, wanted]:
                    yield f"the certificate says {is_so}, must be {wanted} on both sides"
                return
    yield "the certificate says nothing about completed orders"


def _left_over(engine: Engine, gateway: Gateway) -> Iterator[str]:
    for database in OUTBOXES:
        [[waiting]] = engine.look(database, WAITING)
        if waiting != "0":
            yield f"{waiting} events of {database} were never published"
    for service in QUARANTINES:
        letters = gateway.pages("boss", f"/api/{service}/quarantine")
        yield from (f"{service} put an event aside: {letter}" for letter in letters)
    yield from gateway.broken
