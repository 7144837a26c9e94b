"""Money: Decimal CNY with two places, one rounding, one way of splitting."""

from collections.abc import Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal, DivisionByZero, InvalidOperation, Overflow

# The one context of every pay calculation: wide enough that products of two amounts are exact, and half up.
CONTEXT = Context(prec=34, rounding=ROUND_HALF_UP, traps=[InvalidOperation, DivisionByZero, Overflow])
CENT = Decimal("0.01")
ZERO = Decimal("0.00")


def cents(amount: Decimal) -> Decimal:
    """Round an amount half up to the cent."""
    return CONTEXT.quantize(amount, CENT)


def cents_within(limit: Decimal) -> Decimal:
    """Cut a legal ceiling to the cent below it.

    Half up would let a 20 % limit be passed by half a cent; a ceiling is never passed.
    """
    return limit.quantize(CENT, ROUND_FLOOR, CONTEXT)


def allocate(total: Decimal, weights: Sequence[int]) -> tuple[Decimal, ...]:
    """Split an amount by integer weights so that the parts add up to it.

    Largest remainder; ties go to the part listed first. A negative total splits like its positive, negated.
    Raises ValueError when no weight is positive or one is negative.
    """
    if not weights or min(weights) < 0 or sum(weights) == 0:
        raise ValueError(f"weights must be whole, not negative and not all zero: {list(weights)}")
    if total < 0:
        return tuple(-part for part in allocate(-total, weights))
    whole, parts = int(cents(total).scaleb(2)), sum(weights)
    floors = [whole * weight // parts for weight in weights]
    remainders = [whole * weight % parts for weight in weights]
    order = sorted(range(len(weights)), key=lambda i: (-remainders[i], i))
    for i in order[: whole - sum(floors)]:
        floors[i] += 1
    return tuple(Decimal(part).scaleb(-2) for part in floors)


def shown(amount: Decimal) -> str:
    """Write an amount for a reader: `1,234.50 CNY`, with more places only where it has them."""
    places = amount.normalize(CONTEXT) if amount != amount.quantize(CENT, ROUND_FLOOR, CONTEXT) else cents(amount)
    return f"{places:,f} CNY"
