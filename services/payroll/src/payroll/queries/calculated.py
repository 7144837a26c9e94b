"""Payslips worked out now from what is recorded: the running payslip and the heart of every run."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from payroll.domain.calculate import calculate
from payroll.domain.clause import Rulebook
from payroll.domain.payslip import Payslip
from payroll.domain.period import Period
from payroll.domain.ranking import Standing
from payroll.queries.decided import decisions_of
from payroll.queries.facts import facts_before, facts_of, losses_of
from payroll.queries.issues import balances_of
from payroll.queries.originals import originals_of
from payroll.queries.people import people
from payroll.statutory.load import statutory


@dataclass(frozen=True, slots=True)
class Basis:
    """What is the same for everybody in one calculation: rulebook, whose balances come in, places in rankings."""

    period: Period
    rulebook: Rulebook
    balances_run: UUID | None
    timezone: ZoneInfo
    standings: Mapping[str, Mapping[str, Standing]] = field(default_factory=dict)


async def calculated(session: AsyncSession, basis: Basis, numbers: Collection[str]) -> list[Payslip]:
    """Calculate the payslips of some people from everything recorded up to now."""
    period, rulebook = basis.period, basis.rulebook
    facts = await facts_of(session, period, numbers, rulebook.event_types())
    decisions = await decisions_of(session, period, numbers, basis.timezone)
    before = await facts_before(session, period, numbers, rulebook.looks_back(period.first))
    # in a thread, since a long calculation must not keep the other requests of this process waiting
    return await asyncio.to_thread(
        calculate,
        period,
        rulebook,
        statutory(),
        people=await people(session, numbers, period),
        facts=[*before, *facts],
        losses=await losses_of(session, period, numbers),
        decisions=decisions,
        balances=await balances_of(session, basis.balances_run, numbers),
        originals=await originals_of(session, period, facts, decisions, rulebook=rulebook, statutory=statutory()),
        standings=basis.standings,
    )
