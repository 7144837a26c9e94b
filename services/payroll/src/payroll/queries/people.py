"""Who is paid: directory entries and dated terms."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import RowMapping, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from payroll.domain.errors import TermsNotFound
from payroll.domain.period import Period
from payroll.domain.terms import Person, Terms
from payroll.models import terms

PEOPLE = """
SELECT employee_no, name, department, hire_date, leave_date, work_place
FROM directory WHERE employee_no = ANY($1::text[])
"""
TERMS = """
SELECT employee_no, valid_from, version, base_salary, scheme, work_place
FROM terms WHERE employee_no = ANY($1::text[])
"""
TO_PAY = """
SELECT employee_no FROM directory
WHERE coalesce(hire_date, :first) <= :last AND coalesce(leave_date, :last) >= :first
UNION SELECT t.employee_no FROM terms t
      WHERE valid_from <= :last AND NOT EXISTS (SELECT FROM directory d WHERE d.employee_no = t.employee_no)
UNION SELECT employee_no FROM facts WHERE period = :first AND employee_no <> ''
UNION SELECT employee_no FROM figures WHERE period = :first
UNION SELECT employee_no FROM loss_cases WHERE period = :first
UNION SELECT p.employee_no FROM run_issues i JOIN run_payslips p USING (run_id) WHERE i.period = :first
UNION SELECT employee_no FROM balances WHERE run_id = :balances_of
ORDER BY 1
"""


async def people_to_pay(session: AsyncSession, period: Period, balances_of: Any) -> list[str]:
    """List everybody who may have a payslip in a period: employed, with facts, with cases, paid before, or owing."""
    values = {"first": period.first, "last": period.last, "balances_of": balances_of}
    return list((await session.execute(text(TO_PAY), values)).scalars())


async def people(session: AsyncSession, numbers: Collection[str]) -> list[Person]:
    """Load what is known of some people; somebody of whom nothing is known comes with the number alone."""
    connection, wanted = await raw(session), list(numbers)
    agreed: dict[str, list[Terms]] = {}
    for row in await connection.fetch(TERMS, wanted):
        agreed.setdefault(row["employee_no"], []).append(Terms(*list(row)[1:]))
    known = {row["employee_no"]: row for row in await connection.fetch(PEOPLE, wanted)}
    return [
        Person(**known[n], terms=tuple(agreed.get(n, ()))) if n in known else Person(n, terms=tuple(agreed.get(n, ())))
        for n in wanted
    ]


async def terms_history(session: AsyncSession, employee_no: str) -> Sequence[RowMapping]:
    """List every agreement with somebody, newest first. Raises TermsNotFound when there is none."""
    query = select(terms).where(terms.c.employee_no == employee_no).order_by(terms.c.version.desc())
    rows = (await session.execute(query)).mappings().all()
    if not rows:
        raise TermsNotFound()
    return rows
