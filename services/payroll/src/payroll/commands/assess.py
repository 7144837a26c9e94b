"""Looking again at the deductions of people whose facts changed: what is proposed, what no longer holds.

Every step is a transaction of its own that takes its work out of `stirred`; one that is killed leaves it there.
Facts are committed together with their rows in `stirred`, so whoever takes those rows sees the facts.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from chassis.door import Door, door_of, new_id
from chassis.outbox import announce
from payroll.commands.notify import Notice, as_json, notify
from payroll.commands.stir import stir
from payroll.domain.clause import Rulebook
from payroll.domain.notices import CHANGED, Told, assessed_text, given_back_reason, revoked_text, withdrawn_reason
from payroll.domain.period import Period
from payroll.domain.proposal import Proposal, proposals
from payroll.domain.ranking import needed
from payroll.domain.text import Text
from payroll.outgoing import deduction_assessed, deduction_revoked
from payroll.queries.assessing import Revocation, Standing, matters, revocations_of, standing_assessments
from payroll.queries.calculated import Basis, calculated
from payroll.queries.issues import balances_run, issued_sequences
from payroll.queries.people import people_to_pay
from payroll.queries.ranks import standings_of
from payroll.queries.rulebook import signed_rulebook

# people looked at in one transaction
CHUNK = 100
ALONE = "SELECT pg_try_advisory_xact_lock(hashtextextended('payroll.assess', 0))"
TAKE = """
WITH oldest AS (SELECT period FROM stirred ORDER BY id LIMIT 1),
     waiting AS (SELECT period, employee_no FROM stirred ORDER BY id LIMIT 20 * $1),
     who AS (SELECT DISTINCT employee_no FROM waiting JOIN oldest USING (period) LIMIT $1)
DELETE FROM stirred s USING oldest, who
WHERE s.period = oldest.period AND s.employee_no = who.employee_no RETURNING s.period, s.employee_no, s.type
"""
END_MONTH = "INSERT INTO month_ends (period, assessed_at) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING period"
ASSESSMENTS = (
    "id", "period", "employee_no", "clause_id", "version", "evidence", "event_id", "amount", "automatic", "about",
    "day", "title", "explanation", "assessed_at",
)  # fmt: skip
STATES = ("assessment_id", "period", "employee_no", "clause_id", "evidence", "state")
REVOKE = "UPDATE assessment_states SET state = 'revoked' WHERE assessment_id = ANY($1::uuid[])"
REVOCATIONS = ("assessment_id", "because_of", "reason", "revoked_at")


class Looked(NamedTuple):
    """What one look brought: people looked at, proposals made, proposals revoked."""

    people: int
    proposed: int
    revoked: int


async def end_month(session: AsyncSession) -> bool:
    """Once a month is over, have everybody's clauses of that month looked at; tells whether one had just ended."""
    door, connection = door_of(session), await raw(session)
    ended = Period.of(door.business_date(door.now)).previous
    if await connection.fetchval(END_MONTH, ended.first, door.now) is None:
        return False
    await stir(session, ended, await people_to_pay(session, ended, await balances_run(session, ended)))
    return True


async def assess_stirred(session: AsyncSession) -> Looked | None:
    """Look at the people who wait longest; None when nobody waits or another process is looking."""
    connection = await raw(session)
    if not await connection.fetchval(ALONE):
        return None
    taken = await connection.fetch(TAKE, CHUNK)
    if not taken:
        return None
    rulebook = await signed_rulebook(session)
    types = {row["type"] for row in taken}
    deciding = {type for type in types if matters(rulebook, type)}
    numbers = sorted({row["employee_no"] for row in taken if row["type"] in deciding})
    if not numbers:
        return Looked(0, 0, 0)
    return await _look(session, Period.of(taken[0]["period"]), numbers, rulebook)


async def _look(session: AsyncSession, period: Period, numbers: Sequence[str], rulebook: Rulebook) -> Looked:
    door, carried_from = door_of(session), await balances_run(session, period)
    over = door.business_date(door.now) > period.last
    everybody = await people_to_pay(session, period, carried_from) if over and needed(rulebook) else []
    ranked = await standings_of(session, period, rulebook, everybody)
    basis = Basis(period, rulebook, carried_from, door.timezone, ranked)
    payslips = await calculated(session, basis, numbers)
    revocations = await revocations_of(session, period, numbers)
    wanted = {p.key: p for payslip in payslips for p in proposals(payslip, over=over)}
    # what was charged in a paid month and revoked since is given back in a later one; here it is proposed no more
    wanted = {key: p for key, p in wanted.items() if (key.employee_no, key.evidence) not in revocations}
    standing = await standing_assessments(session, period, numbers)
    gone = [s for key, s in standing.items() if key not in wanted or wanted[key].amount != s.amount]
    new = [p for key, p in wanted.items() if key not in standing or standing[key].amount != p.amount]
    await _revoke(session, period, gone, revocations)
    await _propose(session, period, new)
    return Looked(len(numbers), len(new), len(gone))


async def _propose(session: AsyncSession, period: Period, new: Sequence[Proposal]) -> None:
    if not new:
        return
    door, connection, rows = door_of(session), await raw(session), [(new_id(), proposal) for proposal in new]
    records = [_assessment(id, period, proposal, door) for id, proposal in rows]
    await connection.copy_records_to_table("assessments", records=records, columns=ASSESSMENTS)
    states = [(id, period.first, *p.key, "automatic" if p.automatic else "proposed") for id, p in rows]
    await connection.copy_records_to_table("assessment_states", records=states, columns=STATES)
    await notify(session, [Notice(p.key.employee_no, Told.ASSESSED, id, assessed_text(p)) for id, p in rows])
    for proposal in new:
        announce(session, deduction_assessed(proposal.key, period, proposal.amount, proposal.event_id, door.now))


def _assessment(id: UUID, period: Period, proposal: Proposal, door: Door) -> tuple[object, ...]:
    employee_no, clause_id, evidence = proposal.key
    return (
        id, period.first, employee_no, clause_id, proposal.version, evidence, proposal.event_id, proposal.amount,
        proposal.automatic, proposal.about, proposal.day, as_json(proposal.title), as_json(proposal.explanation),
        door.now,
    )  # fmt: skip


async def _revoke(
    session: AsyncSession,
    period: Period,
    gone: Iterable[Standing],
    revocations: Mapping[tuple[str, str], Revocation],
) -> None:
    ended = [(s, revocations.get((s.key.employee_no, s.key.evidence))) for s in gone]
    if not ended:
        return
    door, connection = door_of(session), await raw(session)
    paid = bool(await issued_sequences(session, period))
    await connection.execute(REVOKE, [standing.id for standing, _ in ended])
    told, records = [], []
    for standing, cause in ended:
        reason = _reason(cause, period, paid)
        records.append((standing.id, cause.event_id if cause else None, as_json(reason), door.now))
        text = revoked_text(standing.title, standing.about, standing.amount, reason)
        told.append(Notice(standing.key.employee_no, Told.REVOKED, standing.id, text))
        announce(
            session,
            deduction_revoked(standing.key, period, standing.amount, standing.event_id, reason=reason.en, now=door.now),
        )
    await connection.copy_records_to_table("assessment_revocations", records=records, columns=REVOCATIONS)
    await notify(session, told)


def _reason(cause: Revocation | None, period: Period, paid: bool) -> Text:
    if cause is None:
        return CHANGED
    if paid and cause.period > period.first:
        return given_back_reason(cause.type, cause.business_date, str(Period.of(cause.period)))
    return withdrawn_reason(cause.type, cause.business_date)
