"""Approving and issuing a run: by somebody other than its preparer, once, and never altered afterwards."""

import json
from decimal import Decimal
from uuid import UUID

from sqlalchemy import RowMapping, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from chassis.door import door_of
from chassis.outbox import announce
from payroll.commands.prepare_run import ONE_RUN
from payroll.domain.errors import (
    AlreadyApproved,
    AlreadyIssued,
    ApprovedByPreparer,
    NotApproved,
    PeriodIssued,
    RunHasProblems,
    RunSuperseded,
)
from payroll.domain.period import Period
from payroll.models import run_approvals, run_issues, run_payslips, runs
from payroll.outgoing import payslip_issued
from payroll.queries.closed import refuse_closed
from payroll.queries.issues import carried_by, issued_sequences, newest_issue, paid_after
from payroll.queries.runs import run

BALANCES = ("run_id", "employee_no", "balance_id", "period", "outstanding", "content")


async def approve_run(session: AsyncSession, run_id: UUID) -> None:
    """Approve a run that has no problems.

    Raises RunNotFound, AlreadyApproved, ApprovedByPreparer, RunHasProblems, RunSuperseded.
    """
    await session.execute(text(ONE_RUN))
    door, found = door_of(session), await run(session, run_id)
    if found["approved_by"] is not None:
        raise AlreadyApproved(by=found["approved_by"])
    if found["prepared_by"] == door.actor:
        raise ApprovedByPreparer(preparer=found["prepared_by"])
    if found["problems"]:
        raise RunHasProblems(count=found["problems"])
    await _newest(session, found)
    await session.execute(insert(run_approvals).values(run_id=run_id, approved_by=door.actor, approved_at=door.now))


async def issue_run(session: AsyncSession, run_id: UUID) -> None:
    """Issue an approved run: its payslips become the payslips of the period, and everybody's is announced.

    Each person's periods are issued in their order, so that what is carried goes forward.
    Raises RunNotFound, NotApproved, AlreadyIssued, PeriodClosed, RunSuperseded, PeriodIssued.
    """
    await session.execute(text(ONE_RUN))
    door, found = door_of(session), await run(session, run_id)
    if found["approved_by"] is None:
        raise NotApproved()
    if found["issued_at"] is not None:
        raise AlreadyIssued()
    await refuse_closed(session, Period.of(found["period"]))
    await _newest(session, found)
    period = Period.of(found["period"])
    later = await paid_after(session, run_id, period)
    if later is not None and not found["differences"]:
        raise PeriodIssued(day=period, period=later, earliest=later.next)
    sequence = await issued_sequences(session, period) + 1
    await session.execute(
        insert(run_issues).values(
            run_id=run_id, period=period.first, sequence=sequence, issued_by=door.actor, issued_at=door.now
        )
    )
    await _carry(session, run_id, period)
    nets = select(run_payslips.c.employee_no, run_payslips.c.net).where(run_payslips.c.run_id == run_id)
    for employee_no, net in (await session.execute(nets.order_by(run_payslips.c.employee_no))).all():
        announce(session, payslip_issued(employee_no, period, net, run_id, door.now))


async def _newest(session: AsyncSession, found: RowMapping) -> None:
    """Refuse a run that another one of its period, or any issue, has overtaken: what it carries may be wrong."""
    last = select(func.max(runs.c.number)).where(runs.c.period == found["period"])
    issue = await newest_issue(session, Period.of(found["period"]))
    overtaken = found["number"] != (await session.execute(last)).scalar_one()
    if overtaken or found["based_on"] != (issue["run_id"] if issue else None):
        raise RunSuperseded()


async def _carry(session: AsyncSession, run_id: UUID, period: Period) -> None:
    rows = [
        (run_id, employee_no, balance["id"], period.first, Decimal(balance["outstanding"]), json.dumps(balance))
        for employee_no, carried in await carried_by(session, run_id)
        for balance in carried
    ]
    if rows:
        await (await raw(session)).copy_records_to_table("balances", records=rows, columns=BALANCES)
