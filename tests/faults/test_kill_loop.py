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
    ("bug", "target", "blows"),
    [
        # an API frozen between insert and commit is what lets a later id be seen first
        ("id-after-the-last", "api", {"freezes": 12}),
        ("watermark-in-another-transaction", "consumer", {"kills": 9}),
        ("no-expected-sequence-two-relays", "consumer", {"kills": 3}),
        # a broker that hangs has received publishes that die with it
        ("swallowed-publish-timeout", "broker", {"hangs": 4}),
    ],
)
async def test_the_loop_goes_red_for(bug: str, target: str, blows: dict[str, int], keys: TestKeys) -> None:
    async with street(keys, bug) as made:
        verdict = await run(made, events=900, blows=schedule(SEED, (target,), **blows), say=print, patience=5)
    show(verdict)
    assert verdict.accepted == 900
    assert not verdict.clean, f"the loop did not notice {bug}"


async def test_two_active_relays_do_no_harm_while_the_broker_knows_what_must_follow(keys: TestKeys) -> None:
    async with street(keys, "two-relays-active") as made:
        verdict = await run(made, events=500, blows=schedule(SEED, ("relay", "broker"), kills=4), say=print)
    show(verdict)
    assert verdict.clean, verdict
