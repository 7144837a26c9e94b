"""How somebody's month looks so far."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.auth import Principal
from payroll.domain.errors import PayslipNotFound
from payroll.domain.period import Period
from payroll.domain.permissions import may_read_all
from payroll.domain.record import payslip_record
from payroll.queries.calculated import calculated
from payroll.queries.issues import balances_run
from payroll.queries.people import people
from payroll.queries.rulebook import signed_rulebook


async def running_payslip(session: AsyncSession, by: Principal, period: Period, employee_no: str) -> dict[str, Any]:
    """Calculate one person's payslip of a period from everything recorded up to now.

    Raises PayslipNotFound when there is nothing to pay, or it is not for `by` to see; the two answer alike.
    """
    if not may_read_all(by.roles) and by.employee_no != employee_no:
        raise PayslipNotFound()
    rulebook, carried_from = await signed_rulebook(session), await balances_run(session, period)
    found = await calculated(session, period, [employee_no], rulebook, carried_from)
    if not found:
        raise PayslipNotFound()
    [person] = await people(session, [employee_no])
    return payslip_record(found[0]) | {"name": person.name}
