"""What payroll takes in from files: terms of pay, compared with what is agreed and added in bulk."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.imports.kinds import Amount, Day, FieldType, Kind, Outcome, Reason, Record, Text
from chassis.problems import Refusal
from payroll.commands.set_terms import Agreement, Taken, judge_terms, take_terms

FIELDS: Mapping[str, FieldType] = {
    "employee_no": Text(64, required=True),
    "valid_from": Day(required=True),
    "base_salary": Amount(2, least=Decimal(0), required=True),
    "scheme": Text(100),
    "work_place": Text(100),
}


async def compare(session: AsyncSession, records: Sequence[Record]) -> Sequence[Outcome]:
    """Tell what `apply` would do with each row."""
    return _outcomes(await judge_terms(session, _agreements(records)))


async def apply(session: AsyncSession, records: Sequence[Record], *, by: str, now: datetime) -> Sequence[Outcome]:
    """Add what is new as further versions; rows that say what is agreed already change nothing."""
    return _outcomes(await take_terms(session, _agreements(records)))


def _agreements(records: Iterable[Record]) -> list[Agreement]:
    said: Iterable[Mapping[str, Any]] = (record.fields for record in records)
    return [Agreement(**{name: fields[name] for name in FIELDS}) for fields in said]


def _outcomes(taken: Iterable[Taken]) -> list[Outcome]:
    return [
        Outcome("refused", Reason(became.detail_zh, became.detail), became.field or "")
        if isinstance(became, Refusal)
        else Outcome(became[0])
        for became in taken
    ]


KINDS = (Kind("terms", FIELDS, key=("employee_no",), compare=compare, apply=apply),)
