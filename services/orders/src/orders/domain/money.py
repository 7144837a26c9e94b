"""Money in CNY with two places, rounded half up; parts of an amount always add up to it."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
NOTHING = Decimal("0.00")
LARGEST = Decimal("999999999999.99")  # NUMERIC(14,2)


def rounded(amount: Decimal) -> Decimal:
    """Round to whole cents, half up."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def apportion(amount: Decimal, weights: Sequence[int]) -> list[Decimal]:
    """Split `amount` (>= 0, whole cents) by integer weights (>= 0) so that the parts add up to it.

    Largest remainder; of equal remainders the one listed first gets the cent (design: reliability.md, Money).
    All weights may be 0 only where the amount is 0.
    """
    if len(weights) == 1:
        return [amount]
    cents, total = int(amount.scaleb(2)), sum(weights)
    if cents == 0:
        return [NOTHING] * len(weights)
    parts = [cents * weight // total for weight in weights]
    remainders = [cents * weight % total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: -remainders[i])  # stable: ties in listed order
    for i in by_remainder[: cents - sum(parts)]:
        parts[i] += 1
    return [Decimal(part).scaleb(-2) for part in parts]


def in_cents(amounts: Sequence[Decimal]) -> list[int]:
    """Give amounts as integers, to be weights of `apportion`.

    A part never exceeds its weight as long as the amount split is at most their sum.
    """
    return [int(amount.scaleb(2)) for amount in amounts]
