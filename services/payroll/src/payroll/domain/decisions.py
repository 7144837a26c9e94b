"""People's decisions on what clauses propose: confirmed, waived or reduced, line by line, also after an appeal."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, NamedTuple, TypeAlias
from uuid import UUID

from payroll.domain.line import Evidence
from payroll.domain.money import ZERO

Outcome: TypeAlias = Literal["confirmed", "waived", "reduced"]


class Decision(NamedTuple):
    """What somebody decided about a deduction that a clause proposes for one event, or for one window.

    `amount` is the reduced one, signed like the line (negative). `decided_at` is in the company's time zone.
    `noticed_on` is the day on which the employee was told of the proposal. Of several decisions on one the last counts.

    A period is calculated with the decisions on its own events made before it was first issued, and with those
    made during it on events of earlier periods: once pay is issued, a decision works in the month in which it is made.
    """

    employee_no: str
    clause_id: str
    event_id: UUID | None
    window: str | None
    outcome: Outcome
    amount: Decimal | None
    decided_by: str
    decided_at: datetime
    reason: str
    appeal_id: UUID | None = None
    noticed_on: date | None = None

    @property
    def evidence(self) -> Evidence:
        """Name what was judged: the event or the window."""
        evidence = self.event_id or self.window
        assert evidence is not None, "a decision names an event or a window"
        return evidence


def standing(decisions: Iterable[Decision]) -> dict[str, dict[tuple[str, Evidence], Decision]]:
    """Keep of each proposal's decisions the one made last: employee number to (clause id, evidence) to decision."""
    found: dict[str, dict[tuple[str, Evidence], Decision]] = {}
    for decision in sorted(decisions, key=lambda d: (d.decided_at, d.outcome, d.amount or ZERO)):
        found.setdefault(decision.employee_no, {})[decision.clause_id, decision.evidence] = decision
    return found
