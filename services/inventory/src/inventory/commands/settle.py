"""Investigating differences, and completing a stocktake: the ledger is corrected and it is said who answers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from chassis.door import door_of, new_id
from chassis.outbox import announce
from inventory.commands.answer_for import Mismatch, record_mismatches
from inventory.commands.moving import Work, hold_shelves, move, write
from inventory.commands.watch_plans import made_after_all
from inventory.domain.answering import Answerer, Outcome, check_decision, loss, parts_of
from inventory.domain.counting import Count, Tally
from inventory.domain.errors import (
    EndBeforeCounts,
    FindingMissing,
    NoDifference,
    NotCountedYet,
    NothingCounted,
    SecondCountMissing,
)
from inventory.domain.shelf import Move
from inventory.domain.times import not_in_future
from inventory.outgoing import stocktake_completed
from inventory.queries.catalogue import directory_of
from inventory.queries.counting import Finding, Stocktake, findings_of, stocktake_of, tallies_of, uncounted

FINDING = """
INSERT INTO stocktake_findings (finding_id, stocktake_id, sku, expected, counted, outcome, finding, parties, weights,
                                recorded_at, recorded_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
"""
ANSWERS = """
INSERT INTO stocktake_people (stocktake_id, employee_no, role)
SELECT $1, employee_no, 'answers' FROM unnest($2::text[]) AS t (employee_no) ON CONFLICT DO NOTHING
"""
RESULTS = """
INSERT INTO stocktake_results (stocktake_id, sku, expected, counted, counted_at, counted_by, unit_cost)
SELECT $1, sku, expected::numeric, counted::numeric, counted_at, counted_by, unit_cost::numeric
FROM unnest($2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::text[], $7::text[])
    AS t (sku, expected, counted, counted_at, counted_by, unit_cost)
"""
COMPLETE = """
UPDATE stocktakes SET state = 'completed', ended_at = $2, ended_by = $3, counted = $4, differences = $5
WHERE stocktake_id = $1
"""
NAMED = 5
"""How many SKUs a refusal names."""


class Completed(NamedTuple):
    """How many SKUs a stocktake counted, and how many of them differed."""

    counted: int
    differences: int


async def find_out(
    session: AsyncSession, stocktake_id: UUID, sku: str, *, outcome: Outcome, finding: str, parties: Sequence[Answerer]
) -> None:
    """Record what an investigation found about a difference: explained, caused by people, or left to the keeper.

    The finding is about the difference as it stands; when that changes it has to be found out anew. Whoever decides is
    neither the keeper nor one of the responsible people. Raises StocktakeEnded, NothingCounted, NoDifference,
    PartiesMissing, PartiesUncalled, PartyListedTwice, DecidesForThemselves, EmployeeUnknown, EmployeeGone.
    """
    door = door_of(session)
    stocktake = await stocktake_of(session, stocktake_id, hold=True)
    stocktake.refuse_ended()
    check_decision(outcome, parties, keeper=stocktake.keeper, decider=door.actor)
    tally = (await tallies_of(session, stocktake, door, skus=[sku])).get(sku)
    if tally is None:
        raise NothingCounted(field="sku", sku=sku)
    if not tally.holds.difference:
        raise NoDifference(field="sku", sku=sku)
    people = [party.employee_no for party in parties]
    directory = await directory_of(session, people)
    for person in people:
        directory.check(person, door.business_date(tally.holds.counted_at), field="parties")
    connection = await raw(session)
    weights = [party.weight for party in parties]
    said = (new_id(), stocktake_id, sku, tally.holds.expected, tally.holds.counted, outcome, finding, people, weights)
    await connection.execute(FINDING, *said, door.now, door.actor)
    await connection.execute(ANSWERS, stocktake_id, people)


async def complete_stocktake(session: AsyncSession, stocktake_id: UUID, at: datetime) -> Completed:
    """Finish a stocktake: correct the ledger, announce each difference that was not explained, with who answers.

    Raises StocktakeEnded, TimeInFuture, EndBeforeCounts, NotCountedYet, SecondCountMissing, FindingMissing,
    CostUnknown, and NotEnoughStock where more has gone out since the count than it found: count again.
    """
    door = door_of(session)
    not_in_future(at, field="completed_at", now=door.now)
    stocktake = await stocktake_of(session, stocktake_id, hold=True)
    stocktake.refuse_ended()
    if missing := await uncounted(session, stocktake_id):
        raise NotCountedYet(number=len(missing), skus=", ".join(missing[:NAMED]))
    counted = await (await raw(session)).fetch(
        "SELECT DISTINCT sku FROM stocktake_counts WHERE stocktake_id = $1", stocktake_id
    )
    work = await hold_shelves(session, [(stocktake.warehouse, row["sku"]) for row in counted])
    tallies = await tallies_of(session, stocktake, door)  # now that no shelf can change any more
    findings = await findings_of(session, stocktake_id)
    _check_complete(tallies, findings, at)
    _correct(work, stocktake, tallies)
    await _keep_results(session, stocktake_id, tallies)
    await record_mismatches(session, _mismatches(stocktake, tallies, findings), at)
    await write(work)
    differing = sum(1 for tally in tallies.values() if tally.holds.difference)
    arguments = (stocktake_id, at, door.actor, len(tallies), differing)
    await (await raw(session)).execute(COMPLETE, *arguments)
    announce(
        session,
        stocktake_completed(
            stocktake_id=stocktake_id,
            warehouse=stocktake.warehouse,
            keeper=stocktake.keeper,
            planned_on=stocktake.planned_on,
            counted=len(tallies),
            differences=differing,
            at=at,
        ),
    )
    await made_after_all(session, stocktake.warehouse, stocktake.planned_on)
    return Completed(len(tallies), differing)


def _check_complete(tallies: Mapping[str, Tally], findings: Mapping[str, Finding], at: datetime) -> None:
    if tallies and at < (last := max(tally.holds.counted_at for tally in tallies.values())):
        raise EndBeforeCounts(field="completed_at", at=at.isoformat(), last=last.isoformat())
    if again := sorted(sku for sku, tally in tallies.items() if tally.again):
        raise SecondCountMissing(number=len(again), skus=", ".join(again[:NAMED]))
    lost = [tally.holds for tally in tallies.values() if tally.holds.difference < 0]
    if open_ones := sorted(count.sku for count in lost if _finding(count, findings) is None):
        raise FindingMissing(number=len(open_ones), skus=", ".join(open_ones[:NAMED]))


def _finding(count: Count, findings: Mapping[str, Finding]) -> Finding | None:
    finding = findings.get(count.sku)
    holds = finding is not None and (finding.expected, finding.counted) == (count.expected, count.counted)
    return finding if holds else None


def _correct(work: Work, stocktake: Stocktake, tallies: Mapping[str, Tally]) -> None:
    for sku, tally in sorted(tallies.items()):
        count, key = tally.holds, (stocktake.warehouse, sku)
        if count.difference:
            # as of the count, so that later movements stay right and the next stocktake expects what this one found
            document = str(stocktake.stocktake_id)
            move(work, Move(*key, count.difference, "counted", "stocktake", document, count.counted_at))
        work.shelves[key].counted_until = count.counted_at
        work.touched.setdefault(key, count.counted_at)


async def _keep_results(session: AsyncSession, stocktake_id: UUID, tallies: Mapping[str, Tally]) -> None:
    rows: list[tuple[Any, ...]] = []
    for sku, (count, _, cost, _) in tallies.items():
        shown: str | None = None if cost is None else str(cost)
        rows.append((sku, str(count.expected), str(count.counted), count.counted_at, count.counted_by, shown))
    if rows:
        await (await raw(session)).execute(RESULTS, stocktake_id, *zip(*rows, strict=True))


def _mismatches(stocktake: Stocktake, tallies: Mapping[str, Tally], findings: Mapping[str, Finding]) -> list[Mismatch]:
    found = []
    for sku, tally in sorted(tallies.items()):
        count = tally.holds
        finding = _finding(count, findings)
        if not count.difference or (finding is not None and finding.outcome == "explained"):
            continue
        outcome = finding.outcome if finding is not None else None
        value = loss(sku, -count.difference, tally.unit_cost)
        found.append(
            Mismatch(
                mismatch_id=new_id(),
                stocktake_id=stocktake.stocktake_id,
                warehouse=stocktake.warehouse,
                sku=sku,
                expected=count.expected,
                counted=count.counted,
                found=Decimal(0),
                unit_cost=tally.unit_cost,
                value=value,
                keeper=stocktake.keeper,
                keeper_answers=outcome == "keeper" and value > 0,
                finding=finding.finding if finding is not None else None,
                parts=parts_of(value, outcome, finding.parties if finding is not None else (), keeper=stocktake.keeper),
            )
        )
    return found
