"""What earlier periods made of what this one corrects: sales that are refunded, deductions that are revoked or decided.

Issued months answer from their stored lines. Of the others sales are judged again from their facts by the same code;
their deductions are corrected where they stand.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from payroll.domain.calculate import Books, Case, Originals, judge
from payroll.domain.clause import Clause, Rulebook
from payroll.domain.corrections import Effect, effects_of
from payroll.domain.decisions import Decision
from payroll.domain.facts import Fact, in_order
from payroll.domain.line import Entry, Evidence, Kind, Line
from payroll.domain.money import ZERO
from payroll.domain.period import Period
from payroll.domain.record import lines_of
from payroll.domain.reversal import Earned
from payroll.domain.statute import Statutory
from payroll.queries.facts import COLUMNS, fact_of, facts_of
from payroll.queries.issues import issued_lines
from payroll.queries.people import people

POINTED_AT = f"""
SELECT {COLUMNS} FROM facts WHERE sale = ANY($1::uuid[]) AND period <= $2
"""


EARLIER = """
SELECT p.employee_no, p.content FROM run_issues i JOIN run_payslips p USING (run_id)
WHERE i.period < $1 AND p.employee_no = $2 AND EXISTS (
    SELECT FROM run_deductions d WHERE d.run_id = i.run_id AND d.employee_no = p.employee_no
    AND (d.event_id = ANY($3::uuid[]) OR d.month = ANY($4::text[])))
ORDER BY i.period, i.sequence
"""


async def originals_of(
    session: AsyncSession,
    period: Period,
    facts: Sequence[Fact],
    decisions: Sequence[Decision],
    *,
    rulebook: Rulebook,
    statutory: Statutory,
) -> Originals:
    """Find what earlier periods made of what facts and decisions of `period` correct."""
    earned, days = await _earned(session, period, facts, rulebook, statutory)
    return Originals(earned, days, await _effects(session, period, facts, decisions, rulebook))


async def _effects(
    session: AsyncSession, period: Period, facts: Sequence[Fact], decisions: Sequence[Decision], rulebook: Rulebook
) -> dict[str, list[Effect]]:
    """Find what issued payslips took for events that are revoked or decided about now, by person."""
    corrected: dict[str, set[Evidence]] = {}
    for fact in facts:
        if fact.revokes is not None:
            corrected.setdefault(fact.employee_no, set()).add(fact.revokes)
    for decision in decisions:
        corrected.setdefault(decision.employee_no, set()).add(decision.evidence)
    found, connection = {}, await raw(session)
    for employee_no, evidence in corrected.items():
        events = [one for one in evidence if isinstance(one, UUID)]
        months = [one for one in evidence if isinstance(one, str)]
        rows = await connection.fetch(EARLIER, period.first, employee_no, events, months)
        found[employee_no] = effects_of([line for row in rows for line in lines_of(row["content"])], evidence, rulebook)
    return found


async def _earned(
    session: AsyncSession, period: Period, facts: Sequence[Fact], rulebook: Rulebook, statutory: Statutory
) -> tuple[dict[str, dict[UUID, tuple[Earned, ...]]], dict[UUID, date]]:
    """Find what the sales that `facts` point at earned before `period`, less what was given back, and their days."""
    pointing = {fact.sale for fact in facts if fact.sale is not None and fact.sale != fact.event_id}
    if not pointing:
        return {}, {}
    rows = await (await raw(session)).fetch(POINTED_AT, list(pointing), period.first)
    sold = [fact_of(row) for row in rows]
    days = {fact.event_id: fact.business_date for fact in sold if fact.event_id == fact.sale}
    earlier = [fact for fact in sold if fact.business_date < period.first]
    concerned = {fact.employee_no for fact in facts if fact.sale in pointing}
    earning = [f for f in earlier if f.employee_no in concerned and not f.gives_up and f.type != "refund.executed"]
    given_back = _given_back(earlier)
    found: dict[str, dict[UUID, list[Earned]]] = {}
    for month in sorted({Period.of(fact.business_date) for fact in earning}):
        here = {(f.employee_no, f.sale) for f in earning if f.business_date in month}
        books = Books(month, rulebook, statutory, Originals(days=days))
        for employee_no, clause, entry in await _earned_in(session, books, {person for person, _ in here}):
            if entry.sale is not None and (employee_no, entry.sale) in here:
                known = found.setdefault(employee_no, {}).setdefault(entry.sale, [])
                counted = any(earned.clause.id == clause.id for earned in known)
                back = ZERO if counted else given_back.get((employee_no, entry.sale), ZERO)
                known.append(Earned(clause, entry.amount, entry.exact, entry.result, back))
    frozen = {person: {sale: tuple(e) for sale, e in sales.items()} for person, sales in found.items()}
    return frozen, days


def _given_back(earlier: Sequence[Fact]) -> dict[tuple[str, UUID], Decimal]:
    totals: dict[tuple[str, UUID], Decimal] = {}
    for fact in earlier:
        if fact.sale is not None and (fact.gives_up or fact.type == "refund.executed"):
            key = (fact.employee_no, fact.sale)
            totals[key] = totals.get(key, ZERO) + fact.amount
    return totals


async def _earned_in(session: AsyncSession, books: Books, persons: set[str]) -> list[tuple[str, Clause, Entry]]:
    """List what some people earned in one earlier month, entry by entry."""
    issued = await issued_lines(session, books.period, persons)
    found = [
        (employee_no, clause, entry)
        for employee_no, sequences in issued.items()
        for line in _newest(sequences)
        if (clause := books.rulebook.clause(line.clause_id, line.version)) is not None
        for entry in line.entries
    ]
    if open_ones := persons - issued.keys():
        facts: dict[str, list[Fact]] = {}
        for fact in await facts_of(session, books.period, open_ones, books.rulebook.event_types()):
            facts.setdefault(fact.employee_no, []).append(fact)
        for person in await people(session, open_ones):
            judged = judge(books, Case(person, sorted(facts.get(person.employee_no, ()), key=in_order), {}))
            for assessment in judged.by_clause.values():
                found += [(person.employee_no, assessment.clause, entry) for entry in assessment.entries]
    return found


def _newest(sequences: Sequence[tuple[int, list[Line]]]) -> list[Line]:
    """Take each earning line as the last issue left it: a difference carries the entries as they became."""
    newest: dict[str, Line] = {}
    for _, lines in sequences:
        newest.update({line.key: line for line in lines if line.kind is Kind.EARNING})
    return list(newest.values())
