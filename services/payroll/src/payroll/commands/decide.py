"""People's decisions that bear on pay: loss cases, and figures taken from outside reports."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.door import door_of, new_id
from payroll.commands.stir import stir
from payroll.domain.errors import ClauseNotInForce, NoticeAfterDecision, OwnPay, PeriodIssued
from payroll.domain.period import Period
from payroll.domain.plausible import check_day
from payroll.models import figures, loss_cases
from payroll.queries.closed import refuse_closed
from payroll.queries.issues import paid_until
from payroll.queries.people import people
from payroll.queries.rulebook import signed_rulebook

LOSS = "loss.confirmed"


async def record_loss(
    session: AsyncSession,
    *,
    employee_no: str,
    clause_id: str,
    amount: Decimal,
    finding: str,
    proof: str,
    noticed_on: date,
    decided_on: date,
) -> UUID:
    """Record that an employee caused a loss, with finding, proof and the day the employee was told of it.

    The waterfall limits what is taken of it each month (工资支付暂行规定 art. 16; 广东省工资支付条例 art. 15).
    Raises OwnPay, DateImplausible, NoticeAfterDecision, PeriodClosed, PeriodIssued, ClauseNotInForce.
    """
    door, case_id = door_of(session), new_id()
    if door.actor == employee_no:
        raise OwnPay(field="employee_no")
    check_day(decided_on, "decided_on", latest=door.business_date(door.now))
    if noticed_on > decided_on:
        raise NoticeAfterDecision(field="noticed_on", noticed_on=noticed_on, decided_on=decided_on)
    await refuse_closed(session, Period.of(decided_on))
    await _refuse_paid(session, employee_no, decided_on)
    await _refuse_unknown_clause(session, employee_no, clause_id, decided_on)
    await session.execute(
        insert(loss_cases).values(
            case_id=case_id,
            period=Period.of(decided_on).first,
            employee_no=employee_no,
            clause_id=clause_id,
            amount=amount,
            finding=finding,
            proof=proof,
            noticed_on=noticed_on,
            decided_on=decided_on,
            decided_at=door.now,
            decided_by=door.actor,
        )
    )
    await stir(session, Period.of(decided_on), [employee_no])
    return case_id


async def record_figure(
    session: AsyncSession, *, period: Period, employee_no: str, type: str, occurrences: int, source: str
) -> UUID:
    """Record a month's count that an outside report tells; a later one for the same month takes its place.

    Raises OwnPay: nobody enters figures for themselves; PeriodClosed.
    """
    door, id = door_of(session), new_id()
    if door.actor == employee_no:
        raise OwnPay(field="employee_no")
    await refuse_closed(session, period)
    await session.execute(
        insert(figures).values(
            id=id,
            period=period.first,
            employee_no=employee_no,
            type=type,
            occurrences=occurrences,
            source=source,
            entered_at=door.now,
            entered_by=door.actor,
        )
    )
    await stir(session, period, [employee_no])
    return id


async def _refuse_paid(session: AsyncSession, employee_no: str, day: date) -> None:
    paid = await paid_until(session, employee_no)
    if paid is not None and day <= paid.last:
        raise PeriodIssued(field="decided_on", day=day, period=paid, earliest=paid.next.first)


async def _refuse_unknown_clause(session: AsyncSession, employee_no: str, clause_id: str, day: date) -> None:
    """Refuse a case that no clause would price: once recorded it could not be taken back, and stop every run."""
    rulebook, [person] = await signed_rulebook(session), await people(session, [employee_no])
    terms = person.terms_on(day)
    version = rulebook.on(terms.scheme if terms else None, day)
    known = [clause.id for clause in version.clauses if LOSS in clause.events] if version else []
    if clause_id not in known:
        raise ClauseNotInForce(field="clause_id", clause=clause_id, day=day, known=", ".join(known) or "-")
