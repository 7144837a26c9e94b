"""Punches out of files."""

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from sqlalchemy.ext.asyncio import AsyncSession

from attendance.commands.take_punches import Told, judge_punches, take_punches
from attendance.domain.text import LONGEST_NUMBER
from attendance.intake.outcomes import outcome
from chassis.auth import Principal
from chassis.imports.kinds import FieldType, Kind, Moment, Outcome, Record, Text

FIELDS: dict[str, FieldType] = {
    "employee_no": Text(LONGEST_NUMBER, required=True),
    "at": Moment(required=True),
    "zone": Text(64),
    "device": Text(100),
}


def _told(record: Record) -> Told:
    said = record.fields
    return Told(
        employee_no=cast("str", said["employee_no"]),
        at=cast("datetime", said["at"]),
        zone=cast("str | None", said["zone"]),
        device=cast("str | None", said["device"]),
    )


async def compare(session: AsyncSession, records: Sequence[Record], *, by: Principal) -> Sequence[Outcome]:
    """Tell what `apply` would do with each punch."""
    return [outcome(taken) for taken in await judge_punches(session, by, [_told(one) for one in records])]


async def apply(session: AsyncSession, records: Sequence[Record], *, by: Principal, now: datetime) -> Sequence[Outcome]:
    """Keep punches that are not there yet; their days are evaluated by the worker."""
    return [outcome(taken) for taken in await take_punches(session, by, [_told(one) for one in records], "import")]


PUNCHES = Kind("punches", FIELDS, key=("employee_no", "at"), compare=compare, apply=apply)
