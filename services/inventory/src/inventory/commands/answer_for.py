"""Mismatches: recorded and announced with who answers, and resolved when that no longer holds."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from chassis.door import door_of, new_id
from chassis.outbox import announce
from inventory.commands.moving import hold_shelves, move, write
from inventory.domain.answering import Answerer, Outcome, Part, check_decision, loss, parts_of
from inventory.domain.errors import FoundTooMuch, MismatchNotFound, MismatchResolved
from inventory.domain.shelf import Move
from inventory.domain.times import not_in_future
from inventory.outgoing import stock_mismatch, stock_mismatch_resolved
from inventory.queries.catalogue import directory_of

MISMATCHES = """
INSERT INTO mismatches (mismatch_id, stocktake_id, warehouse, sku, expected, counted, found, unit_cost, value, keeper,
                        keeper_answers, finding, replaces, business_date, recorded_at, recorded_by)
SELECT mismatch_id, stocktake_id, warehouse, sku, expected::numeric, counted::numeric, found::numeric,
       unit_cost::numeric, value::numeric, keeper, keeper_answers, finding, replaces, $14, $15, $16
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
            $10::text[], $11::boolean[], $12::text[], $13::uuid[])
    AS t (mismatch_id, stocktake_id, warehouse, sku, expected, counted, found, unit_cost, value, keeper,
          keeper_answers, finding, replaces)
"""
SHARES = """
INSERT INTO mismatch_shares (mismatch_id, place, employee_no, weight, amount)
SELECT mismatch_id, place, employee_no, weight, amount::numeric
FROM unnest($1::uuid[], $2::integer[], $3::text[], $4::integer[], $5::text[])
    AS t (mismatch_id, place, employee_no, weight, amount)
"""
PEOPLE = """
INSERT INTO stocktake_people (stocktake_id, employee_no, role)
SELECT DISTINCT stocktake_id, employee_no, 'answers' FROM unnest($1::uuid[], $2::text[])
    AS t (stocktake_id, employee_no)
ON CONFLICT DO NOTHING
"""
STANDING = """
SELECT m.*, EXISTS (SELECT FROM mismatch_resolutions r WHERE r.mismatch_id = m.mismatch_id) AS resolved
FROM mismatches m WHERE m.mismatch_id = $1
"""
ANSWERING = "SELECT employee_no, weight, amount FROM mismatch_shares WHERE mismatch_id = $1 ORDER BY place"
RESOLVE = """
INSERT INTO mismatch_resolutions (mismatch_id, reason, found, at, event_id, recorded_at, recorded_by)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""


class Mismatch(NamedTuple):
    """A difference that somebody answers for, or a surplus; `found` turned up since it was counted."""

    mismatch_id: UUID
    stocktake_id: UUID
    warehouse: str
    sku: str
    expected: Decimal
    counted: Decimal
    found: Decimal
    unit_cost: Decimal | None
    value: Decimal
    keeper: str
    keeper_answers: bool
    finding: str | None
    parts: tuple[Part, ...]
    replaces: UUID | None = None

    @property
    def missing(self) -> Decimal:
        """Say what is still missing; below 0 for a surplus."""
        return self.expected - self.counted - self.found


class Resolution(NamedTuple):
    """Why a mismatch no longer holds, what turned up, and who answers for the rest, if there is one."""

    reason: str
    found: Decimal
    outcome: Outcome
    parties: tuple[Answerer, ...]
    at: datetime


async def record_mismatches(session: AsyncSession, mismatches: Sequence[Mismatch], at: datetime) -> None:
    """Write mismatches and announce them, under the id of their event."""
    if not mismatches:
        return
    connection, door = await raw(session), door_of(session)
    rows = [_row(mismatch) for mismatch in mismatches]
    day: date = door.business_date(at)
    await connection.execute(MISMATCHES, *zip(*rows, strict=True), day, door.now, door.actor)
    shares = [
        (m.mismatch_id, place, part.employee_no, part.weight, str(part.amount))
        for m in mismatches
        for place, part in enumerate(m.parts)
    ]
    if shares:
        await connection.execute(SHARES, *zip(*shares, strict=True))
        people = [(m.stocktake_id, part.employee_no) for m in mismatches for part in m.parts]
        await connection.execute(PEOPLE, *zip(*people, strict=True))
    for m in mismatches:
        announce(
            session,
            stock_mismatch(
                stocktake_id=m.stocktake_id,
                key=(m.warehouse, m.sku),
                expected=m.expected,
                counted=m.counted + m.found,
                value=m.value,
                parts=m.parts,
                keeper_answers=m.keeper_answers,
                finding=m.finding,
                at=at,
                event_id=m.mismatch_id,
            ),
        )


