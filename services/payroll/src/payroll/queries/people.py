"""Who is paid: directory entries and dated terms."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import RowMapping, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from chassis.scope import Scope, about_people
from payroll.domain.errors import TermsNotFound
from payroll.domain.period import Period
from payroll.domain.terms import Person, Terms
from payroll.models import directory, terms
from payroll.queries.closed import closed_just_before
from payroll.queries.issues import violations_before

PEOPLE = """
SELECT employee_no, name, department, hire_date, leave_date, work_place
FROM directory WHERE employee_no = ANY($1::text[])
"""
TERMS = """
SELECT employee_no, valid_from, version, base_salary, scheme, work_place, performance_bonus, attendance_bonus
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
UNION SELECT employee_no FROM late_facts WHERE period = ANY(:late)
ORDER BY 1
"""


async def people_to_pay(session: AsyncSession, period: Period, balances_of: Any) -> list[str]:
    """List everybody who may have a payslip in a period: employed, with facts or cases, paid before, owing, or late."""
    values: dict[str, Any] = {"first": period.first, "last": period.last, "balances_of": balances_of}
    values["late"] = [late.first for late in await closed_just_before(session, period)]
    return list((await session.execute(text(TO_PAY), values)).scalars())


async def people(session: AsyncSession, numbers: Collection[str], period: Period | None = None) -> list[Person]:
    """Load what is known of some people; somebody of whom nothing is known comes with the number alone.

    With a period, also what earlier months of its year found against them.
    """
    connection, wanted = await raw(session), list(numbers)
    broken = await violations_before(session, period, wanted) if period is not None else {}
    agreed: dict[str, list[Terms]] = {}
    for row in await connection.fetch(TERMS, wanted):
        agreed.setdefault(row["employee_no"], []).append(Terms(*list(row)[1:]))
    known: dict[str, dict[str, Any]] = {row["employee_no"]: dict(row) for row in await connection.fetch(PEOPLE, wanted)}
    return [
        Person(**known.get(n, {"employee_no": n}), terms=tuple(agreed.get(n, ())), violations_before=broken.get(n, 0))
        for n in wanted
    ]


async def name_of(session: AsyncSession, employee_no: str) -> str | None:
    """Tell somebody's name; None when the directory knows none."""
    query = select(directory.c.name).where(directory.c.employee_no == employee_no)
    return (await session.execute(query)).scalar_one_or_none()


async def colleagues(session: AsyncSession, employee_no: str) -> list[str]:
    """List everybody in somebody's department, themselves too."""
    query = (
        "SELECT employee_no FROM directory WHERE department = (SELECT department FROM directory WHERE employee_no = $1)"
    )
    return [row[0] for row in await (await raw(session)).fetch(query, employee_no)] or [employee_no]


async def terms_history(session: AsyncSession, scope: Scope, employee_no: str) -> Sequence[RowMapping]:
    """List every agreement with somebody, newest first. Raises TermsNotFound when there is none in the scope."""
    covered = about_people(scope, terms.c.employee_no, directory)
    query = select(terms).where(terms.c.employee_no == employee_no, covered).order_by(terms.c.version.desc())
    rows = (await session.execute(query)).mappings().all()
    if not rows:
        raise TermsNotFound()
    return rows
