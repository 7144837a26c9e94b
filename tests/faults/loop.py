"""The kill loop: customers keep ordering while parts of the street are killed and frozen.

It knows what was ordered from the answers it got itself, and compares that with payroll's facts.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import httpx

from chassis.auth import Principal

from .blows import Blow, strike
from .street import Street, answering, facts, quarantined

CUSTOMERS = 12
PLACED = datetime(2026, 11, 2, 3, tzinfo=UTC)
Say = Callable[[str], None]


@dataclass
class Verdict:
    """What came of the loop."""

    expected: int
    recorded: int
    lost: int
    double: int
    foreign: int
    sums_equal: bool
    quarantined: int
    caught_up_after: float | None
    accepted: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    blows: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"accepted {self.accepted}, faults {dict(self.faults)}; recorded {self.recorded} of {self.expected}:"
            f" lost {self.lost}, double {self.double}, foreign {self.foreign}, quarantined {self.quarantined},"
            f" sums {'equal' if self.sums_equal else 'DIFFER'}, caught up after {self.caught_up_after}"
        )

    @property
    def clean(self) -> bool:
        """Tell whether nothing was lost, doubled, invented or set aside."""
        wrong = self.lost + self.double + self.foreign + self.quarantined
        return wrong == 0 and self.sums_equal and self.caught_up_after is not None


def amount_of(number: int) -> Decimal:
    """Give each order an amount of its own, so that sums notice any exchange."""
    return Decimal(1000 + number * 7 % 9973) / 100


async def order(http: httpx.AsyncClient, token: Callable[[], str], number: int) -> None:
    """Place one order and ask again until it is accepted; the order number makes it one.

    Two of three say a key as well, and so have a transaction each; those that say none share some.
    """
    at = PLACED + timedelta(seconds=number)
    body = {
        "shop": "faults",
        "order_no": f"N{number:06}",
        "placed_at": at.isoformat(),
        "lines": [{"line_no": 1, "sku": "S1", "quantity": "1", "unit_price": str(amount_of(number))}],
        "sellers": [{"employee_no": f"E{number % 7}"}],
    }
    key = {"Idempotency-Key": f"N{number}"} if number % 3 else {}
    while True:
        try:
            answer = await http.post("/orders", json=body, headers={"Authorization": f"Bearer {token()}"} | key)
            if answer.status_code in (200, 201):
                return
            if answer.status_code not in (409, 429, 500, 502, 503):
                raise AssertionError(f"{answer.status_code}: {answer.text}")
        except httpx.TransportError:
            pass
        await asyncio.sleep(0.05)


async def run(
    made: Street, *, events: int, blows: Sequence[Blow], say: Say, patience: float = 30, first: int = 0
) -> Verdict:
    """Order `events` times while `blows` fall, evenly over the orders; then wait until payroll has caught up.

    The next blow waits until what the last one hit is back, and the customers wait for the blows: what is down cannot
    be killed, and orders placed before the blows fall test nothing.
    `first`: the number of the first order; what came of orders before it is not looked at.
    """
    by = Principal("faults", None, frozenset({"boss"}))
    began, set_aside = time.monotonic(), await quarantined(made)
    accepted, allowed = 0, 0 if blows else events
    numbers = iter(range(first, first + events))
    hits: Counter[str] = Counter()
    log: list[str] = []

    async def customer(http: httpx.AsyncClient) -> None:
        nonlocal accepted
        for number in numbers:
            while accepted >= allowed:
                await asyncio.sleep(0.005)
            await order(http, lambda: made.keys.token(by, "orders"), number)
            accepted += 1

    async def misfortune() -> None:
        nonlocal allowed
        step = events // (len(blows) + 1)
        for index, blow in enumerate(blows):
            due = allowed = step * (index + 1)
            while accepted < due:
                await asyncio.sleep(0.01)
            line = f"{time.monotonic() - began:6.1f} s  {blow}"
            say(f"{line}  after {accepted} of {events}")
            log.append(line)
            hits[blow.kind] += 1
            allowed = due + step // 2
            await strike(made, blow)
            await answering(made, blow.target)
        allowed = events

    async with httpx.AsyncClient(base_url=made.address("api"), timeout=10) as http, asyncio.TaskGroup() as group:
        for _ in range(CUSTOMERS):
            group.create_task(customer(http))
        group.create_task(misfortune())
    verdict = await judge(made, range(first, first + events), patience, set_aside)
    return replace(verdict, accepted=accepted, faults=hits, blows=log)


async def judge(made: Street, numbers: range, patience: float, before: int = 0) -> Verdict:
    """Wait until payroll stops changing or has everything, and compare; `before` were in quarantine already."""
    wanted = {f"N{number:06}": amount_of(number) for number in numbers}
    began, caught_up = time.monotonic(), None
    rows: list[tuple[str, str]] = []
    while time.monotonic() - began < patience:
        rows = await _orders(made, numbers)
        if len(rows) >= len(wanted) or (rows and await quarantined(made) > before):
            caught_up = time.monotonic() - began
            break
        await asyncio.sleep(0.2)
    await asyncio.sleep(0.5)  # a double would come after
    rows = await _orders(made, numbers)
    seen = Counter(number for number, _ in rows)
    total = sum((Decimal(amount) for _, amount in rows), Decimal(0))
    return Verdict(
        expected=len(wanted),
        recorded=len(rows),
        lost=sum(1 for number in wanted if number not in seen),
        double=sum(count - 1 for count in seen.values()),
        foreign=sum(1 for number in seen if number not in wanted),
        sums_equal=total == sum(wanted.values()),
        quarantined=await quarantined(made) - before,
        caught_up_after=caught_up,
    )


async def _orders(made: Street, numbers: range) -> list[tuple[str, str]]:
    first = f"N{numbers.start:06}"
    return [(about, amount) for kind, about, amount in await facts(made) if kind == "order.created" and about >= first]
