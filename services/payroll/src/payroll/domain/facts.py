"""What happened, as payroll reads it: one fact per event and person."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple, TypeAlias
from uuid import UUID

Value: TypeAlias = Decimal | str | bool


class Fact(NamedTuple):
    """One thing that happened to one person's pay.

    `sale` is the order.completed event whose money the fact counts, gives back or passes on; an order.completed is
    its own sale. `gives_up` marks the seller who loses a sale by a later assignment. `occurrences` is more than one
    where an outside system reports a month's count as one figure. `noticed_on` is the day on which the employee was
    told of a loss and its amount.
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

    @property
    def amount(self) -> Decimal:
        """Tell this person's part of the money; 0 where the fact carries none."""
        value = self.fields.get("amount", Decimal(0))
        assert isinstance(value, Decimal)
        return value


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
