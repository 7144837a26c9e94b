"""What happened: facts, figures and loss cases of a period, as the calculation reads them."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache

import asyncpg
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from payroll.domain.facts import Fact, LossCase, Value
from payroll.domain.period import Period
from payroll.queries.issues import charged_events

COLUMNS = """event_id, type, employee_no, business_date, occurred_at, about, sale, gives_up, historical, revokes,
       shop, amount, fields::text"""
FACTS = f"SELECT {COLUMNS} FROM facts WHERE period = $1 AND employee_no = ANY($2::text[]) AND type = ANY($3::text[])"
# what was revoked since is not counted any more
BEFORE = f"""
SELECT {COLUMNS} FROM facts f JOIN unnest($4::text[], $5::date[]) AS back (type, day) USING (type)
WHERE period >= $1 AND period < $2 AND employee_no = ANY($3::text[]) AND business_date >= back.day AND revokes IS NULL
AND NOT EXISTS (SELECT FROM facts r WHERE r.revokes = f.event_id AND r.revokes_period = f.period
                AND r.employee_no = f.employee_no)
"""
REVOCATIONS = f"""
SELECT {COLUMNS}, period FROM facts
WHERE revokes IS NOT NULL AND employee_no = ANY($2::text[]) AND (period = $1 OR revokes_period = $1)
"""
FIGURES = """
SELECT DISTINCT ON (employee_no, type) id, type, employee_no, occurrences, source, entered_at
FROM figures WHERE period = $1 AND employee_no = ANY($2::text[]) AND type = ANY($3::text[])
ORDER BY employee_no, type, id DESC
"""
LOSSES = """
SELECT case_id, employee_no, clause_id, amount, finding, proof, noticed_on, decided_on, decided_at, decided_by
FROM loss_cases WHERE period = $1 AND employee_no = ANY($2::text[])
"""


async def facts_of(
    session: AsyncSession, period: Period, people: Collection[str], types: Collection[str]
) -> list[Fact]:
    """Load one period's facts of some people, figures of outside reports among them; order is the calculation's.

    Among them is what was recorded in later months about events of this one, except about events for which an issued
    payslip of it took money: those are given back in the month of the revocation.
    """
    connection = await raw(session)
    rows = await connection.fetch(FACTS, period.first, list(people), list(types))
    figures = await connection.fetch(FIGURES, period.first, list(people), list(types))
    revocations = await connection.fetch(REVOCATIONS, period.first, list(people))
    later = {row["employee_no"] for row in revocations if row["period"] > period.first}
    charged = await charged_events(session, period, later) if later else frozenset()
    facts = [fact_of(row) for row in rows]
    facts += [
        fact_of(row)
        for row in revocations
        if row["period"] == period.first or (row["employee_no"], row["revokes"]) not in charged
    ]
    return facts + [_figure(row, period.last) for row in figures]


def fact_of(row: asyncpg.Record) -> Fact:
    """Read one row of the facts."""
    event_id, type, employee_no, day, occurred_at, about, sale, gives_up, historical, revokes, shop, amount, said = row[
        :13
    ]
    fields: dict[str, Value] = {} if said is None else {**_measures(said)}
    if shop is not None:
        fields["shop"] = shop
    if amount is not None:
        fields["amount"] = amount
    if sale == event_id:
        sale = event_id  # one object, so that whoever asks whether a sale is its own need not compare again
    return Fact(
        event_id, type, employee_no, day, occurred_at, about, fields, sale, gives_up, historical, 1, None, revokes
    )


@lru_cache(maxsize=4096)
def _measures(said: str) -> Mapping[str, Value]:
    """Read measures, numbers with every digit they were written with; many facts say the same."""
    read: Mapping[str, Value] = json.loads(said, parse_int=Decimal, parse_float=Decimal)
    return read


def _figure(row: asyncpg.Record, last: date) -> Fact:
    return Fact(
        event_id=row["id"],
        type=row["type"],
        employee_no=row["employee_no"],
        business_date=last,
        occurred_at=row["entered_at"],
        about=row["source"],
        fields={},
        occurrences=row["occurrences"],
    )


async def facts_before(
    session: AsyncSession, period: Period, people: Collection[str], since: Mapping[str, date]
) -> list[Fact]:
    """Load facts of earlier months that windows of some clauses still count: by type, from a day on."""
    if not since:
        return []
    earliest = min(since.values()).replace(day=1)
    rows = await (await raw(session)).fetch(
        BEFORE, earliest, period.first, list(people), list(since), list(since.values())
    )
    return [fact_of(row) for row in rows]


async def losses_of(session: AsyncSession, period: Period, people: Collection[str]) -> Sequence[LossCase]:
    """Load the loss cases decided in a period."""
    rows = await (await raw(session)).fetch(LOSSES, period.first, list(people))
    return [LossCase(**row) for row in rows]
