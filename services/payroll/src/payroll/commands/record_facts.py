"""Recording what happened: one row per event and person, in bulk; nothing is judged here."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw

NOBODY = ""
"""Stands for the person in the row of an event that concerns none, such as a sale without a seller."""
PARTITIONS = "SELECT facts_partition(period) FROM unnest($1::date[]) AS period"


class FactRow(NamedTuple):
    """A row of the facts; `period` is the first day of the month of its business date, `fields` are JSON."""

    period: date
    event_id: UUID
    employee_no: str
    gives_up: bool
    type: str
    business_date: date
    occurred_at: datetime
    about: str
    shop: str | None
    amount: Decimal | None
    sale: UUID | None
    historical: bool
    fields: str | None
    revokes: UUID | None
    revokes_period: date | None
    recorded_at: datetime


async def record_facts(session: AsyncSession, rows: Iterable[FactRow]) -> None:
    """Append facts by COPY and note whose deductions they may change.

    The same fact twice is refused by the key, and the consumer's watermark never asks it.
    """
    records = list(rows)
    if not records:
        return
    connection = await raw(session)
    await connection.execute(PARTITIONS, {row.period for row in records})
    await connection.copy_records_to_table("facts", records=records, columns=FactRow._fields)
    stirred = {(row.period, row.employee_no, row.type) for row in records if row.employee_no}
    # a revocation concerns the month of the event that it revokes, whatever type that was
    stirred |= {(r.revokes_period, r.employee_no, "") for r in records if r.employee_no and r.revokes_period}
    await connection.copy_records_to_table(
        "stirred", records=sorted(stirred), columns=("period", "employee_no", "type")
    )
