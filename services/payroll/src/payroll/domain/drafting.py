"""From what clauses want to payslip lines, before any limit of the law."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from payroll.domain.assessment import Assessment, Detail
from payroll.domain.clause import Clause, LegalClass
from payroll.domain.deciding import REVOKED, decided_line
from payroll.domain.decisions import Decision
from payroll.domain.line import Entry, Evidence, Kind, Limit, Line, State
from payroll.domain.money import ZERO
from payroll.domain.period import Period
from payroll.domain.reversal import Reversal
from payroll.domain.text import Text


def earning_line(assessment: Assessment, period: Period) -> Line:
    """Write everything a clause pays for the month as one line, however many facts it rests on."""
    clause, total = assessment.clause, sum((entry.result for entry in assessment.entries), ZERO)
    monthly, steps = not clause.events, [detail.steps for detail in assessment.details.values()]
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
        steps=steps[0] if monthly and steps else assessment.preamble,
        pattern=None if monthly else assessment.pattern,
        entries=tuple(assessment.entries),
    )


def deduction_lines(
    assessment: Assessment, period: Period, decided: Mapping[tuple[str, Evidence], Decision]
) -> list[Line]:
    """Write one line for each fact a clause takes money for: each is noticed, confirmed and appealed by itself.

    What was proposed and revoked before anybody decided about it has no line.
    """
    clause = assessment.clause
    lines = []
    for entry in assessment.entries:
        detail = assessment.details[entry.event_id]
        evidence: Evidence = entry.event_id if clause.events else str(period)
        decision = decided.get((clause.id, evidence))
        if detail.back is not None and clause.confirm and decision is None:
            continue  # proposed and revoked before anybody decided: its trace is kept with the deduction
        line = _deduction(assessment, entry, detail, evidence)
        lines.append(_proposed(line, clause, detail, decision))
    return lines


def _proposed(line: Line, clause: Clause, detail: Detail, decision: Decision | None) -> Line:
    """Put down what became of a proposal: revoked, needing nobody's decision, or decided."""
    if detail.back is not None:
        return replace(line, state=State.REVOKED, limits=(REVOKED,))
    if clause.confirm:
        return decided_line(line, decision)
    worth = detail.worth
    limits = () if worth is None or -line.wanted <= worth else (_worth(worth),)
    return replace(line, state=State.AUTOMATIC, limits=limits)


def _deduction(assessment: Assessment, entry: Entry, detail: Detail, evidence: Evidence) -> Line:
    clause, back = assessment.clause, detail.back
    return Line(
        key=f"{clause.id}@{clause.version}#{evidence}",
        kind=Kind.DEDUCTION,
        clause_id=clause.id,
        version=clause.version,
        title=clause.title,
        source=clause.source,
        pool=clause.pool,
        wanted=entry.result if back is None else ZERO,
        since=entry.day,
        legal_class=clause.legal_class,
        inputs=assessment.inputs,
        steps=detail.steps,
        entries=(entry,) if back is None else (entry, back),
        noticed_on=detail.noticed_on,
        decided_on=entry.day if detail.noticed_on is not None else None,
        event_id=entry.event_id if clause.events else None,
        window=None if clause.events else str(evidence),
    )


def _worth(worth: Decimal) -> Limit:
    return Limit(
        Text(f"不超过未工作时间的价值 {worth}", f"at most what that time is worth: {worth}"), worth, None, None
    )


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
