"""What a period's close rests on, as it lies in payroll's own database."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from payroll.domain.closing import PRODUCERS, Company, Consumed, Pending, Told, Total, pending_here, pending_of
from payroll.domain.period import Period
from payroll.queries.calculated import Basis
from payroll.queries.late import changed_since
from payroll.queries.rulebook import signed_rulebook
from payroll.queries.sealed import sealed_of

CONSUMED = """
SELECT p.producer, coalesce(w.position, 0) AS position, coalesce(w.epoch, 1) AS epoch,
       (SELECT count(*) FROM quarantine q WHERE q.producer = p.producer AND q.released_at IS NULL) AS quarantined,
       s.event_id, s.position AS sealed_at_position, s.chain, s.totals::text, s.counted::text, s.announced_at,
       s.own_chain, s.announced_chain, s.sealed_at, s.sealed_by
FROM unnest($1::text[]) AS p (producer)
LEFT JOIN watermarks w USING (producer) LEFT JOIN producer_seals s ON s.producer = p.producer AND s.period = $2
"""
# an event that concerns several people has a row for each: its measure is counted once, its money is the sum of shares
COUNTED = """
SELECT type, count(*) AS count, sum(value) AS sum FROM (
    SELECT f.type, f.event_id,
           coalesce(max((f.fields ->> m.measure)::numeric), sum(f.amount) FILTER (WHERE NOT f.gives_up)) AS value
    FROM facts f JOIN inbox i USING (event_id) JOIN unnest($2::text[], $3::text[]) AS m (type, measure) USING (type)
    WHERE f.period = $1 AND i.producer = $4 AND i.position <= $5
    GROUP BY f.type, f.event_id
) AS events GROUP BY type
"""
COMPANY = """
SELECT (SELECT count(*) FROM run_issues WHERE period = $1) AS issued,
       (SELECT count(DISTINCT employee_no) FROM stirred WHERE period = $1) AS waiting,
       (SELECT count(*) FROM assessment_states WHERE period = $1 AND state = 'proposed') AS undecided,
       (SELECT count(*) FROM appeals a JOIN assessments s ON s.id = a.assessment_id WHERE s.period = $1
        AND NOT EXISTS (SELECT FROM appeal_decisions d WHERE d.appeal_id = a.id)) AS appealed
"""
# the people about whom something was recorded that the newest issued run did not see
UNSEEN = """
WITH run AS (
    SELECT r.evidence -> 'consumed' AS seen, r.prepared_at FROM run_issues i JOIN runs r ON r.id = i.run_id
    WHERE i.period = $1 ORDER BY i.sequence DESC LIMIT 1
)
SELECT DISTINCT f.employee_no FROM facts f JOIN inbox i USING (event_id) CROSS JOIN run
WHERE (f.period = $1 OR f.revokes_period = $1) AND f.employee_no <> ''
AND i.position > coalesce((run.seen ->> i.producer)::bigint, 0)
UNION SELECT g.employee_no FROM figures g CROSS JOIN run WHERE g.period = $1 AND g.entered_at > run.prepared_at
UNION SELECT c.employee_no FROM loss_cases c CROSS JOIN run WHERE c.period = $1 AND c.decided_at > run.prepared_at
ORDER BY 1
"""
RUNS = """
SELECT r.id, r.number, i.sequence, r.people, r.net, r.prepared_by, a.approved_by, i.issued_by, i.issued_at,
       (r.evidence -> 'rulebook')::text AS rulebook
FROM run_issues i JOIN runs r ON r.id = i.run_id JOIN run_approvals a ON a.run_id = r.id
WHERE i.period = $1 ORDER BY i.sequence
"""
PAID = """
SELECT count(DISTINCT p.employee_no) AS people, coalesce(sum(p.net), 0) AS net
FROM run_issues i JOIN run_payslips p USING (run_id) WHERE i.period = $1
"""
DECIDED = "SELECT state, count(*) AS count FROM assessment_states WHERE period = $1 GROUP BY 1 ORDER BY 1"


class Evidence(NamedTuple):
    """What each producer told itself and what payroll has of it, and what stands in the way of closing."""

    told: Mapping[str, Told]
    consumed: Mapping[str, Consumed]
    pending: Sequence[Pending]


async def evidence_of(session: AsyncSession, period: Period, told: Mapping[str, Told], timezone: ZoneInfo) -> Evidence:
    """Compare what producers told with what payroll consumed, and look for what lies open."""
    consumed = await _consumed(session, period)
    answered = {producer: told.get(producer, Told(answered=False)) for producer in PRODUCERS}
    pending = [one for p in PRODUCERS for one in pending_of(p, answered[p], consumed[p])]
    pending += pending_here(await _company(session, period, timezone))
    return Evidence(answered, consumed, pending)


async def _consumed(session: AsyncSession, period: Period) -> dict[str, Consumed]:
    connection, found = await raw(session), {}
    for row in await connection.fetch(CONSUMED, list(PRODUCERS), period.first):
        consumed = Consumed(row["position"], row["epoch"], row["quarantined"])
        if row["event_id"] is not None:
            said = sealed_of(row)
            counted = dict.fromkeys(said.counted, Total(0, None))
            measures = [said.measures.get(type) for type in said.counted]
            asked = (period.first, list(said.counted), measures, row["producer"], said.seal.position)
            for type, count, sum_of in await connection.fetch(COUNTED, *asked):
                counted[type] = Total(count, sum_of if said.measures.get(type) else None)
            consumed = consumed._replace(
                seal=said.seal, announced_at=row["announced_at"], own_chain=row["own_chain"], counted=counted
            )
        found[row["producer"]] = consumed
    return found


async def _company(session: AsyncSession, period: Period, timezone: ZoneInfo) -> Company:
    connection = await raw(session)
    row = await connection.fetchrow(COMPANY, period.first)
    assert row is not None
    changed = 0
    if unseen := [r["employee_no"] for r in await connection.fetch(UNSEEN, period.first)]:
        basis = Basis(period, await signed_rulebook(session), None, timezone)
        changed = len(await changed_since(session, basis, period, unseen))
    return Company(changed=changed, **dict(row))


async def paid_in(session: AsyncSession, period: Period) -> dict[str, Any]:
    """Describe what was issued for a period: its runs and who decided them, people, net, deductions by state."""
    connection = await raw(session)
    paid = await connection.fetchrow(PAID, period.first)
    assert paid is not None
    return {
        "runs": [dict(row) for row in await connection.fetch(RUNS, period.first)],
        "people": paid["people"],
        "net": paid["net"],
        "deductions": {row["state"]: row["count"] for row in await connection.fetch(DECIDED, period.first)},
    }
