"""Who answers for what is missing (A-004-1.22c, A-004-1.22d), and for how much of it."""

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Literal, NamedTuple

from inventory.domain.errors import (
    CostUnknown,
    DecidesForThemselves,
    PartiesMissing,
    PartiesUncalled,
    PartyListedTwice,
)
from inventory.domain.money import NOTHING, apportion, value_at_cost

Outcome = Literal["explained", "people", "keeper"]


class Answerer(NamedTuple):
    """One responsible person; integer weights, so that thirds are exact."""

    employee_no: str
    weight: int


class Part(NamedTuple):
    """What one person's part of a loss comes to."""

    employee_no: str
    weight: int
    amount: Decimal


def check_decision(
    outcome: Outcome, parties: Sequence[Answerer], *, keeper: str, decider: str, others: Collection[str] = ()
) -> None:
    """Refuse a decision that is incomplete, or made by somebody it is about.

    The keeper never decides: whoever else answers, or nobody, spares the keeper. `others` answered so far.
    Raises PartiesMissing, PartiesUncalled, PartyListedTwice, DecidesForThemselves.
    """
    if outcome == "people" and not parties:
        raise PartiesMissing(field="parties")
    if outcome != "people" and parties:
        raise PartiesUncalled(field="parties")
    people = [party.employee_no for party in parties]
    for person in people:
        if people.count(person) > 1:
            raise PartyListedTwice(field="parties", employee_no=person)
    if decider in {keeper, *people, *others}:
        raise DecidesForThemselves(employee_no=decider)


def loss(sku: str, missing: Decimal, unit_cost: Decimal | None) -> Decimal:
    """Value what is missing at cost; a surplus (`missing` < 0) is worth 0. Raises CostUnknown."""
    if missing <= 0:
        return NOTHING
    if unit_cost is None:
        raise CostUnknown(field="sku", sku=sku)
    return value_at_cost(missing, unit_cost)


def parts_of(value: Decimal, outcome: Outcome | None, parties: Sequence[Answerer], *, keeper: str) -> tuple[Part, ...]:
    """Split a loss: among the responsible people by weight, or all of it to the keeper if nobody else answers."""
    if value == NOTHING or outcome is None:
        return ()
    answering = parties if outcome == "people" else (Answerer(keeper, 1),)
    amounts = apportion(value, [party.weight for party in answering])
    return tuple(Part(*party, amount) for party, amount in zip(answering, amounts, strict=True))
