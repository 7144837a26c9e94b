"""What people decided about deductions, as the calculation of a period reads it."""

from collections.abc import Collection
from datetime import datetime
from zoneinfo import ZoneInfo

import asyncpg
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from payroll.domain.decisions import Decision
from payroll.domain.period import Period

# The newest assessment of an event under a clause is the one that decisions count for: when the amount changes, it is
# assessed and decided anew. A period is calculated with what was decided about its own assessments before it was first
# issued, and with what was decided during it about those of issued periods: once pay is issued, a decision works in
# the month in which it is made.
DECISIONS = """
SELECT DISTINCT ON (a.id) a.id, a.employee_no, a.clause_id, a.event_id, a.evidence, a.assessed_at,
       d.outcome, d.amount, d.decided_by, d.decided_at, d.reason, d.appeal_id
FROM assessments a JOIN decisions d ON d.assessment_id = a.id
LEFT JOIN run_issues i ON i.period = a.period AND i.sequence = 1
WHERE a.employee_no = ANY($2::text[])
AND CASE WHEN a.period = $1 THEN d.decided_at < $4 OR i.issued_at IS NULL OR d.decided_at < i.issued_at
         ELSE a.period < $1 AND d.decided_at >= i.issued_at AND d.decided_at >= $3 AND d.decided_at < $4 END
AND NOT EXISTS (SELECT FROM assessments b WHERE b.employee_no = a.employee_no AND b.clause_id = a.clause_id
                AND b.evidence = a.evidence AND b.id > a.id)
ORDER BY a.id, d.id DESC
"""


async def decisions_of(
    session: AsyncSession, period: Period, people: Collection[str], timezone: ZoneInfo
) -> list[Decision]:
    """Load the decisions about some people that a period is calculated with."""
    first, after = (datetime(p.year, p.month, 1, tzinfo=timezone) for p in (period, period.next))
    rows = await (await raw(session)).fetch(DECISIONS, period.first, list(people), first, after)
    return [_decision(row, timezone) for row in rows]


def _decision(row: asyncpg.Record, timezone: ZoneInfo) -> Decision:
    return Decision(
        employee_no=row["employee_no"],
        clause_id=row["clause_id"],
        event_id=row["event_id"],
        window=None if row["event_id"] else row["evidence"],
        outcome=row["outcome"],
        amount=row["amount"],
        decided_by=row["decided_by"],
        decided_at=row["decided_at"].astimezone(timezone),
        reason=row["reason"],
        appeal_id=row["appeal_id"],
        noticed_on=row["assessed_at"].astimezone(timezone).date(),
    )
