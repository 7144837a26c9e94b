"""Faults drawn from a seed, and how they fall on a street."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass

from .street import Street


@dataclass(frozen=True, slots=True)
class Blow:
    """One fault: what is hit, how, and for how long it stays away."""

    target: str
    kind: (
        str  # kill | freeze | hang: frozen first and then killed, with what it had received | wipe: all stored is lost
    )
    seconds: float

    def __str__(self) -> str:
        return f"{self.kind:6} {self.target:20} for {self.seconds:.2f} s"


def schedule(
    seed: int, targets: Sequence[str], *, kills: int = 0, freezes: int = 0, hangs: int = 0, wipes: int = 0
) -> list[Blow]:
    """Draw faults from a seed; every target is hit at least once when there are enough blows.

    Wipes fall on the broker, one in each equal part of the blows.
    """
    draw = random.Random(seed)
    hit = [*targets, *draw.choices(targets, k=max(kills + freezes + hangs - len(targets), 0))]
    hit = hit[: kills + freezes + hangs]
    kinds = ["kill"] * kills + ["freeze"] * freezes + ["hang"] * hangs
    draw.shuffle(hit)
    draw.shuffle(kinds)
    blows = [Blow(target, kind, round(draw.uniform(0.02, 0.6), 2)) for target, kind in zip(hit, kinds, strict=True)]
    for part in reversed(range(wipes)):
        place = (len(blows) * part + draw.randrange(max(len(blows), 1))) // wipes
        blows.insert(place, Blow("broker", "wipe", round(draw.uniform(0.02, 0.6), 2)))
    return blows


async def strike(made: Street, blow: Blow, *, silence: float = 8) -> None:
    """Let one blow fall and lift what it hit; what is frozen stays so `silence` times longer than what is killed."""
    if blow.kind == "freeze":
        made.freeze(blow.target)
        # long enough for a silent part to be noticed; who asks an API notices at once
        await asyncio.sleep(blow.seconds if blow.target.endswith("api") else blow.seconds * silence)
        made.thaw(blow.target)
        return
    if blow.kind == "hang":
        made.freeze(blow.target)
        await asyncio.sleep(0.5 + blow.seconds)
    if blow.kind == "wipe":
        made.wipe()
    else:
        made.kill(blow.target)
    await asyncio.sleep(blow.seconds)
    made.restart(blow.target)
