"""Counts of a stocktake: what they differ by, which of them holds, and where somebody else must count again."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from random import Random
from typing import NamedTuple


class Count(NamedTuple):
    """What somebody counted, and what the ledger expected at that instant."""

    sku: str
    counted: Decimal
    counted_at: datetime
    counted_by: str
    expected: Decimal

    @property
    def difference(self) -> Decimal:
        """Say how much more was there than expected; below 0 when something is missing."""
        return self.counted - self.expected


class Threshold(NamedTuple):
    """Above which difference somebody else counts again: in pieces, or in CNY at cost."""

    quantity: Decimal
    value: Decimal

    def exceeded(self, difference: Decimal, unit_cost: Decimal | None) -> bool:
        """Tell whether a difference is too large to stand on one person's word. Without a cost only pieces decide."""
        size = abs(difference)
        return size > self.quantity or (unit_cost is not None and size * unit_cost > self.value)


class Tally(NamedTuple):
    """Where the counting of one SKU stands."""

    holds: Count
    counters: frozenset[str]
    unit_cost: Decimal | None
    again: bool


def tallies(counts: Iterable[Count], costs: Mapping[str, Decimal], threshold: Threshold) -> dict[str, Tally]:
    """Say for each counted SKU which count holds and whether it has to be counted again.

    The last count holds. It has to be confirmed by another person where it differs by more than the threshold, so two
    different people have counted whatever large difference is settled.
    """
    by_sku: dict[str, list[Count]] = {}
    for count in counts:
        by_sku.setdefault(count.sku, []).append(count)
    return {sku: _tally(own, costs.get(sku), threshold) for sku, own in by_sku.items()}


def _tally(counts: Sequence[Count], unit_cost: Decimal | None, threshold: Threshold) -> Tally:
    holds = max(counts, key=lambda count: (count.counted_at, count.counted_by))
    counters = frozenset(count.counted_by for count in counts)
    again = len(counters) < 2 and threshold.exceeded(holds.difference, unit_cost)
    return Tally(holds, counters, unit_cost, again)


def drawn(skus: Iterable[str], size: int, seed: int) -> list[str]:
    """Draw a sample for a spot check (A-004-1.23b); the same seed draws the same."""
    ordered = sorted(skus)
    return sorted(Random(seed).sample(ordered, min(size, len(ordered))))
