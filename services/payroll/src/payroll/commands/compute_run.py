"""Calculating the payslips of a run: here when they are few, in two processes when they are many.

Arithmetic in Python uses one processor at a time. So a large run is cut into chunks of people which processes of their
own read, calculate and write down as rows; this process stores the rows. All of them read one snapshot of the database,
so that a run sees everybody at the same moment.
"""

import asyncio
import gc
import multiprocessing
import multiprocessing.forkserver
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from decimal import Decimal
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, NamedTuple
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import Database, open_database, raw
from payroll.domain.clause import PUNISHING
from payroll.domain.late import with_late
from payroll.domain.line import Kind, Line
from payroll.domain.money import ZERO
from payroll.domain.payslip import Payslip, earned_by
from payroll.domain.payslip import differences as differences_of
from payroll.domain.period import Period
from payroll.domain.record import payslip_record
from payroll.queries.calculated import Basis, calculated
from payroll.queries.issues import issued_lines
from payroll.queries.late import late_differences
from payroll.queries.rulebook import signed_rulebook

CHUNK = 100
"""People calculated at a time: bounds memory, whatever the size of the company."""
FEW = 3 * CHUNK
"""Up to so many people starting processes takes longer than it saves."""
PROCESSES = 2
Row = tuple[Any, ...]


@dataclass(slots=True)
class Totals:
    """What payslips come to; `by_kind` adds up their lines by kind, deductions by legal class."""

    people: int = 0
    problems: int = 0
    gross: Decimal = ZERO
    net: Decimal = ZERO
    by_kind: dict[str, Decimal] = field(default_factory=dict)

    def count(self, payslip: Payslip) -> None:
        """Count one more payslip in."""
        self.people += 1
        self.problems += bool(payslip.problems)
        self.gross += payslip.gross
        self.net += payslip.net
        for line in payslip.lines:
            name = line.legal_class.value if line.legal_class else line.kind.value
            self.by_kind[name] = self.by_kind.get(name, ZERO) + line.allowed

    def add(self, other: "Totals") -> None:
        """Count others' totals in."""
        self.people += other.people
        self.problems += other.problems
        self.gross += other.gross
        self.net += other.net
        for name, amount in other.by_kind.items():
            self.by_kind[name] = self.by_kind.get(name, ZERO) + amount


class Chunk(NamedTuple):
    """The payslips of some people as rows of run_payslips, what they take as rows of run_deductions, and totals."""

    payslips: list[Row]
    taken: list[Row]
    totals: Totals


class Order(NamedTuple):
    """What another process needs to know to calculate some chunks; it reads the rest in the same snapshot."""

    url: str
    snapshot: str
    run_id: UUID
    basis: dict[str, Any]
    issued: bool
    chunks: list[Sequence[str]]


class ProcessEnded(Exception):
    """A process that calculated a part of the run ended before its work was done; its last words are in the log."""


def make_ready(people: int) -> None:
    """Begin to start the server that forks the processes of a large run; it imports what they need meanwhile."""
    if people > FEW:
        multiprocessing.set_forkserver_preload([__name__])
        multiprocessing.forkserver.ensure_running()


async def computed(
    seen: AsyncSession, database: Database, basis: Basis, numbers: Sequence[str], *, run_id: UUID, issued: bool
) -> AsyncIterator[Chunk]:
    """Calculate everybody's payslips in the snapshot of `seen`, chunk by chunk in the order of `numbers`.

    Of a period that is `issued` only what differs from it. Raises ProcessEnded.
    """
    chunks = [numbers[start : start + CHUNK] for start in range(0, len(numbers), CHUNK)]
    if len(numbers) <= FEW:
        for chunk in chunks:
            yield await _chunk(seen, basis, chunk, run_id=run_id, issued=issued)
        return
    snapshot = await (await raw(seen)).fetchval("SELECT pg_export_snapshot()")
    told = {name: getattr(basis, name) for name in ("period", "balances_run", "timezone", "standings")}
    parts = [chunks[first::PROCESSES] for first in range(PROCESSES)]
    orders = [Order(database.url, snapshot, run_id, told, issued, part) for part in parts]
    started: list[tuple[BaseProcess, Connection]] = []
    try:
        for order in orders:
            started.append(await asyncio.to_thread(_start, order))
        for turn in range(len(chunks)):
            yield await asyncio.to_thread(_receive, started[turn % PROCESSES][1])
    finally:
        for process, receiving in started:
            receiving.close()  # a process that still calculates ends when it has nobody to send to
            process.terminate()


def _start(order: Order) -> tuple[BaseProcess, Connection]:
    """Start a process. A server forks it, so that it has everything imported and no thread or connection of ours."""
    context = multiprocessing.get_context("forkserver")
    receiving, sending = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(order, sending), daemon=True)
    process.start()
    sending.close()
    return process, receiving


def _receive(receiving: Connection) -> Chunk:
    try:
        chunk = receiving.recv()
    except EOFError as error:
        raise ProcessEnded() from error
    assert isinstance(chunk, Chunk)
    return chunk


def _work(order: Order, sending: Connection) -> None:
    """Calculate chunks in a process that does nothing else; each is handed over before the next begins."""
    gc.disable()  # a month leaves no cycles behind, and looking for them among so many facts takes a fifth of the time
    with suppress(BrokenPipeError), sending:
        asyncio.run(_send(order, sending))


async def _send(order: Order, sending: Connection) -> None:
    database = open_database(order.url, pool_size=1, name="payroll-run")
    try:
        async with database.reading() as session:
            await session.execute(text(f"SET TRANSACTION SNAPSHOT '{order.snapshot}'"))
            basis = Basis(rulebook=await signed_rulebook(session), **order.basis)
            for numbers in order.chunks:
                sending.send(await _chunk(session, basis, numbers, run_id=order.run_id, issued=order.issued))
    finally:
        await database.close()


async def _chunk(session: AsyncSession, basis: Basis, numbers: Collection[str], *, run_id: UUID, issued: bool) -> Chunk:
    payslips: Sequence[Payslip] = await calculated(session, basis, numbers)
    if issued:
        payslips = _changed(payslips, await issued_lines(session, basis.period, numbers), basis.period)
    payslips = with_late(basis.period, payslips, await late_differences(session, basis, numbers))
    totals = Totals()
    for payslip in payslips:
        totals.count(payslip)
    rows = [_row(run_id, payslip) for payslip in payslips]
    return Chunk(rows, [row for payslip in payslips for row in _taken(run_id, payslip)], totals)


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


def _row(run_id: UUID, payslip: Payslip) -> Row:
    content = to_json(payslip_record(payslip)).decode()  # several times as quick as json.dumps
    return run_id, payslip.employee_no, payslip.gross, payslip.net, len(payslip.problems), content


def _taken(run_id: UUID, payslip: Payslip) -> list[Row]:
    """List what a payslip takes, or gives back, for which event or month."""
    return [
        (
            run_id, payslip.employee_no, line.key, line.clause_id, line.event_id, line.window, line.since,
            line.kind is Kind.DEDUCTION and line.event_id is not None and line.legal_class in PUNISHING,
            line.allowed, line.carried,
        )
        for line in payslip.lines
        if line.event_id is not None or line.window is not None
    ]  # fmt: skip