def _row(m: Mismatch) -> tuple[Any, ...]:
    cost = None if m.unit_cost is None else str(m.unit_cost)
    numbers = str(m.expected), str(m.counted), str(m.found), cost, str(m.value)
    heads = m.mismatch_id, m.stocktake_id, m.warehouse, m.sku
    return (*heads, *numbers, m.keeper, m.keeper_answers, m.finding, m.replaces)


async def resolve_mismatch(session: AsyncSession, mismatch_id: UUID, said: Resolution) -> UUID | None:
    """Take a mismatch back, because things turned up, it was explained, or others answer; dated now.

    What turned up goes into the ledger. For what is still missing the outcome says who answers from now on: that is a
    mismatch of its own, whose id is returned. Whoever decides is neither the keeper nor answered or will answer.
    Raises MismatchNotFound, MismatchResolved, FoundTooMuch, TimeInFuture, DecidesForThemselves, PartiesMissing,
    PartiesUncalled, PartyListedTwice, EmployeeUnknown, EmployeeGone.
    """
    connection, door = await raw(session), door_of(session)
    not_in_future(said.at, field="at", now=door.now)
    await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('mismatch ' || $1, 0))", str(mismatch_id))
    row = await connection.fetchrow(STANDING, mismatch_id)
    if row is None:
        raise MismatchNotFound()
    if row["resolved"]:
        raise MismatchResolved()
    answering = tuple(Part(*part) for part in await connection.fetch(ANSWERING, mismatch_id))
    known = {name: row[name] for name in Mismatch._fields if name != "parts"}
    standing = Mismatch(**known, parts=answering)
    others = [part.employee_no for part in answering]
    check_decision(said.outcome, said.parties, keeper=standing.keeper, decider=door.actor, others=others)
    if said.found > max(standing.missing, Decimal(0)):
        raise FoundTooMuch(field="found", found=said.found, missing=standing.missing)
    directory = await directory_of(session, [party.employee_no for party in said.parties])
    for party in said.parties:
        directory.check(party.employee_no, row["business_date"], field="parties")
    event_id = new_id()
    await connection.execute(RESOLVE, mismatch_id, said.reason, said.found, said.at, event_id, door.now, door.actor)
    if said.found:
        work = await hold_shelves(session, [(standing.warehouse, standing.sku)])
        document = str(mismatch_id)
        move(work, Move(standing.warehouse, standing.sku, said.found, "corrected", "mismatch", document, said.at))
        await write(work)
    announce(
        session,
        stock_mismatch_resolved(
            revokes=mismatch_id,
            revoked_on=row["business_date"],
            stocktake_id=standing.stocktake_id,
            key=(standing.warehouse, standing.sku),
            parts=answering,
            reason=said.reason,
            at=said.at,
            event_id=event_id,
        ),
    )
    following = _following(standing, said)
    await record_mismatches(session, [following] if following is not None else [], said.at)
    return following.mismatch_id if following is not None else None


def _following(standing: Mismatch, said: Resolution) -> Mismatch | None:
    rest = standing._replace(found=standing.found + said.found)
    if said.outcome == "explained" or rest.missing <= 0:
        return None
    value = loss(rest.sku, rest.missing, rest.unit_cost)
    return rest._replace(
        mismatch_id=new_id(),
        value=value,
        keeper_answers=said.outcome == "keeper",
        finding=said.reason,
        parts=parts_of(value, said.outcome, said.parties, keeper=rest.keeper),
        replaces=standing.mismatch_id,
    )
