"""The rank pass: what everybody's month measures, added up by the database, and how long they have been first."""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from payroll.domain.clause import Rulebook
from payroll.domain.month import Measure
from payroll.domain.period import Period
from payroll.domain.ranking import Standing, needed, standings
from payroll.queries.people import people

# as payroll.domain.month adds up: a sale that was passed on counts against who gave it up, refunds of sales from before
# the records began count for nobody, and what was revoked not at all
SUMS = """
SELECT employee_no, type, count(*) FILTER (WHERE NOT gives_up) AS occurrences,
       sum(CASE WHEN gives_up THEN -value ELSE value END) FILTER (WHERE sale IS NOT NULL OR NOT historical) AS total
FROM (SELECT *, CASE WHEN $4 = 'amount' THEN amount ELSE (fields ->> $4)::numeric END AS value FROM facts) f
WHERE period = $1 AND employee_no = ANY($2::text[]) AND type = ANY($3::text[]) AND NOT EXISTS (
    SELECT FROM facts r WHERE r.revokes_period = f.period AND r.revokes = f.event_id AND r.employee_no = f.employee_no)
GROUP BY 1, 2
"""
ISSUED = "SELECT run_id FROM run_issues WHERE period = $1 ORDER BY sequence DESC LIMIT 1"
# asked by the order of the index: for an EXISTS of one month the planner may read every other month through
NEXT = "SELECT min(period) FROM facts WHERE period >= $1"
STREAKS = "SELECT employee_no, clause_id, streak FROM run_standings WHERE run_id = $1 AND streak > 0"
LONGEST = 12
"""Months that a streak is followed back through months that are not issued."""


async def standings_of(
    session: AsyncSession, period: Period, rulebook: Rulebook, numbers: Collection[str], depth: int = LONGEST
) -> dict[str, dict[str, Standing]]:
    """Rank some people, whole departments of them, under the clauses that rank; nothing where none does."""
    measures = needed(rulebook)
    if not measures:
        return {}
    return standings(
        period,
        rulebook,
        people=await people(session, numbers),
        sums=await _sums(session, period, numbers, sorted(measures, key=str)),
        before=await _streaks(session, period.previous, rulebook, numbers, depth),
    )


async def _streaks(
    session: AsyncSession, period: Period, rulebook: Rulebook, numbers: Collection[str], depth: int
) -> dict[tuple[str, str], int]:
    """Tell for how many months people have been first at the end of a period; issued months have it written down."""
    connection = await raw(session)
    run_id = await connection.fetchval(ISSUED, period.first)
    if run_id is not None:
        return {(row[0], row[1]): row[2] for row in await connection.fetch(STREAKS, run_id)}
    if not depth or await connection.fetchval(NEXT, period.first) != period.first:
        return {}
    ranked = await standings_of(session, period, rulebook, numbers, depth - 1)
    return {
        (who, clause_id): standing.streak
        for who, places in ranked.items()
        for clause_id, standing in places.items()
        if standing.streak
    }


async def _sums(
    session: AsyncSession, period: Period, numbers: Collection[str], measures: Sequence[Measure]
) -> Mapping[str, Mapping[Measure, Decimal]]:
    connection = await raw(session)
    found: dict[str, dict[Measure, Decimal]] = {}
    for name in {name for _, name in measures}:
        types = [type for type, field in measures if field == name]
        rows = await connection.fetch(SUMS, period.first, list(numbers), types, name or "amount")
        for employee_no, type, occurrences, total in rows:
            value = Decimal(occurrences) if name is None else (total or Decimal(0))
            found.setdefault(employee_no, {})[type, name] = value
    return found
