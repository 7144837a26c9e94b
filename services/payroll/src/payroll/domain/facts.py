"""What happened, as payroll reads it: one fact per event and person."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple, TypeAlias
from uuid import UUID

Value: TypeAlias = Decimal | str | bool
NOTHING = Decimal(0)


class Fact(NamedTuple):
    """One thing that happened to one person's pay.

    `fields` hold what the event says under the contract's names, numbers as Decimal in the contract's own units (the
    vocabulary knows that `minutes` are minutes); optional fields that the event leaves out are not there. `amount` is
    this person's part of the money. Of several responsible people each has a fact with `party_fields`.
    `sale` is the order.completed event whose money the fact counts, gives back or passes on; an order.completed is
    its own sale. `gives_up` marks the seller who loses a sale by a later assignment. `occurrences` is more than one
    where an outside system reports a month's count as one figure. `noticed_on` is the day on which the employee was
    told of a loss and its amount. `revokes` is the event of an earlier fact that no longer holds.
    """

    event_id: UUID
    type: str
    employee_no: str
    business_date: date
    occurred_at: datetime
    about: str
    fields: Mapping[str, Value]
    sale: UUID | None = None
    gives_up: bool = False
    historical: bool = False
    occurrences: int = 1
    noticed_on: date | None = None
    revokes: UUID | None = None

    @property
    def amount(self) -> Decimal:
        """Tell this person's part of the money; 0 where the fact carries none."""
        value = self.fields.get("amount", NOTHING)
        assert isinstance(value, Decimal)
        return value


def party_fields(weights: Sequence[int], place: int) -> dict[str, Value]:
    """Write which of several responsible people a fact is about, for `split(…)` in formulas.

    `weights` are those of all parties as listed in the event, `place` counts this person from 0. Who answers alone
    needs no fields.
    """
    if len(weights) == 1:
        return {}
    return {"weights": " ".join(str(weight) for weight in weights), "place": Decimal(place)}


def in_order(fact: Fact) -> tuple[date, datetime, UUID, bool]:
    """Sort facts as they happened, whatever the order in which they arrived."""
    return fact.business_date, fact.occurred_at, fact.event_id, fact.gives_up


class LossCase(NamedTuple):
    """A person's decision that an employee caused a loss: found, proved, and told to the employee before."""

    case_id: UUID
    employee_no: str
    clause_id: str
    amount: Decimal
    finding: str
    proof: str
    noticed_on: date
    decided_on: date
    decided_at: datetime
    decided_by: str
