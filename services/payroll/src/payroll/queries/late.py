"""What changed of periods that are issued: calculated again for the people concerned, and held against all issued."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from payroll.domain.late import late_line
from payroll.domain.line import Line
from payroll.domain.payslip import differences
from payroll.domain.period import Period
from payroll.domain.ranking import Standing
from payroll.queries.calculated import Basis, calculated
from payroll.queries.closed import closed_just_before
from payroll.queries.issues import balances_run, issued_lines

LATE = """
SELECT DISTINCT period, employee_no FROM late_facts
WHERE period = ANY($1::date[]) AND employee_no = ANY($2::text[]) ORDER BY 1, 2
"""
PLACES = """
SELECT s.employee_no, s.clause_id, s.place, s.streak, s.metric
FROM run_standings s JOIN (SELECT run_id FROM run_issues WHERE period = $1 ORDER BY sequence DESC LIMIT 1) i
USING (run_id) WHERE s.employee_no = ANY($2::text[])
"""


async def late_differences(session: AsyncSession, basis: Basis, numbers: Collection[str]) -> dict[str, list[Line]]:
    """Find what came late of the closed periods right before `basis`, as lines of its payslips, by person."""
    closed = await closed_just_before(session, basis.period)
    rows = await (await raw(session)).fetch(LATE, [period.first for period in closed], list(numbers)) if closed else []
    concerned: dict[Period, list[str]] = {}
    for row in rows:
        concerned.setdefault(Period.of(row["period"]), []).append(row["employee_no"])
    found: dict[str, list[Line]] = {}
    for period, people in concerned.items():
        for employee_no, lines in (await changed_since(session, basis, period, people)).items():
            found.setdefault(employee_no, []).extend(late_line(period, line) for line in lines)
    return found


async def changed_since(
    session: AsyncSession, basis: Basis, period: Period, people: Collection[str]
) -> dict[str, list[Line]]:
    """Tell what differs now from all that was issued to some people for an issued period; nobody else is looked at.

    Their places in rankings are those of the issue: they rest on everybody else's months as well.
    """
    then = replace(
        basis,
        period=period,
        balances_run=await balances_run(session, period),
        standings=await _places(session, period, people),
    )
    now = {payslip.employee_no: payslip.lines for payslip in await calculated(session, then, people)}
    issued = await issued_lines(session, period, people)
    found = {}
    for employee_no in sorted(now.keys() | issued.keys()):
        before = [line for _, lines in issued.get(employee_no, ()) for line in lines]
        if changed := differences(before, now.get(employee_no, ())):
            found[employee_no] = changed
    return found


async def _places(
    session: AsyncSession, period: Period, people: Collection[str]
) -> Mapping[str, Mapping[str, Standing]]:
    found: dict[str, dict[str, Standing]] = {}
    for who, clause_id, *standing in await (await raw(session)).fetch(PLACES, period.first, list(people)):
        found.setdefault(who, {})[clause_id] = Standing(*standing)
    return found
