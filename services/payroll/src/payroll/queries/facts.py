"""What happened: facts, figures and loss cases of a period, as the calculation reads them."""

from collections.abc import Collection, Sequence
from datetime import date

import asyncpg
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from payroll.domain.facts import Fact, LossCase, Value
from payroll.domain.period import Period

FACTS = """
SELECT event_id, type, employee_no, business_date, occurred_at, about, shop, amount, sale, gives_up, historical
FROM facts WHERE period = $1 AND employee_no = ANY($2::text[]) AND type = ANY($3::text[])
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
    """Load one period's facts of some people, figures of outside reports among them; order is the calculation's."""
    connection = await raw(session)
    rows = await connection.fetch(FACTS, period.first, list(people), list(types))
    figures = await connection.fetch(FIGURES, period.first, list(people), list(types))
    return [fact_of(row) for row in rows] + [_figure(row, period.last) for row in figures]


def fact_of(row: asyncpg.Record) -> Fact:
    """Read one row of the facts."""
    event_id, type, employee_no, day, occurred_at, about, shop, amount, sale, gives_up, historical = row
    fields: dict[str, Value] = {"shop": shop} if shop is not None else {}
    if amount is not None:
        fields["amount"] = amount
    return Fact(event_id, type, employee_no, day, occurred_at, about, fields, sale, gives_up, historical)


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


async def losses_of(session: AsyncSession, period: Period, people: Collection[str]) -> Sequence[LossCase]:
    """Load the loss cases decided in a period."""
    rows = await (await raw(session)).fetch(LOSSES, period.first, list(people))
    return [LossCase(**row) for row in rows]
