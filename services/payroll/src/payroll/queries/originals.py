"""What sales of earlier periods earned, for refunds and assignments of this one.

Issued months answer from their stored lines, the others are judged again from their facts by the same code.
"""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from payroll.domain.calculate import Books, Originals, judge
from payroll.domain.clause import Clause, Rulebook
from payroll.domain.facts import Fact, in_order
from payroll.domain.line import Entry, Kind, Line
from payroll.domain.money import ZERO
from payroll.domain.period import Period
from payroll.domain.reversal import Earned
from payroll.domain.statute import Statutory
from payroll.queries.facts import fact_of, facts_of
from payroll.queries.issues import issued_lines
from payroll.queries.people import people

POINTED_AT = """
SELECT event_id, type, employee_no, business_date, occurred_at, about, shop, amount, sale, gives_up, historical
FROM facts WHERE sale = ANY($1::uuid[]) AND period <= $2
"""


async def originals_of(
    session: AsyncSession, period: Period, facts: Sequence[Fact], rulebook: Rulebook, statutory: Statutory
) -> Originals:
    """Find what the sales that `facts` point at earned before `period`, and what was given back of them there."""
    pointing = {fact.sale for fact in facts if fact.sale is not None and fact.sale != fact.event_id}
    if not pointing:
        return Originals()
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
    return Originals(frozen, days)


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
            judged = judge(books, person, sorted(facts.get(person.employee_no, ()), key=in_order))
            for assessment in judged.by_clause.values():
                found += [(person.employee_no, assessment.clause, entry) for entry in assessment.entries]
    return found


def _newest(sequences: Sequence[tuple[int, list[Line]]]) -> list[Line]:
    """Take each earning line as the last issue left it: a difference carries the entries as they became."""
    newest: dict[str, Line] = {}
    for _, lines in sequences:
        newest.update({line.key: line for line in lines if line.kind is Kind.EARNING})
    return list(newest.values())
