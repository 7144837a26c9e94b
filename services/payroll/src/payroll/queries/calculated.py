"""Payslips worked out now from what is recorded: the running payslip and the heart of every run."""

import asyncio
from collections.abc import Collection
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from payroll.domain.calculate import calculate
from payroll.domain.clause import Rulebook
from payroll.domain.payslip import Payslip
from payroll.domain.period import Period
from payroll.queries.facts import facts_of, losses_of
from payroll.queries.issues import balances_of
from payroll.queries.originals import originals_of
from payroll.queries.people import people
from payroll.statutory.load import statutory


async def calculated(
    session: AsyncSession, period: Period, numbers: Collection[str], rulebook: Rulebook, balances_run: UUID | None
) -> list[Payslip]:
    """Calculate the payslips of some people from everything recorded up to now."""
    facts = await facts_of(session, period, numbers, rulebook.event_types())
    # in a thread, since a long calculation must not keep the other requests of this process waiting
    return await asyncio.to_thread(
        calculate,
        period,
        rulebook,
        statutory(),
        people=await people(session, numbers),
        facts=facts,
        decisions=await losses_of(session, period, numbers),
        balances=await balances_of(session, balances_run, numbers),
        originals=await originals_of(session, period, facts, rulebook, statutory()),
    )
