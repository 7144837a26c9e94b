"""What a decision leaves of a deduction that a clause proposes."""

from dataclasses import replace
from decimal import Decimal

from payroll.domain.clause import LegalClass
from payroll.domain.decisions import Decision
from payroll.domain.facts import Fact
from payroll.domain.line import Limit, Line, State
from payroll.domain.money import ZERO
from payroll.domain.text import Text

NOT_CONFIRMED = Limit(Text("待确认，尚未扣款", "proposed, not yet confirmed"), ZERO, None, None)
NOT_NOTICED = Limit(
    Text("扣款须事先书面告知员工：未告知", "not taken: the employee was not told of it beforehand"), ZERO, None, None
)
REVOKED = Limit(Text("事实已撤销", "what happened was revoked"), ZERO, None, None)
STATES = {"confirmed": State.CONFIRMED, "reduced": State.REDUCED, "waived": State.WAIVED}


def decided_line(line: Line, decision: Decision | None) -> Line:
    """Put down what was decided about a proposal, and what may therefore be taken of it at most."""
    if decision is None:
        return replace(line, state=State.PROPOSED, limits=(NOT_CONFIRMED,))
    noticed, limits = decision.noticed_on or line.noticed_on, list[Limit]()
    decided = replace(line, state=STATES[decision.outcome], noticed_on=noticed, decided_on=decision.decided_at.date())
    due = due_of(line.wanted, None, decision)
    if due is not None and due != line.wanted:
        limits.append(Limit(reason_of(None, decision), -due, None, None))
    # the limits of a loss look at the notice themselves, and carry what was not told in time
    if line.legal_class is not LegalClass.LOSS_COMPENSATION and not decided.told:
        limits.append(NOT_NOTICED)
    return replace(decided, limits=tuple(limits))


def due_of(wanted: Decimal, revocation: Fact | None, decision: Decision | None) -> Decimal | None:
    """Tell what may be taken of what a clause wanted (signed); None when nobody said anything about it."""
    if revocation is not None or (decision is not None and decision.outcome == "waived"):
        return ZERO
    if decision is None:
        return None
    return max(wanted, decision.amount or ZERO) if decision.outcome == "reduced" else wanted


def reason_of(revocation: Fact | None, decision: Decision | None) -> Text:
    """Say who or what set a deduction aside."""
    if revocation is not None:
        day = revocation.business_date
        return Text(f"事实已于 {day} 撤销（{revocation.about}）", f"revoked on {day} ({revocation.about})")
    assert decision is not None
    zh, en = {
        "confirmed": ("确认", "confirmed"),
        "waived": ("免除", "waived"),
        "reduced": (f"减为 {-(decision.amount or ZERO)}", f"reduced to {-(decision.amount or ZERO)}"),
    }[decision.outcome]
    how = Text("申诉后", "on appeal ") if decision.appeal_id else Text("", "")
    return Text(
        f"{how.zh}{zh}（{decision.decided_by}：{decision.reason}）",
        f"{how.en}{en} by {decision.decided_by}: {decision.reason}",
    )
