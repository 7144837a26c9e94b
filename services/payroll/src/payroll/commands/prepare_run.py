"""Preparing a pay run: everybody's payslips calculated and stored; a re-run adds a run and replaces none."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import Database, raw
from chassis.door import door_of, new_id
from payroll.commands.compute_run import Totals, computed, make_ready
from payroll.domain.clause import Rulebook
from payroll.domain.errors import NothingDiffers
from payroll.domain.period import Period
from payroll.models import runs
from payroll.queries.calculated import Basis
from payroll.queries.checks import run_checks
from payroll.queries.closed import refuse_closed
from payroll.queries.issues import balances_run, issued_sequences, newest_issue
from payroll.queries.people import people_to_pay
from payroll.queries.ranks import standings_of
from payroll.queries.rulebook import signed_rulebook

ONE_RUN = "SELECT pg_advisory_xact_lock(hashtextextended('payroll.runs', 0))"
PAYSLIPS = ("run_id", "employee_no", "gross", "net", "problems", "content")
TAKEN = (
    "run_id", "employee_no", "key", "clause_id", "event_id", "month", "day", "punishes", "allowed", "carried",
)  # fmt: skip
PLACES = ("run_id", "employee_no", "clause_id", "place", "streak", "metric")


class SumsDisagree(Exception):
    """The stored lines of a run do not add up to its payslips, or these to the run: nothing of it is kept."""


async def prepare_run(session: AsyncSession, database: Database, period: Period) -> UUID:
    """Calculate a period for everybody and store it as a new run.

    Once the period is issued, a run holds what differs from the issued payslips, and nothing else.
    Raises NothingDiffers when that is nothing, PeriodClosed once the period is closed.
    """
    await session.execute(text(ONE_RUN))
    await refuse_closed(session, period)
    run_id, totals, connection = new_id(), Totals(), await raw(session)
    # everything is read in one snapshot, taken when no other run is being made, so that the run is of one moment
    async with database.reading() as seen:
        rulebook, issued = await signed_rulebook(seen), await issued_sequences(seen, period)
        carried_from, newest = await balances_run(seen, period), await newest_issue(seen, period)
        numbers = await people_to_pay(seen, period, carried_from)
        make_ready(len(numbers))
        ranked = await standings_of(seen, period, rulebook, numbers)
        basis = Basis(period, rulebook, carried_from, door_of(session).timezone, ranked)
        async for chunk in computed(seen, database, basis, numbers, run_id=run_id, issued=bool(issued)):
            totals.add(chunk.totals)
            # the run itself follows when its totals are known; the foreign keys wait for it until the commit
            await connection.copy_records_to_table("run_payslips", records=chunk.payslips, columns=PAYSLIPS)
            await connection.copy_records_to_table("run_deductions", records=chunk.taken, columns=TAKEN)
        evidence = await _evidence(seen, rulebook)
    if issued and not totals.people:
        raise NothingDiffers(period=period)
    places = [
        (run_id, who, clause_id, place.place, place.streak, place.metric)
        for who, own in ranked.items()
        for clause_id, place in own.items()
    ]
    await connection.copy_records_to_table("run_standings", records=places, columns=PLACES)
    based_on = newest["run_id"] if newest else None
    await _store(session, run_id, period, totals, evidence=evidence, based_on=based_on, differences=bool(issued))
    if not all(check["holds"] for check in await run_checks(session, run_id)):
        raise SumsDisagree(f"run {run_id} of {period}")
    return run_id


async def _store(
    session: AsyncSession,
    run_id: UUID,
    period: Period,
    totals: Totals,
    *,
    evidence: dict[str, Any],
    based_on: UUID | None,
    differences: bool,
) -> None:
    door = door_of(session)
    count = select(func.count()).where(runs.c.period == period.first)
    await session.execute(
        insert(runs).values(
            id=run_id,
            period=period.first,
            number=(await session.execute(count)).scalar_one() + 1,
            differences=differences,
            based_on=based_on,
            people=totals.people,
            problems=totals.problems,
            gross=totals.gross,
            net=totals.net,
            totals={name: str(amount) for name, amount in sorted(totals.by_kind.items())},
            evidence=evidence,
            prepared_by=door.actor,
            prepared_at=door.now,
        )
    )


async def _evidence(session: AsyncSession, rulebook: Rulebook) -> dict[str, Any]:
    """Write down what the run saw: how far each producer was consumed, and the rulebook that was signed."""
    marks = (await session.execute(text("SELECT producer, position FROM watermarks ORDER BY producer"))).all()
    return {
        "consumed": dict(marks),
        "rulebook": [f"{v.pack}/{v.number} from {v.in_force_from}" for v in rulebook.versions],
    }
