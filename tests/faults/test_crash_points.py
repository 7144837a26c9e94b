"""Before and after each commit and each publish: whoever dies exactly there loses nothing and repeats nothing."""

import asyncio
import random
from pathlib import Path

import httpx

from chassis.auth import Principal
from chassis.testing import TestKeys

from .crashing import NOTE, POINTS
from .loop import judge, order
from .street import PAIR, SEED, Street, street

ALONE = {name: part for name, part in PAIR.items() if name != "stand-by"}
PATIENCE = 30.0


async def crashed(made: Street, part: str, point: str, times: int, first: int) -> int:
    """Order until `part` has died at `point`, then start it as it is; returns the number after the last order."""
    made.kill(part)
    made.start(part, "crashing", point, str(times))
    by, number, alive = Principal("faults", None, frozenset({"boss"})), first, Path(f"/proc/{made.pids[part]}")
    async with httpx.AsyncClient(base_url=made.address("api"), timeout=10) as http, asyncio.timeout(PATIENCE):

        async def restarted() -> None:
            while alive.exists():
                await asyncio.sleep(0.005)
            made.start(part)

        waiting = asyncio.create_task(restarted())
        while not waiting.done() or number < first + 5:
            await order(http, lambda: made.keys.token(by, "orders"), number)
            number += 1
        await waiting
    assert (made.folder / NOTE).read_text() == point, "it ended of something else"
    return number


async def test_nothing_is_lost_or_repeated_at_any_point(keys: TestKeys) -> None:
    draw, number = random.Random(SEED), 0
    print(f"seed {SEED}")
    async with street(keys, ALONE) as made:
        for point, (part, _) in POINTS.items():
            times, first = draw.randint(1, 3), number
            number = await crashed(made, part, point, times, first)
            verdict = await judge(made, range(number), PATIENCE)
            print(f"{part:8} died at: {point:40} (time {times}, {number - first:3} orders) {verdict}")
            assert verdict.clean, (point, verdict)
