"""Money in CNY with two places, rounded half up; parts of an amount always add up to it."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
NOTHING = Decimal("0.00")


def value_at_cost(quantity: Decimal, unit_cost: Decimal) -> Decimal:
    """Say what a quantity is worth at cost, rounded half up to the cent."""
    return (quantity * unit_cost).quantize(CENT, ROUND_HALF_UP)


def apportion(amount: Decimal, weights: Sequence[int]) -> list[Decimal]:
    """Split `amount` (>= 0, whole cents) by integer weights (> 0) so that the parts add up to it.

    Largest remainder; of equal remainders the one listed first gets the cent (design: reliability.md, Money).
    """
    cents, total = int(amount.scaleb(2)), sum(weights)
    parts = [cents * weight // total for weight in weights]
    remainders = [cents * weight % total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: -remainders[i])  # stable: ties in listed order
    for i in by_remainder[: cents - sum(parts)]:
        parts[i] += 1
    return [Decimal(part).scaleb(-2) for part in parts]
