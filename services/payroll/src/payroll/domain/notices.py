"""What an employee is told about a deduction, in both languages."""

from datetime import date
from decimal import Decimal
from enum import StrEnum

from payroll.domain.money import shown
from payroll.domain.proposal import Proposal
from payroll.domain.text import Text


class Told(StrEnum):
    """What a notice is about."""

    ASSESSED = "deduction.assessed"
    REVOKED = "deduction.revoked"
    DECIDED = "deduction.decided"
    APPEALED = "appeal.decided"


def assessed_text(proposal: Proposal) -> Text:
    """Tell somebody that money is proposed to be taken, why, and what they can do."""
    amount, (zh, en) = shown(-proposal.amount), proposal.explanation
    if proposal.automatic:
        next_zh, next_en = "按制度自动生效", "takes effect by the rule itself"
    else:
        next_zh, next_en = "待主管确认，确认前不扣", "waits for confirmation; nothing is taken before"
    return Text(
        f"{proposal.title.zh}，拟扣 {amount}（{proposal.about}，{proposal.day}）：{zh}。{next_zh}；"
        "如有异议可逐条申诉。",
        f"{proposal.title.en}: {amount} to be taken ({proposal.about}, {proposal.day}): {en}. It {next_en};"
        " you may appeal against it.",
    )


def revoked_text(title: Text, about: str, amount: Decimal, reason: Text) -> Text:
    """Tell somebody that a proposed deduction holds no longer."""
    return Text(
        f"{title.zh}（{about}）的扣款 {shown(-amount)} 已撤销：{reason.zh}。",
        f"{title.en} ({about}): the deduction of {shown(-amount)} is revoked: {reason.en}.",
    )


def decided_text(title: Text, about: str, amount: Decimal, taken: Decimal, reason: str) -> Text:
    """Tell somebody how a deduction was decided: `amount` was proposed, `taken` (0 or negative) is to be taken."""
    because_zh, because_en = (f"，理由：{reason}", f", reason: {reason}") if reason else ("", "")
    if not taken:
        zh, en = f"已免除（原拟扣 {shown(-amount)}）", f"waived ({shown(-amount)} had been proposed)"
    elif taken == amount:
        zh, en = f"已确认，扣 {shown(-taken)}", f"confirmed, {shown(-taken)} is taken"
    else:
        zh, en = f"由 {shown(-amount)} 减为 {shown(-taken)}", f"reduced from {shown(-amount)} to {shown(-taken)}"
    return Text(f"{title.zh}（{about}）{zh}{because_zh}。", f"{title.en} ({about}): {en}{because_en}.")


def appealed_text(title: Text, about: str, outcome: str, before: Decimal, after: Decimal, *, reason: str) -> Text:
    """Tell somebody what became of their appeal."""
    words = {"upheld": ("成立，全部免除", "upheld, nothing is taken"), "rejected": ("不成立，维持原决定", "rejected")}
    reduced = (f"部分成立，减为 {shown(-after)}", f"upheld in part: reduced to {shown(-after)}")
    zh, en = words.get(outcome, reduced)
    return Text(
        f"您对{title.zh}（{about}，{shown(-before)}）的申诉{zh}，理由：{reason}。",
        f"Your appeal against {title.en} ({about}, {shown(-before)}) is {en}, reason: {reason}.",
    )


def given_back_reason(cause: str, day: date, period: str) -> Text:
    """Say that what was taken in a paid month comes back in a later one."""
    return Text(
        f"{day} 的 {cause} 说明原事件不再成立，已扣金额在 {period} 的工资中退回",
        f"{cause} of {day} says that it did not happen so; what was taken comes back in the pay of {period}",
    )


def withdrawn_reason(cause: str, day: date) -> Text:
    """Say which event withdrew the ground of a deduction."""
    return Text(f"{day} 的 {cause} 说明原事件不再成立", f"{cause} of {day} says that it did not happen so")


CHANGED = Text("所依据的事实、条款或金额已变更", "the facts, the clause or the amount it rested on changed")
