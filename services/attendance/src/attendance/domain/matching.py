"""Which punch belongs to which shift, over a person's whole timeline.

Every arrival and departure that the roster expects is a slot; punches and slots are both in the order of time, and an
assignment keeps that order: it is an alignment of two sequences, found by dynamic programming. It fills as many slots
as it can; of the ways to do so it takes the one with the least time late or left early, then the least time off.

What keeps a night shift's leaving punch from the next day: a punch before the middle of the free time between two
shifts never opens the later one, while the earlier one may still be closed by a punch after it (overtime).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Direction = Literal["in", "out"]
OFF = 1000  # a second late or left early weighs more than any time spent waiting for the shift to begin


@dataclass(frozen=True, slots=True)
class Slot:
    """An expected punch: when it is due, and between which instants (both included) one is taken for it."""

    direction: Direction
    due: datetime
    opens: datetime
    closes: datetime


@dataclass(frozen=True, slots=True)
class Press:
    """Punches so close together that they are one act; as an arrival the first counts, as a departure the last."""

    first: datetime
    last: datetime

    def time(self, direction: Direction) -> datetime:
        """Tell the instant that counts."""
        return self.first if direction == "in" else self.last


def presses(punches: Sequence[datetime], repeat: timedelta) -> list[Press]:
    """Collapse punches (in the order of time) of which each follows the one before within `repeat`."""
    found: list[Press] = []
    for punch in punches:
        if found and punch - found[-1].last <= repeat:
            found[-1] = Press(found[-1].first, punch)
        else:
            found.append(Press(punch, punch))
    return found


def clusters(slots: Sequence[Slot]) -> list[tuple[int, int]]:
    """Cut slots (in the order of time) where no punch could be meant for both sides: half-open ranges of places."""
    cuts: list[tuple[int, int]] = []
    start = 0
    for place in range(1, len(slots)):
        if slots[place].opens > max(slot.closes for slot in slots[start:place]):
            cuts.append((start, place))
            start = place
    return [*cuts, (start, len(slots))] if slots else []


def assign(slots: Sequence[Slot], pressed: Sequence[Press]) -> list[Press | None]:
    """Give each slot its punch, or None; no punch is given twice, and their order is kept."""
    rows, columns = len(pressed), len(slots)
    # best[i][j]: slots filled, and the cost of it negated, with the first i presses and the first j slots
    best = [[(0, 0)] * (columns + 1) for _ in range(rows + 1)]
    for i, press in enumerate(pressed, 1):
        above, row = best[i - 1], best[i]
        for j, slot in enumerate(slots, 1):
            row[j] = max(above[j], row[j - 1])
            if (cost := _cost(press, slot)) is not None:
                filled, spent = above[j - 1]
                row[j] = max(row[j], (filled + 1, spent - cost))
    given: list[Press | None] = [None] * columns
    i, j = rows, columns
    while i and j:
        if best[i][j] == best[i - 1][j]:
            i -= 1
        elif best[i][j] == best[i][j - 1]:
            j -= 1
        else:
            i, j = i - 1, j - 1
            given[j] = pressed[i]
    return given


def _cost(press: Press, slot: Slot) -> int | None:
    at = press.time(slot.direction)
    if not slot.opens <= at <= slot.closes:
        return None
    seconds = int((at - slot.due).total_seconds())
    off = seconds if slot.direction == "in" else -seconds
    return off * OFF if off > 0 else -off
