"""Nothing lost, nothing twice, whatever is killed; and the loop that says so notices planted bugs."""

import os
from datetime import datetime

import pytest

from chassis.testing import TestKeys

from .blows import schedule
from .books import CHINA, Books
from .long import EVERYTHING
from .long import run as run_long
from .loop import run
from .street import SEED, WHOLE, Street, street

EVENTS, KILLS, FREEZES = 4000, 26, 4


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

SHARED: list[tuple[str | None, int, str, dict[str, int]]] = [
    # an API frozen between insert and commit is what lets a later id be seen first
    ("id-after-the-last", 900, "api", {"freezes": 12}),
    ("watermark-in-another-transaction", 700, "consumer", {"kills": 9}),
    ("watermark-later", 300, "consumer", {"kills": 5}),
    ("passing-fault-final", 150, "consumer", {"kills": 1}),
    ("alteration-unnoticed", 250, "consumer", {"kills": 1}),
    # a broker that hangs has received publishes that die with it
    ("swallowed-publish-timeout", 700, "broker", {"hangs": 4}),
    (None, 50, "consumer", {"kills": 1}),  # without a bug it is green again, whatever the others left behind
    ("positions-reused-after-restart", 300, "broker", {"hangs": 3}),
]


async def plant(made: Street, bug: str | None) -> None:
    """Start the workers again with a bug in them, or without one."""
    for part, (_, kind) in made.parts.items():
        if kind == "worker":
            made.kill(part)
            made.start(part, *(("seeded", bug) if bug else ()))


async def test_the_loop_goes_red_for_planted_bugs(keys: TestKeys) -> None:
    first = 0
    async with street(keys) as made:
        for bug, events, target, blows in SHARED if LONG else SHARED[:2] + SHARED[5:7]:
            await plant(made, bug)
            due = schedule(SEED, (target,), **blows)
            verdict = await run(made, events=events, first=first, blows=due, say=print, patience=3 if bug else 30)
            print(f"{bug}: {verdict}")
            assert verdict.accepted == events
            assert verdict.clean is (bug is None), f"the loop did not tell the truth about {bug}"
            first += events


@pytest.mark.parametrize(
    ("bug", "targets", "kills", "notices"),
    [
        ("no-expected-sequence-two-relays", ("consumer",), 3, True),
        ("two-relays-active", ("relay", "broker"), 4, False),  # no bug while the broker knows what must follow
    ],
)
async def test_two_active_relays(bug: str, targets: tuple[str, ...], kills: int, notices: bool, keys: TestKeys) -> None:
    async with street(keys) as made:
        await plant(made, bug)
        verdict = await run(made, events=500, blows=schedule(SEED, targets, kills=kills), say=print, patience=8)
    print(f"{bug}: {verdict}")
    assert verdict.clean is not notices, verdict
