"""What payroll announces."""

from datetime import datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from chassis.outbox import Outgoing
from contracts.payroll import AppealDecided, DeductionAssessed, DeductionRevoked, PayslipIssued, PeriodClosed
from payroll.domain.period import Period
from payroll.domain.proposal import Key


def payslip_issued(employee_no: str, period: Period, net: Decimal, run_id: UUID, now: datetime) -> Outgoing:
    """Say that a payslip was issued; it counts for the last day of its period."""
    data = PayslipIssued(employee_no=employee_no, period=str(period), net=net, run_id=run_id)
    return Outgoing(data=data, about=f"{period}/{employee_no}", time=now, business_date=period.last)


def period_closed(period: Period, fingerprint: str, people: int, net: Decimal, now: datetime) -> Outgoing:
    """Say that a period is closed, with the fingerprint of its certificate."""
    data = PeriodClosed(period=str(period), certificate=fingerprint, people=people, net=net)
    return Outgoing(data=data, about=str(period), time=now)


def deduction_assessed(key: Key, period: Period, amount: Decimal, event_id: UUID | None, now: datetime) -> Outgoing:
    """Say that a deduction is proposed, and that the employee was told of it."""
    data = DeductionAssessed(
        employee_no=key.employee_no, period=str(period), clause=key.clause_id, amount=amount, caused_by=event_id
    )
    return Outgoing(data=data, about=_about(key, period), time=now)


def deduction_revoked(
    key: Key, period: Period, amount: Decimal, event_id: UUID | None, *, reason: str, now: datetime
) -> Outgoing:
    """Say that a proposed deduction is not taken: its ground is gone, it was waived, or an appeal won."""
    data = DeductionRevoked(
        employee_no=key.employee_no,
        period=str(period),
        clause=key.clause_id,
        amount=amount,
        caused_by=event_id,
        reason=reason[:300],
    )
    return Outgoing(data=data, about=_about(key, period), time=now)


def appeal_decided(
    appeal_id: UUID,
    employee_no: str,
    outcome: Literal["upheld", "reduced", "rejected"],
    before: Decimal,
    after: Decimal,
    *,
    now: datetime,
) -> Outgoing:
    """Say how an appeal was decided; amounts are signed as they change the net."""
    data = AppealDecided(
        appeal_id=appeal_id, employee_no=employee_no, outcome=outcome, amount_before=before, amount_after=after
    )
    return Outgoing(data=data, about=str(appeal_id), time=now)


def _about(key: Key, period: Period) -> str:
    return f"{period}/{key.employee_no}/{key.clause_id}"
