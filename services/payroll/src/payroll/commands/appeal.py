"""Appeals: the employee objects to one deduction with a reason, and somebody who had no part in it decides."""

from decimal import Decimal
from typing import Literal
from uuid import UUID

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.auth import Principal
from chassis.door import door_of, new_id
from chassis.outbox import announce
from chassis.scope import Scope
from payroll.commands.decide_deduction import settle
from payroll.commands.notify import Notice, notify
from payroll.domain.errors import (
    AppealDecided,
    AppealOpen,
    DecidedByConfirmer,
    DeductionDecided,
    DeductionNotFound,
    NothingToAppeal,
    OwnPay,
    ReductionImpossible,
)
from payroll.domain.money import ZERO, shown
from payroll.domain.notices import Told, appealed_text
from payroll.domain.text import Text
from payroll.models import appeal_decisions, appeals
from payroll.outgoing import appeal_decided
from payroll.queries.deductions import appeal, deciders, deduction, open_appeal

ONE_AT_A_TIME = text("SELECT FROM assessment_states WHERE assessment_id = :id FOR UPDATE")
TAKING = frozenset({"proposed", "automatic", "confirmed", "reduced"})


async def file_appeal(session: AsyncSession, by: Principal, scope: Scope, assessment_id: UUID, reason: str) -> UUID:
    """Object to one's own deduction; whether it is confirmed already or the month paid does not matter.

    Raises DeductionNotFound, NothingToAppeal, AppealOpen.
    """
    door, id = door_of(session), new_id()
    await session.execute(ONE_AT_A_TIME, {"id": assessment_id})
    found = await deduction(session, scope, assessment_id)
    if found["employee_no"] != by.employee_no:
        raise DeductionNotFound()
    if found["state"] not in TAKING:
        raise NothingToAppeal(state=found["state"])
    earlier = await open_appeal(session, assessment_id)
    if earlier is not None:
        raise AppealOpen(day=door.business_date(earlier))
    await session.execute(
        insert(appeals).values(
            id=id, assessment_id=assessment_id, employee_no=by.employee_no, reason=reason, appealed_at=door.now
        )
    )
    return id


async def decide_appeal(
    session: AsyncSession,
    by: Principal,
    scope: Scope,
    appeal_id: UUID,
    *,
    outcome: Literal["upheld", "reduced", "rejected"],
    reason: str,
    remaining: Decimal | None,
) -> None:
    """Decide an appeal: nothing is taken (upheld), less is (`remaining`, above 0), or all as before (rejected).

    Where the month is paid already, its next run holds the difference. Raises AppealNotFound, OwnPay,
    DecidedByConfirmer, AppealDecided, ReductionImpossible, DeductionDecided.
    """
    door, found = door_of(session), await appeal(session, scope, appeal_id)
    await session.execute(ONE_AT_A_TIME, {"id": found["assessment_id"]})
    found, subject = await appeal(session, scope, appeal_id), await deduction(session, scope, found["assessment_id"])
    if by.employee_no == found["employee_no"]:
        raise OwnPay()
    if found["outcome"] is not None:
        raise AppealDecided()
    if door.actor in await deciders(session, found["assessment_id"]):
        raise DecidedByConfirmer()
    before = subject["amount"] if subject["decided_amount"] is None else subject["decided_amount"]
    after = _after(outcome, before, remaining)
    if outcome != "rejected":
        change = "waived" if outcome == "upheld" else "reduced"
        if not await settle(session, [subject], change, reason=reason, amount=after, appeal_id=appeal_id):  # type: ignore[arg-type]
            raise DeductionDecided(state=subject["state"])
    await session.execute(
        insert(appeal_decisions).values(
            appeal_id=appeal_id,
            outcome=outcome,
            amount_before=before,
            amount_after=after,
            reason=reason,
            decided_by=door.actor,
            decided_at=door.now,
        )
    )
    told = appealed_text(Text(**subject["title"]), subject["about"], outcome, before, after, reason=reason)
    await notify(session, [Notice(found["employee_no"], Told.APPEALED, subject["id"], told)])
    announce(session, appeal_decided(appeal_id, found["employee_no"], outcome, before, after, now=door.now))


def _after(outcome: str, before: Decimal, remaining: Decimal | None) -> Decimal:
    """Tell what is taken after an appeal, signed as it changes the net. Raises ReductionImpossible."""
    if outcome == "upheld":
        return ZERO
    if outcome == "rejected":
        return before
    if remaining is None or not ZERO < remaining < -before:
        most = -before - Decimal("0.01")
        raise ReductionImpossible(field="remaining", wanted=shown(-before), most=shown(most))
    return -remaining
