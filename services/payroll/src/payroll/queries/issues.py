"""What is issued: which runs, their payslips, and what they carried to later months."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from payroll.domain.late import late_key, lines_late_of, own_lines
from payroll.domain.line import Balance, Line
from payroll.domain.period import Period
from payroll.domain.record import lines_of, read_balance
from payroll.models import balances, run_issues, run_payslips

# its own issues and, once it is closed, those of later periods that brought its late differences
LINES = """
SELECT p.employee_no, i.period, i.sequence, p.content FROM run_issues i JOIN run_payslips p USING (run_id)
WHERE p.employee_no = ANY($2::text[]) AND (i.period = $1 OR i.period > $1 AND EXISTS (
    SELECT FROM late_facts l WHERE l.period = $1 AND l.employee_no = p.employee_no))
ORDER BY i.period, i.sequence
"""

CHARGED = """
SELECT d.employee_no, d.event_id FROM run_issues i JOIN run_deductions d USING (run_id)
WHERE (i.period = $1 OR i.period > $1 AND d.key ^@ $3) AND d.employee_no = ANY($2::text[]) AND d.event_id IS NOT NULL
GROUP BY 1, 2 HAVING sum(d.allowed) <> 0 OR sum(d.carried) <> 0
"""
VIOLATIONS = """
SELECT employee_no, count(*) FROM (
    SELECT d.employee_no FROM run_issues i JOIN run_deductions d USING (run_id)
    WHERE i.period >= $1 AND i.period < $2 AND d.employee_no = ANY($3::text[]) AND d.punishes
    GROUP BY d.employee_no, d.day, d.clause_id HAVING sum(d.allowed) < 0
) AS broken GROUP BY 1
"""


async def newest_issue(session: AsyncSession, period: Period) -> RowMapping | None:
    """Find the issue that was made last of those a period rests on: its own and earlier ones."""
    query = (
        select(run_issues)
        .where(run_issues.c.period <= period.first)
        .order_by(run_issues.c.issued_at.desc(), run_issues.c.run_id.desc())
        .limit(1)
    )
    return (await session.execute(query)).mappings().one_or_none()


async def paid_until(session: AsyncSession, employee_no: str) -> Period | None:
    """Find the latest issued period in which somebody was paid."""
    query = (
        select(run_issues.c.period)
        .join(run_payslips, run_payslips.c.run_id == run_issues.c.run_id)
        .where(run_payslips.c.employee_no == employee_no)
        .order_by(run_issues.c.period.desc())
        .limit(1)
    )
    day = (await session.execute(query)).scalar_one_or_none()
    return Period.of(day) if day is not None else None


async def paid_after(session: AsyncSession, run_id: UUID, period: Period) -> Period | None:
    """Find the latest issued period after a run's own in which any of its people was paid."""
    own = run_payslips.alias("own")
    query = (
        select(run_issues.c.period)
        .join(run_payslips, run_payslips.c.run_id == run_issues.c.run_id)
        .join(own, (own.c.employee_no == run_payslips.c.employee_no) & (own.c.run_id == run_id))
        .where(run_issues.c.period > period.first)
        .order_by(run_issues.c.period.desc())
        .limit(1)
    )
    day = (await session.execute(query)).scalar_one_or_none()
    return Period.of(day) if day is not None else None


async def issued_between(session: AsyncSession, first: date, before: date | None) -> Period | None:
    """Find the latest issued period with a day from `first` on and, if given, before another day."""
    query = select(run_issues.c.period).where(run_issues.c.period >= first.replace(day=1))
    if before is not None:
        query = query.where(run_issues.c.period < before)
    day = (await session.execute(query.order_by(run_issues.c.period.desc()).limit(1))).scalar_one_or_none()
    return Period.of(day) if day is not None else None


async def issued_sequences(session: AsyncSession, period: Period) -> int:
    """Count how often a period was issued: 0 not yet, 1 its pay, more with differences."""
    query = select(run_issues.c.sequence).where(run_issues.c.period == period.first)
    return max((await session.execute(query)).scalars(), default=0)


async def issued_lines(
    session: AsyncSession, period: Period, people: Collection[str]
) -> dict[str, list[tuple[int, list[Line]]]]:
    """Load what was issued to some people for a period, also as late differences: (sequence, lines) in order."""
    found: dict[str, list[tuple[int, list[Line]]]] = {}
    for employee_no, month, sequence, content in await (await raw(session)).fetch(LINES, period.first, list(people)):
        lines = own_lines(lines_of(content)) if month == period.first else lines_late_of(period, lines_of(content))
        if lines or month == period.first:
            found.setdefault(employee_no, []).append((sequence, lines))
    return found


async def charged_events(session: AsyncSession, period: Period, people: Collection[str]) -> set[tuple[str, UUID]]:
    """Tell which events took money of some people in the issued payslips of a period: (person, event)."""
    rows = await (await raw(session)).fetch(CHARGED, period.first, list(people), late_key(period, ""))
    return {(row["employee_no"], row["event_id"]) for row in rows}


async def violations_before(session: AsyncSession, period: Period, people: Collection[str]) -> dict[str, int]:
    """Count for what issued payslips of the year's earlier months took money: pairs of day and clause, by person.

    Source: A-004-1.32 as catalogue A C-21 reads it.
    """
    rows = await (await raw(session)).fetch(VIOLATIONS, date(period.year, 1, 1), period.first, list(people))
    return {row["employee_no"]: row["count"] for row in rows}


async def balances_run(session: AsyncSession, period: Period) -> UUID | None:
    """Find the run whose carried amounts come into a period: the pay of the newest issued one before it."""
    query = (
        select(run_issues.c.run_id)
        .where(run_issues.c.period < period.first, run_issues.c.sequence == 1)
        .order_by(run_issues.c.period.desc())
        .limit(1)
    )
    return (await session.execute(query)).scalar_one_or_none()


async def balances_of(session: AsyncSession, run_id: UUID | None, people: Collection[str]) -> list[Balance]:
    """Load what some people still owe after a run."""
    if run_id is None:
        return []
    query = select(balances.c.content).where(balances.c.run_id == run_id, balances.c.employee_no.in_(list(people)))
    return [read_balance(content) for content in (await session.execute(query)).scalars()]


async def carried_by(session: AsyncSession, run_id: UUID) -> Sequence[tuple[str, list[dict[str, Any]]]]:
    """Read what each payslip of a run carries, for the ledger of balances."""
    query = select(run_payslips.c.employee_no, run_payslips.c.content["balances"]).where(
        run_payslips.c.run_id == run_id
    )
    return [(employee_no, carried) for employee_no, carried in (await session.execute(query)).all() if carried]
