"""Nothing lost, nothing twice, whatever is killed; and the loop that says so notices planted bugs."""

import os
from datetime import datetime
from typing import NamedTuple

import pytest

from chassis.testing import TestKeys

from .blows import schedule
from .books import CHINA, Books
from .long import EVERYTHING
from .long import run as run_long
from .loop import run
from .street import SEED, WHOLE, Street, answering, street

EVENTS, KILLS, FREEZES = 5000, 26, 4


async def test_all_five_services_survive_thirty_one_faults(keys: TestKeys) -> None:
    blows = schedule(SEED, EVERYTHING, kills=KILLS, freezes=FREEZES, wipes=1)
    books = Books(SEED, EVENTS, datetime.now(CHINA).date())
    print(f"seed {SEED}")
    async with street(keys, WHOLE) as made:
        outcome = await run_long(made, books, blows, say=print)
    print(outcome)
    assert outcome.faults.total() == KILLS + FREEZES + 1
    assert outcome.events.total() >= EVENTS
    assert outcome.people == len(books.people)
    assert outcome.clean, outcome


LONG = "ZHANGGUI_LONG" in os.environ
"""All bugs, not only one of each sort: a minute more."""


class Trial(NamedTuple):
    """One turn of the loop with a bug planted in it, or with none, and whether it must notice."""

    bug: str | None
    events: int
    targets: tuple[str, ...]
    blows: dict[str, int]
    notices: bool = True


ONE_BY_ONE = [
    # an API frozen between insert and commit is what lets a later id be seen first
    Trial("id-after-the-last", 600, ("api",), {"freezes": 12}),
    Trial("watermark-in-another-transaction", 250, ("consumer",), {"kills": 5}),
    Trial("watermark-later", 300, ("consumer",), {"kills": 5}),
    Trial("passing-fault-final", 150, ("consumer",), {"kills": 1}),
    Trial("alteration-unnoticed", 250, ("consumer",), {"kills": 1}),
    # a broker that hangs has received publishes that die with it
    Trial("swallowed-publish-timeout", 400, ("broker",), {"hangs": 4}),
    # without a bug it is green again, whatever the others left behind
    Trial(None, 50, ("consumer",), {"kills": 1}, notices=False),
    Trial("positions-reused-after-restart", 300, ("broker",), {"hangs": 3}),
]
TWO_RELAYS = [
    # no bug while the broker knows what must follow
    Trial("two-relays-active", 300, ("relay", "broker"), {"kills": 4}, notices=False),
    Trial("no-expected-sequence-two-relays", 200, ("consumer",), {"kills": 3}),
]
# the last of a street leaves a stream that nobody can go on from
STREETS = [ONE_BY_ONE, TWO_RELAYS] if LONG else [ONE_BY_ONE[:2] + ONE_BY_ONE[5:7] + TWO_RELAYS]


async def plant(made: Street, bug: str | None) -> None:
    """Start the workers again with a bug in them, or without one, and wait until all of them are there."""
    workers = [part for part, (_, kind) in made.parts.items() if kind == "worker"]
    for part in workers:
        made.kill(part)
        made.start(part, *(("seeded", bug) if bug else ()))
    await answering(made, *workers)


@pytest.mark.parametrize("trials", STREETS, ids=lambda trials: f"{len(trials)} turns")
async def test_the_loop_goes_red_for_planted_bugs(trials: list[Trial], keys: TestKeys) -> None:
    first = 0
    async with street(keys) as made:
        for bug, events, targets, blows, notices in trials:
            await plant(made, bug)
            due = schedule(SEED, targets, **blows)
            verdict = await run(made, events=events, first=first, blows=due, say=print, patience=3 if notices else 30)
            print(f"{bug}: {verdict}")
            assert verdict.accepted == events
            assert verdict.clean is not notices, f"the loop did not tell the truth about {bug}"
            first += events
