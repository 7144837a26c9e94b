"""What today's revocations and decisions change of what earlier months took or paid: given back now, to the cent."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from payroll.domain.clause import Clause, Rulebook
from payroll.domain.deciding import decided_line, due_of, reason_of
from payroll.domain.decisions import Decision
from payroll.domain.facts import Fact
from payroll.domain.line import Balance, Entry, Evidence, Kind, Limit, Line, State, carried_line, event_of
from payroll.domain.money import ZERO
from payroll.domain.period import Period
from payroll.domain.text import Text


class Effect(NamedTuple):
    """What lines of earlier months made of one event (or window) under one clause.

    `wanted` and `taken` are signed as in the lines; what was given back since is in `taken`. `proposed`: nobody had
    confirmed it when the month was paid.
    """

    clause: Clause
    evidence: Evidence
    about: str
    day: date
    wanted: Decimal
    taken: Decimal
    proposed: bool


@dataclass(slots=True)
class Corrections:
    """Lines of this month that correct earlier ones: what is given back, and what is taken after all."""

    given_back: list[Line] = field(default_factory=list)
    charges: list[Line] = field(default_factory=list)


def effects_of(lines: Iterable[Line], evidence: Collection[Evidence], rulebook: Rulebook) -> list[Effect]:
    """Read what one person's earlier lines, oldest first, made of some events and windows.

    `lines` are those of issued payslips and their differences, or of months that are calculated but not issued.
    """
    found: dict[tuple[str, Evidence], Effect] = {}
    for line in lines:
        about = line.event_id or line.window
        clause = rulebook.clause(line.clause_id, line.version)
        if about is None or about not in evidence or clause is None:
            continue
        known = found.get((clause.id, about))
        if known is not None:
            proposed = known.proposed and line.state is State.PROPOSED
            found[clause.id, about] = known._replace(taken=known.taken + line.allowed, proposed=proposed)
        else:
            name = line.entries[0].about if line.entries else str(about)
            proposed = line.state is State.PROPOSED
            found[clause.id, about] = Effect(clause, about, name, line.since, line.wanted, line.allowed, proposed)
    return list(found.values())


def correct(
    period: Period,
    effects: Iterable[Effect],
    revoked: Mapping[UUID, Fact],
    decided: Mapping[tuple[str, Evidence], Decision],
) -> Corrections:
    """Work out what changes now: (clause id, evidence) finds a decision, the revoked event its revocation."""
    corrections = Corrections()
    for effect in sorted(effects, key=lambda e: (e.clause.id, str(e.evidence))):
        revocation = revoked.get(effect.evidence) if isinstance(effect.evidence, UUID) else None
        decision = decided.get((effect.clause.id, effect.evidence))
        due = due_of(effect.wanted, revocation, decision)
        if due is None:
            continue
        if effect.proposed:
            if due and decision is not None:
                corrections.charges.append(_late(period, effect, decision))
        elif due > effect.taken:
            corrections.given_back.append(_given_back(period, effect, due - effect.taken, revocation, decision))
    return corrections


def carried_on(
    balance: Balance,
    period: Period,
    effect: Effect | None,
    revoked: Mapping[UUID, Fact],
    decided: Mapping[tuple[str, Evidence], Decision],
) -> Line:
    """Ask for a balance again, or only for what is still due of it after a revocation or decision."""
    line = carried_line(balance, str(period))
    evidence = balance.event_id or balance.window
    if effect is None or evidence is None:
        return line
    revocation = revoked.get(balance.event_id) if balance.event_id else None
    decision = decided.get((balance.clause_id, evidence))
    due = due_of(effect.wanted, revocation, decision)
    left = balance.outstanding if due is None else max(ZERO, effect.taken - due)
    if left >= balance.outstanding:
        return line
    state = State.REVOKED if revocation is not None else State.WAIVED if not due else State.REDUCED
    return replace(line, state=state, limits=(Limit(reason_of(revocation, decision), left, None, None),))


def _given_back(
    period: Period, effect: Effect, amount: Decimal, revocation: Fact | None, decision: Decision | None
) -> Line:
    clause, reason = effect.clause, reason_of(revocation, decision)
    cause = revocation.event_id if revocation else decision.appeal_id if decision else None
    text = Text(f"{reason.zh}，退还 {{result}}", f"{reason.en}; given back {{result}}")
    day = revocation.business_date if revocation else decision.decided_at.date() if decision else period.last
    event = event_of(effect.evidence)
    entry = Entry(cause or event, effect.about, day, amount, amount, amount, event, text)
    title = Text(f"{clause.title.zh}（退还）", f"{clause.title.en} (given back)")
    return replace(_line(period, effect, Kind.GIVEN_BACK, amount), title=title, allowed=amount, entries=(entry,))


def _late(period: Period, effect: Effect, decision: Decision) -> Line:
    """Take what was only proposed when its month was paid, now that it is confirmed."""
    entry = Entry(
        event_of(effect.evidence), effect.about, effect.day, effect.wanted, effect.wanted, effect.wanted, None
    )
    line = replace(_line(period, effect, Kind.DEDUCTION, effect.wanted), entries=(entry,), since=effect.day)
    return decided_line(line, decision)


def _line(period: Period, effect: Effect, kind: Kind, wanted: Decimal) -> Line:
    clause, event = effect.clause, effect.evidence
    return Line(
        key=f"{clause.id}@{clause.version}#{event}>{period}",
        kind=kind,
        clause_id=clause.id,
        version=clause.version,
        title=clause.title,
        source=clause.source,
        pool=clause.pool,
        wanted=wanted,
        since=period.first,
        legal_class=clause.legal_class,
        event_id=event if isinstance(event, UUID) else None,
        window=None if isinstance(event, UUID) else event,
    )
