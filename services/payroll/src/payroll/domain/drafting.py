"""From what clauses want to payslip lines, before any limit."""

from payroll.domain.assessment import Assessment
from payroll.domain.clause import LegalClass
from payroll.domain.line import Kind, Line
from payroll.domain.money import ZERO
from payroll.domain.period import Period
from payroll.domain.reversal import Reversal
from payroll.domain.text import Text


def earning_line(assessment: Assessment, period: Period) -> Line:
    """Write everything a clause pays for the month as one line, however many facts it rests on."""
    clause, total = assessment.clause, sum((entry.result for entry in assessment.entries), ZERO)
    monthly = clause.event is None
    return Line(
        key=f"{clause.id}@{clause.version}",
        kind=Kind.EARNING,
        clause_id=clause.id,
        version=clause.version,
        title=clause.title,
        source=clause.source,
        pool=clause.pool,
        wanted=total,
        allowed=total,
        since=period.first,
        inputs=assessment.inputs,
        steps=next(iter(assessment.steps.values())) if monthly and assessment.steps else assessment.preamble,
        pattern=None if monthly else assessment.pattern,
        entries=tuple(assessment.entries),
    )


def deduction_lines(assessment: Assessment) -> list[Line]:
    """Write one line for each fact a clause takes money for: each is noticed, confirmed and appealed by itself."""
    clause = assessment.clause
    return [
        Line(
            key=f"{clause.id}@{clause.version}#{entry.event_id}",
            kind=Kind.DEDUCTION,
            clause_id=clause.id,
            version=clause.version,
            title=clause.title,
            source=clause.source,
            pool=clause.pool,
            wanted=entry.result,
            since=entry.day,
            legal_class=clause.legal_class,
            inputs=assessment.inputs,
            steps=assessment.steps[entry.event_id],
            entries=(entry,),
            noticed_on=assessment.noticed.get(entry.event_id),
        )
        for entry in assessment.entries
    ]


def reversal_line(reversal: Reversal, period: Period) -> Line:
    """Write what refunds and assignments take back under one clause as one line, in the pool it was earned in."""
    clause = reversal.clause
    title = Text(f"{clause.title.zh}（退款退回）", f"{clause.title.en} (taken back)")
    return Line(
        key=f"{clause.id}@{clause.version}~{period}",
        kind=Kind.REVERSAL,
        clause_id=clause.id,
        version=clause.version,
        title=title,
        source=clause.source,
        pool=clause.pool,
        wanted=sum((entry.result for entry in reversal.entries), ZERO),
        since=period.first,
        legal_class=LegalClass.BONUS_NOT_EARNED,
        entries=tuple(reversal.entries),
    )
