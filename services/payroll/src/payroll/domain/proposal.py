"""What a payslip proposes to take, item by item: each is told to the employee, decided, and may be appealed."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from payroll.domain.line import Kind, Line, State
from payroll.domain.payslip import Payslip
from payroll.domain.text import Text, joined


class Key(NamedTuple):
    """What makes a proposal the same one again: person, clause, and the event or month it rests on."""

    employee_no: str
    clause_id: str
    evidence: str


class Proposal(NamedTuple):
    """An item of a payslip that takes money. `amount` is negative; `automatic` ones need nobody's confirmation."""

    key: Key
    version: str
    event_id: UUID | None
    amount: Decimal
    automatic: bool
    about: str
    day: date
    title: Text
    explanation: Text


def proposals(payslip: Payslip, *, over: bool) -> list[Proposal]:
    """List what the clauses of a payslip want to take; clauses of a month only when the month is `over`.

    What is carried, or comes late, from earlier months was proposed there.
    """
    found = []
    for line in payslip.lines:
        evidence = line.event_id or line.window
        if line.kind is not Kind.DEDUCTION or line.balance_id is not None or evidence is None:
            continue
        if line.wanted >= 0 or line.since not in payslip.period or (line.event_id is None and not over):
            continue
        found.append(
            Proposal(
                key=Key(payslip.employee_no, line.clause_id, str(evidence)),
                version=line.version,
                event_id=line.event_id,
                amount=line.wanted,
                automatic=line.state is State.AUTOMATIC,
                about=line.entries[0].about if line.entries else str(evidence),
                day=line.since,
                title=line.title,
                explanation=_why(line),
            )
        )
    return found


def _why(line: Line) -> Text:
    """Say where the amount comes from: regulation, clause, arithmetic."""
    document, clause = line.source
    ground = Text(
        f"依据 {document.zh} {clause}（条款 {line.clause_id}，版本 {line.version}）",
        f"by {document.en}, {clause} (clause {line.clause_id}, version {line.version})",
    )
    return joined([ground, *(step.text for step in line.steps)], "；", "; ")
