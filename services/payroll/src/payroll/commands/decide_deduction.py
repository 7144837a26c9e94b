"""Confirming and waiving what is proposed to be taken: by somebody else, within authority, one by one or in bulk."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal, NamedTuple
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.auth import Principal
from chassis.database import raw
from chassis.door import door_of, new_id
from chassis.outbox import announce
from chassis.problems import Refusal
from chassis.scope import Scope
from payroll.commands.notify import Notice, notify
from payroll.domain.authority import check_authority
from payroll.domain.errors import DeductionDecided, DeductionNotFound, OwnPay
from payroll.domain.money import ZERO
from payroll.domain.notices import Told, decided_text
from payroll.domain.period import Period
from payroll.domain.proposal import Key
from payroll.domain.text import Text
from payroll.outgoing import deduction_revoked
from payroll.queries.deductions import Wanted, authority_limit, deduction, deductions_by_id, proposed_deductions

Outcome = Literal["confirmed", "waived", "reduced"]
# who decides about the same ones at the same time waits here, and then finds them decided
CLAIM = """
SELECT assessment_id FROM assessment_states
WHERE assessment_id = ANY($1::uuid[]) AND state = ANY($2::text[]) ORDER BY 1 FOR UPDATE
"""
SETTLE = "UPDATE assessment_states SET state = $2 WHERE assessment_id = ANY($1::uuid[])"
DECISIONS = ("id", "assessment_id", "outcome", "amount", "reason", "appeal_id", "decided_by", "decided_at")
OPEN_TO: dict[Outcome, list[str]] = {
    "confirmed": ["proposed"],
    "waived": ["proposed", "automatic", "confirmed", "reduced"],
    "reduced": ["proposed", "automatic", "confirmed", "reduced"],
}


class Refused(NamedTuple):
    """A deduction of a list that was not confirmed, and why."""

    id: UUID
    refusal: Refusal


async def confirm_deduction(session: AsyncSession, by: Principal, scope: Scope, id: UUID) -> None:
    """Confirm that a proposed deduction is taken.

    Raises DeductionNotFound, OwnPay, BeyondAuthority, DeductionDecided.
    """
    await _decide_one(session, by, scope, id, "confirmed", reason="")


async def waive_deduction(session: AsyncSession, by: Principal, scope: Scope, id: UUID, reason: str) -> None:
    """Decide that a deduction is not taken, also one that was confirmed before.

    Raises DeductionNotFound, OwnPay, BeyondAuthority, DeductionDecided.
    """
    await _decide_one(session, by, scope, id, "waived", reason=reason)


async def confirm_deductions(
    session: AsyncSession, by: Principal, scope: Scope, *, ids: Sequence[UUID] | None, wanted: Wanted, most: int
) -> tuple[list[UUID], list[Refused]]:
    """Confirm those of `ids`, or of everything proposed that is `wanted` (at most `most`), that may be confirmed.

    Answers what was confirmed and what was not, each with its refusal; nobody confirms their own.
    """
    if ids is None:
        rows = await proposed_deductions(session, scope, wanted, most)
    else:
        rows = await deductions_by_id(session, scope, ids)
    refused = [Refused(id, DeductionNotFound()) for id in set(ids or ()) - {row["id"] for row in rows}]
    limit, fit = await _limit(session), []
    for row in rows:
        try:
            _check(by, row, limit)
            fit.append(row)
        except Refusal as refusal:
            refused.append(Refused(row["id"], refusal))
    done = await settle(session, fit, "confirmed")
    refused += [Refused(row["id"], DeductionDecided(state=row["state"])) for row in fit if row["id"] not in done]
    return [row["id"] for row in fit if row["id"] in done], refused


async def settle(
    session: AsyncSession,
    rows: Sequence[RowMapping],
    outcome: Outcome,
    *,
    reason: str = "",
    amount: Decimal = ZERO,
    appeal_id: UUID | None = None,
) -> set[UUID]:
    """Record one decision about some deductions and tell their employees; answers those that were open to it.

    `amount` is what is still taken of one that is reduced, zero or negative.
    """
    if not rows:
        return set()
    door, connection = door_of(session), await raw(session)
    claimed = await connection.fetch(CLAIM, [row["id"] for row in rows], OPEN_TO[outcome])
    open_ones = {row["assessment_id"] for row in claimed}
    taken = [row for row in rows if row["id"] in open_ones]
    left = {row["id"]: row["amount"] if outcome == "confirmed" else amount for row in taken}
    await connection.execute(SETTLE, list(open_ones), outcome)
    records = [
        (new_id(), row["id"], outcome, left[row["id"]], reason, appeal_id, door.actor, door.now) for row in taken
    ]
    await connection.copy_records_to_table("decisions", records=records, columns=DECISIONS)
    if appeal_id is None:
        await notify(session, [_told(row, left[row["id"]], reason) for row in taken])
    for row in taken if outcome == "waived" else ():
        key, period = Key(row["employee_no"], row["clause_id"], row["evidence"]), Period.of(row["period"])
        announce(session, deduction_revoked(key, period, row["amount"], row["event_id"], reason=reason, now=door.now))
    return open_ones


def _told(row: RowMapping, taken: Decimal, reason: str) -> Notice:
    text = decided_text(Text(**row["title"]), row["about"], row["amount"], taken, reason)
    return Notice(row["employee_no"], Told.DECIDED, row["id"], text)


async def _decide_one(
    session: AsyncSession, by: Principal, scope: Scope, id: UUID, outcome: Outcome, *, reason: str
) -> None:
    row = await deduction(session, scope, id)
    _check(by, row, await _limit(session))
    if not await settle(session, [row], outcome, reason=reason):
        raise DeductionDecided(state=(await deduction(session, scope, id))["state"])


def _check(by: Principal, row: RowMapping, limit: Decimal) -> None:
    """Refuse who may not decide about a deduction. Raises OwnPay, BeyondAuthority."""
    if by.employee_no == row["employee_no"]:
        raise OwnPay()
    check_authority(by.roles, row["amount"], limit)


async def _limit(session: AsyncSession) -> Decimal:
    door = door_of(session)
    return await authority_limit(session, door.business_date(door.now))
