"""`PYTHONPATH=tests python -m faults.long --events 100000 --faults 200 --wipes 0 --seed N`: the long kill loop.

People of a company work with the APIs of all five services while databases, broker, APIs, relays and consumers are
killed and frozen at random; then everything that came of it is compared with what they know themselves.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chassis.testing import TestKeys

from .blows import Blow, schedule, strike
from .books import CHINA, Books, Found
from .found import Streams, applied, streamed
from .street import SERVICES, WHOLE, Street, quarantined, street
from .town import Caller, furnish, pay

EVERYTHING = ("broker", "database", *WHOLE)
HANDS = 8
Say = Callable[[str], None]


@dataclass
class Outcome:
    """What came of a run; lost, double and foreign are counted over types and people, each against the books."""

    seed: int
    events: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    troubles: Counter[str] = field(default_factory=Counter)
    surprises: list[str] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)
    lost: int = 0
    double: int = 0
    sums_off: int = 0
    quarantined: int = 0
    people: int = 0
    caught_up_after: float | None = None
    seconds: float = 0.0

    @property
    def clean(self) -> bool:
        """Tell whether every figure is as the books say, and in time."""
        return not self.differences and not self.quarantined and self.caught_up_after is not None

    def compare(self, expected: Found, found: Found) -> None:
        """Note every figure that is not as it must be."""
        nothing = (0, Decimal(0))
        for key in sorted(expected.keys() | found.keys()):
            wanted, got = expected.get(key, nothing), found.get(key, nothing)
            if wanted == got:
                continue
            self.lost += max(wanted[0] - got[0], 0)
            self.double += max(got[0] - wanted[0], 0)
            self.sums_off += wanted[1] != got[1]
            self.differences.append(f"{key[0]} {key[1]}: {wanted[0]} of {wanted[1]} expected, {got[0]} of {got[1]}")

    def __str__(self) -> str:
        late = "NEVER" if self.caught_up_after is None else f"after {self.caught_up_after:.1f} s"
        lines = [
            f"seed {self.seed}: {self.events.total()} events {dict(self.events)}, {self.faults.total()} faults"
            f" {dict(self.faults)} in {self.seconds:.0f} s",
            f"lost {self.lost}, double {self.double}, sums that differ {self.sums_off}, quarantined {self.quarantined},"
            f" payslips as the books say {self.people}, caught up {late}",
            f"requests asked again: {dict(self.troubles.most_common())}",
            *self.surprises[:5],
            *self.differences[:20],
        ]
        return "\n".join(lines)


async def run(made: Street, books: Books, blows: Sequence[Blow], *, say: Say, patience: float = 30) -> Outcome:
    """Do everything in the books while `blows` fall, evenly over the acts; then wait, pay the month and compare."""
    outcome, began = Outcome(books.seed), time.monotonic()
    limits = httpx.Limits(max_connections=HANDS * 4, max_keepalive_connections=HANDS * 4)
    async with httpx.AsyncClient(timeout=10, limits=limits) as http:
        caller = Caller(made, http, outcome.troubles, outcome.surprises)
        await furnish(caller, books)
        say(f"set up after {time.monotonic() - began:.0f} s; {len(books.acts)} acts {dict(books.made)}")
        began = time.monotonic()
        await _work(caller, books, blows, outcome, say)
        ended = time.monotonic()
        expected = books.expected()
        later = {key: value for key, value in expected.items() if key[0] in IN_STREAMS}
        now = {key: value for key, value in expected.items() if key[0] not in IN_STREAMS}
        found: Found = {}
        while time.monotonic() - ended < patience:
            found = await applied(made)
            if found == now:
                outcome.caught_up_after = time.monotonic() - ended
                break
            await asyncio.sleep(0.3)
        await asyncio.sleep(0.5)  # a double would come after
        outcome.compare(now, await applied(made))
        await pay(caller, books)
        said = await _published(made, later)
    outcome.compare(later, said.found)
    outcome.differences += said.faults
    outcome.events = said.events
    outcome.people = sum(said.found.get(key) == value for key, value in later.items() if key[0] == "payslip.issued")
    outcome.quarantined = sum([await quarantined(made, service) for service in SERVICES])
    outcome.seconds = time.monotonic() - began
    return outcome


IN_STREAMS = ("employee.hired", "shift.published", "deduction.assessed", "payslip.issued")


async def _published(made: Street, expected: Found, patience: float = 15) -> Streams:
    """Read the streams until they say what is expected; they are what they are when patience ends."""
    deadline = time.monotonic() + patience
    while True:
        said = await streamed(made)
        if (said.found == expected and not said.faults) or time.monotonic() > deadline:
            return said
        await asyncio.sleep(0.3)


async def _work(caller: Caller, books: Books, blows: Sequence[Blow], outcome: Outcome, say: Say) -> None:
    began, done, acts = time.monotonic(), 0, iter(books.acts)
    gate = asyncio.Condition()
    allowed = 0

    async def hand() -> None:
        nonlocal done
        for act in acts:
            async with gate:
                while act.number >= allowed:
                    await gate.wait()
            await caller.act(act)
            done += 1

    async def open_gate(to: int) -> None:
        nonlocal allowed
        async with gate:
            allowed = to
            gate.notify_all()

    async def misfortune() -> None:
        total = len(books.acts)
        for index, blow in enumerate(blows):
            due = total * index // len(blows)
            while done < due - HANDS:
                await asyncio.sleep(0.005)
            # work goes on while the blow lasts, but never so far ahead that the last blows fall on nothing
            await open_gate(total * (index + 1) // len(blows))
            say(f"{time.monotonic() - began:6.1f} s  {index + 1:3}. {blow}  at {done} of {total} acts")
            outcome.faults[f"{blow.kind} {_kind_of(blow.target)}"] += 1
            await strike(caller.made, blow, silence=6)
        await open_gate(total)

    async with asyncio.TaskGroup() as group:
        for _ in range(HANDS):
            group.create_task(hand())
        group.create_task(misfortune())


def _kind_of(target: str) -> str:
    return target.rsplit("-", 1)[-1].replace("standby", "worker")


def fresh_keys(folder: Path) -> TestKeys:
    """Make a key pair of the gateway in `folder`."""
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (folder / "gateway.pem").write_bytes(public)
    return TestKeys(private, folder)


async def main(events: int, faults: int, wipes: int, seed: int) -> int:
    """Run once and print what came of it; 0 when everything is as the books say."""
    freezes, hangs = faults // 5, faults // 10
    blows = schedule(seed, EVERYTHING, kills=faults - freezes - hangs, freezes=freezes, hangs=hangs, wipes=wipes)
    books = Books(seed, events, datetime.now(CHINA).date())
    print(
        f"seed {seed}: about {events} events, {faults} faults, {wipes} wipes, load {os.getloadavg()[0]:.1f}", flush=True
    )
    with tempfile.TemporaryDirectory(prefix="zhanggui-keys-") as folder:
        async with street(fresh_keys(Path(folder)), parts=WHOLE) as made:
            outcome = await run(made, books, blows, say=lambda line: print(line, flush=True))
    print(outcome)
    return 0 if outcome.clean else 1


if __name__ == "__main__":
    asked = argparse.ArgumentParser(prog="python -m faults.long", description=__doc__)
    asked.add_argument("--events", type=int, default=100_000)
    asked.add_argument("--faults", type=int, default=200)
    asked.add_argument("--wipes", type=int, default=0, help="how often the broker loses its whole store as well")
    asked.add_argument("--seed", type=int, default=int(time.time()))
    sys.exit(asyncio.run(main(**vars(asked.parse_args()))))
