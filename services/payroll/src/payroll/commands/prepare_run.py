"""Preparing a pay run: everybody's payslips calculated and stored; a re-run adds a run and replaces none."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from chassis.door import door_of, new_id
from payroll.domain.clause import Rulebook
from payroll.domain.errors import NothingDiffers
from payroll.domain.line import Line
from payroll.domain.money import ZERO
from payroll.domain.payslip import Payslip, earned_by
from payroll.domain.payslip import differences as differences_of
from payroll.domain.period import Period
from payroll.domain.record import payslip_record
from payroll.models import runs
from payroll.queries.calculated import calculated
from payroll.queries.checks import run_checks
from payroll.queries.issues import balances_run, issued_lines, issued_sequences, newest_issue
from payroll.queries.people import people_to_pay
from payroll.queries.rulebook import signed_rulebook

# people calculated at a time: bounds memory, whatever the size of the company
CHUNK = 100
ONE_RUN = "SELECT pg_advisory_xact_lock(hashtextextended('payroll.runs', 0))"
COLUMNS = ("run_id", "employee_no", "gross", "net", "problems", "content")


class SumsDisagree(Exception):
    """The stored lines of a run do not add up to its payslips, or these to the run: nothing of it is kept."""


@dataclass(slots=True)
class Totals:
    """What the payslips of a run come to; `by_kind` adds up its lines by kind, deductions by legal class."""

    people: int = 0
    problems: int = 0
    gross: Decimal = ZERO
    net: Decimal = ZERO
    by_kind: dict[str, Decimal] = field(default_factory=dict)

    def add(self, payslip: Payslip) -> None:
        """Count one more payslip in."""
        self.people += 1
        self.problems += bool(payslip.problems)
        self.gross += payslip.gross
        self.net += payslip.net
        for line in payslip.lines:
            name = line.legal_class.value if line.legal_class else line.kind.value
            self.by_kind[name] = self.by_kind.get(name, ZERO) + line.allowed


async def prepare_run(session: AsyncSession, period: Period) -> UUID:
    """Calculate a period for everybody and store it as a new run.

    Once the period is issued, a run holds what differs from the issued payslips, and nothing else.
    Raises NothingDiffers when that is nothing.
    """
    await session.execute(text(ONE_RUN))
    rulebook, issued = await signed_rulebook(session), await issued_sequences(session, period)
    carried_from, newest = await balances_run(session, period), await newest_issue(session, period)
    numbers = await people_to_pay(session, period, carried_from)
    run_id, totals, connection = new_id(), Totals(), await raw(session)
    for start in range(0, len(numbers), CHUNK):
        chunk = numbers[start : start + CHUNK]
        payslips: Sequence[Payslip] = await calculated(session, period, chunk, rulebook, carried_from)
        if issued:
            payslips = _changed(payslips, await issued_lines(session, period, chunk), period)
        for payslip in payslips:
            totals.add(payslip)
        # the run itself follows when its totals are known; the foreign key waits for it until the commit
        rows = [_row(run_id, payslip) for payslip in payslips]
        await connection.copy_records_to_table("run_payslips", records=rows, columns=COLUMNS)
    if issued and not totals.people:
        raise NothingDiffers(period=period)
    based_on = newest["run_id"] if newest else None
    await _store(session, run_id, period, totals, rulebook=rulebook, based_on=based_on, differences=bool(issued))
    if not all(check["holds"] for check in await run_checks(session, run_id)):
        raise SumsDisagree(f"run {run_id} of {period}")
    return run_id


def _changed(
    payslips: Sequence[Payslip], issued: Mapping[str, Sequence[tuple[int, list[Line]]]], period: Period
) -> list[Payslip]:
    """Keep of each payslip only what differs from all that was issued for the period."""
    now, found = {payslip.employee_no: payslip for payslip in payslips}, []
    for employee_no in sorted(now.keys() | issued.keys()):
        before = [line for _, lines in issued.get(employee_no, ()) for line in lines]
        payslip = now.get(employee_no) or Payslip(employee_no, period, (), ZERO, ZERO)
        lines = tuple(differences_of(before, payslip.lines))
        if lines or payslip.problems:
            net = sum((line.allowed for line in lines), ZERO)
            found.append(replace(payslip, lines=lines, gross=earned_by(lines), net=net, balances=()))
    return found


def _row(run_id: UUID, payslip: Payslip) -> tuple[Any, ...]:
    content = json.dumps(payslip_record(payslip), ensure_ascii=False)
    return run_id, payslip.employee_no, payslip.gross, payslip.net, len(payslip.problems), content


async def _store(
    session: AsyncSession,
    run_id: UUID,
    period: Period,
    totals: Totals,
    *,
    rulebook: Rulebook,
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
            evidence=await _evidence(session, rulebook),
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
