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


class FactRow(NamedTuple):
    """A row of the facts; `period` is the first day of the month of its business date."""

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
    recorded_at: datetime


async def record_facts(session: AsyncSession, rows: Iterable[FactRow]) -> None:
    """Append facts by COPY; the same fact twice is refused by the key, and the consumer's watermark never asks it."""
    if records := list(rows):
        await (await raw(session)).copy_records_to_table("facts", records=records, columns=FactRow._fields)
