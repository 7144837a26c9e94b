"""The kill loop: customers keep ordering while parts of the street are killed and frozen.

It knows what was ordered from the answers it got itself, and compares that with payroll's facts.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import httpx

from chassis.auth import Principal

from .street import Street, facts, quarantined

CUSTOMERS = 12
PLACED = datetime(2026, 11, 2, 3, tzinfo=UTC)
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Blow:
    """One fault: what is hit, how, and for how long it stays away."""

    target: str
    kind: str  # kill | freeze | hang: frozen first and then killed, with what it had received but not done
    seconds: float


@dataclass
class Verdict:
    """What came of the loop."""

    accepted: int
    faults: Counter[str]
    expected: int
    recorded: int
    lost: int
    double: int
    foreign: int
    sums_equal: bool
    quarantined: int
    caught_up_after: float | None
    blows: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Tell whether nothing was lost, doubled, invented or set aside."""
        wrong = self.lost + self.double + self.foreign + self.quarantined
        return wrong == 0 and self.sums_equal and self.caught_up_after is not None


def schedule(seed: int, targets: Sequence[str], *, kills: int = 0, freezes: int = 0, hangs: int = 0) -> list[Blow]:
    """Draw faults from a seed; every target is hit at least once when there are enough blows."""
    draw = random.Random(seed)
    hit = [*targets, *draw.choices(targets, k=max(kills + freezes + hangs - len(targets), 0))]
    hit = hit[: kills + freezes + hangs]
    kinds = ["kill"] * kills + ["freeze"] * freezes + ["hang"] * hangs
    draw.shuffle(hit)
    draw.shuffle(kinds)
    return [Blow(target, kind, round(draw.uniform(0.02, 0.6), 2)) for target, kind in zip(hit, kinds, strict=True)]


def amount_of(number: int) -> Decimal:
    """Give each order an amount of its own, so that sums notice any exchange."""
    return Decimal(1000 + number * 7 % 9973) / 100


async def order(http: httpx.AsyncClient, token: Callable[[], str], number: int) -> None:
    """Place one order and ask again until it is accepted; the order number makes it one."""
    at = PLACED + timedelta(seconds=number)
    body = {
        "shop": "faults",
        "order_no": f"N{number:06}",
        "placed_at": at.isoformat(),
        "lines": [{"line_no": 1, "sku": "S1", "quantity": "1", "unit_price": str(amount_of(number))}],
        "sellers": [{"employee_no": f"E{number % 7}"}],
    }
    while True:
        try:
            answer = await http.post("/orders", json=body, headers={"Authorization": f"Bearer {token()}"})
            if answer.status_code in (200, 201):
                return
            if answer.status_code not in (409, 429, 500, 502, 503):
                raise AssertionError(f"{answer.status_code}: {answer.text}")
        except httpx.TransportError:
            pass
        await asyncio.sleep(0.05)


async def run(made: Street, *, events: int, blows: Sequence[Blow], say: Say, patience: float = 30) -> Verdict:
    """Order `events` times while `blows` fall, evenly over the orders; then wait until payroll has caught up."""
    by = Principal("faults", None, frozenset({"boss"}))
    began = time.monotonic()
    accepted = 0
    numbers = iter(range(events))
    hits: Counter[str] = Counter()
    log: list[str] = []

    async def customer(http: httpx.AsyncClient) -> None:
        nonlocal accepted
        for number in numbers:
            await order(http, lambda: made.keys.token(by, "orders"), number)
            accepted += 1

    async def misfortune() -> None:
        for index, blow in enumerate(blows):
            due = events * (index + 1) // (len(blows) + 1)
            while accepted < due:
                await asyncio.sleep(0.01)
            line = f"{time.monotonic() - began:6.1f} s  {blow.kind:6} {blow.target:9} for {blow.seconds:.2f} s"
            say(f"{line}  after {accepted} of {events}")
            log.append(line)
            hits[blow.kind] += 1
            await strike(made, blow)

    async with httpx.AsyncClient(base_url=made.api, timeout=10) as http, asyncio.TaskGroup() as group:
        for _ in range(CUSTOMERS):
            group.create_task(customer(http))
        group.create_task(misfortune())
    return await judge(made, events, accepted, hits, log, patience)


async def strike(made: Street, blow: Blow) -> None:
    """Let one blow fall and lift what it hit."""
    if blow.kind == "freeze":
        made.freeze(blow.target)
        # long enough for a silent part to be noticed; customers notice the API at once
        await asyncio.sleep(blow.seconds if blow.target == "api" else blow.seconds * 8)
        made.thaw(blow.target)
        return
    if blow.kind == "hang":
        made.freeze(blow.target)
        await asyncio.sleep(0.5 + blow.seconds)
    made.kill(blow.target)
    await asyncio.sleep(blow.seconds)
    made.restart(blow.target)


async def judge(
    made: Street, events: int, accepted: int, hits: Counter[str], log: list[str], patience: float
) -> Verdict:
    """Wait until payroll stops changing or has everything, and compare."""
    wanted = {f"N{number:06}": amount_of(number) for number in range(events)}
    began, caught_up = time.monotonic(), None
    rows: list[tuple[str, str, str]] = []
    while time.monotonic() - began < patience:
        rows = [row for row in await facts(made) if row[0] == "order.created"]
        if len(rows) >= events or (rows and await quarantined(made)):
            caught_up = time.monotonic() - began
            break
        await asyncio.sleep(0.2)
    await asyncio.sleep(0.5)  # a double would come after
    rows = [row for row in await facts(made) if row[0] == "order.created"]
    seen = Counter(number for _, number, _ in rows)
    total = sum((Decimal(amount) for _, _, amount in rows), Decimal(0))
    return Verdict(
        accepted=accepted,
        faults=hits,
        expected=events,
        recorded=len(rows),
        lost=sum(1 for number in wanted if number not in seen),
        double=sum(count - 1 for count in seen.values()),
        foreign=sum(1 for number in seen if number not in wanted),
        sums_equal=total == sum(wanted.values()),
        quarantined=await quarantined(made),
        caught_up_after=caught_up,
        blows=log,
    )
