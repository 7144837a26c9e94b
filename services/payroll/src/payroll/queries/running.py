"""How somebody's month looks so far."""

from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.scope import Scope
from payroll.domain.errors import PayslipNotFound
from payroll.domain.period import Period
from payroll.domain.ranking import needed
from payroll.domain.record import payslip_record
from payroll.queries.calculated import Basis, calculated
from payroll.queries.issues import balances_run
from payroll.queries.linked import link_deductions
from payroll.queries.people import colleagues, name_of
from payroll.queries.ranks import standings_of
from payroll.queries.rulebook import signed_rulebook
from payroll.queries.scoped import covers


async def running_payslip(
    session: AsyncSession, scope: Scope, period: Period, employee_no: str, timezone: ZoneInfo
) -> dict[str, Any]:
    """Calculate one person's payslip of a period from everything recorded up to now.

    Raises PayslipNotFound when there is nothing to pay, or it is not for this scope to see; the two answer alike.
    """
    if not await covers(session, scope, employee_no):
        raise PayslipNotFound()
    rulebook, carried_from = await signed_rulebook(session), await balances_run(session, period)
    ranking = await colleagues(session, employee_no) if needed(rulebook) else []
    ranked = await standings_of(session, period, rulebook, ranking)
    basis = Basis(period, rulebook, carried_from, timezone, ranked)
    found = await calculated(session, basis, [employee_no])
    if not found:
        raise PayslipNotFound()
    content = payslip_record(found[0]) | {"name": await name_of(session, employee_no)}
    await link_deductions(session, employee_no, [content])
    return content
