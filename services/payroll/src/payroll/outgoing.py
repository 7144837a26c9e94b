"""What payroll announces."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from chassis.outbox import Outgoing
from contracts.payroll import PayslipIssued
from payroll.domain.period import Period


def payslip_issued(employee_no: str, period: Period, net: Decimal, run_id: UUID, now: datetime) -> Outgoing:
    """Say that a payslip was issued; it counts for the last day of its period."""
    data = PayslipIssued(employee_no=employee_no, period=str(period), net=net, run_id=run_id)
    return Outgoing(data=data, about=f"{period}/{employee_no}", time=now, business_date=period.last)
