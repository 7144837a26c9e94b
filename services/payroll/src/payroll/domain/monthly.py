"""Judging a month as a whole: clauses over its measures, ranks within a department, and what they recommend."""

from collections.abc import Collection, Mapping
from decimal import Decimal
from uuid import UUID

from payroll.domain.assessment import Assessed, Detail, about, signed
from payroll.domain.clause import Clause, RulebookVersion
from payroll.domain.facts import Value
from payroll.domain.line import Entry, event_of
from payroll.domain.money import cents
from payroll.domain.month import CannotPrice, Scope
from payroll.domain.payslip import Recommendation
from payroll.domain.period import Period
from payroll.domain.ranking import Standing


def judge_month(
    assessed: Assessed,
    version: RulebookVersion | None,
    scope: Scope,
    period: Period,
    standings: Mapping[str, Standing],
) -> None:
    """Add what the clauses judged once a month want; `standings` are the person's places, by clause id."""
    for clause in version.monthly if version else ():
        fields: Mapping[str, Value] = {}
        if clause.rank is not None:
            if clause.id not in standings:
                continue
            fields = standings[clause.id].fields()
        scope.fields, scope.nth = fields, 1
        try:
            if clause.when is None or clause.when.evaluate(scope):
                _judged(assessed, clause, scope, period)
        except CannotPrice as problem:
            assessed.problems.append(about(clause, str(period), problem.reason))


def _judged(assessed: Assessed, clause: Clause, scope: Scope, period: Period) -> None:
    if clause.recommends is not None:
        assessed.recommended.append(
            Recommendation(
                clause_id=clause.id,
                version=clause.version,
                title=clause.title,
                source=clause.source,
                what=clause.recommends,
                about=str(period),
                day=period.last,
                event_id=None,
                window=str(period),
                steps=clause.when.explain(scope) if clause.when else (),
            )
        )
        return
    exact = signed(clause, scope)
    assessment, monthly = assessed.into(clause, scope), event_of(str(period))
    assessment.details[monthly] = Detail(clause.amount.explain(scope))
    assessment.entries.append(Entry(monthly, str(period), period.last, exact, exact, cents(exact), None))


def violations(assessed: Assessed, let_off: Collection[tuple[str, UUID]]) -> Decimal:
    """Count the distinct pairs of day and clause by which a person broke the rules this month.

    Neither what was revoked counts, nor what is in `let_off` (clause, event), nor time that was not worked.
    Source: A-004-1.32 as catalogue A C-21 reads it.
    """
    return Decimal(
        len(
            {
                (entry.day, clause.id)
                for assessment in assessed.by_clause.values()
                if (clause := assessment.clause).punishes
                for entry in assessment.entries
                if assessment.details[entry.event_id].back is None and (clause.id, entry.event_id) not in let_off
            }
        )
    )
