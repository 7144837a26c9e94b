"""Nothing lost, nothing twice, whatever is killed; and the loop that says so notices planted bugs."""

import os

import pytest

from chassis.testing import TestKeys

from .loop import Verdict, run, schedule
from .street import street

SEED = int(os.environ.get("ZHANGGUI_FAULT_SEED", "20261121"))
EVERYTHING = ("broker", "database", "relay", "stand-by", "consumer", "api")


def show(verdict: Verdict) -> None:
    print(
        f"accepted {verdict.accepted}, faults {dict(verdict.faults)};"
        f" recorded {verdict.recorded} of {verdict.expected}:"
        f" lost {verdict.lost}, double {verdict.double}, foreign {verdict.foreign}, quarantined {verdict.quarantined},"
        f" sums {'equal' if verdict.sums_equal else 'DIFFER'}, caught up after {verdict.caught_up_after}"
    )


async def test_five_thousand_events_survive_thirty_one_faults(keys: TestKeys) -> None:
    blows = schedule(SEED, EVERYTHING, kills=27, freezes=4)
    print(f"seed {SEED}")
    async with street(keys) as made:
        verdict = await run(made, events=5000, blows=blows, say=print)
    show(verdict)
    assert verdict.faults == {"kill": 27, "freeze": 4}
    assert verdict.accepted == 5000
    assert verdict.clean, verdict


@pytest.mark.parametrize(
    ("bug", "targets"),
    [
        ("id-after-the-last", ("api",)),
        ("watermark-in-another-transaction", ("consumer",)),
        ("no-expected-sequence-two-relays", ("consumer",)),
        ("swallowed-publish-timeout", ("broker",)),
    ],
)
async def test_the_loop_goes_red_for(bug: str, targets: tuple[str, ...], keys: TestKeys) -> None:
    async with street(keys, bug) as made:
        blows = schedule(SEED, targets, kills=5)
        verdict = await run(made, events=600, blows=blows, say=print, patience=6)
    show(verdict)
    assert verdict.accepted == 600
    assert not verdict.clean, f"the loop did not notice {bug}"


async def test_two_active_relays_do_no_harm_while_the_broker_knows_what_must_follow(keys: TestKeys) -> None:
    async with street(keys, "two-relays-active") as made:
        verdict = await run(made, events=500, blows=schedule(SEED, ("relay", "broker"), kills=4), say=print)
    show(verdict)
    assert verdict.clean, verdict
