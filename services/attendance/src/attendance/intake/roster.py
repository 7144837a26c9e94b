"""Shift templates and rosters out of files."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy.ext.asyncio import AsyncSession

from attendance.commands.define_shifts import define_templates, judge_templates
from attendance.commands.plan_roster import Entry, judge_roster, plan_roster
from attendance.domain.shifts import Template, parse_segments
from attendance.domain.text import LONGEST, LONGEST_NUMBER
from attendance.intake.outcomes import outcome, outcomes, read, readable
from chassis.auth import Principal
from chassis.imports.kinds import Choice, Day, FieldType, Integer, Kind, Outcome, Record, Text

SHIFT_FIELDS: dict[str, FieldType] = {
    "code": Text(64, required=True),
    "name": Text(LONGEST),
    "segments": Text(200, required=True),
    "punches": Choice(("shift", "segment")),
    "grace_minutes": Integer(0, 240),
    "meal_minutes": Integer(0, 1440),
}
ROSTER_FIELDS: dict[str, FieldType] = {
    "employee_no": Text(LONGEST_NUMBER, required=True),
    "day": Day(required=True),
    "shift": Text(64, required=True),
}
SEAT_FIELDS: dict[str, FieldType] = {"shop": Text(64), "account": Text(64)}


def _template(record: Record) -> Template:
    said: dict[str, Any] = dict(record.fields)
    return Template(
        code=said["code"],
        name=said["name"] or said["code"],
        segments=parse_segments(said["segments"], "segments"),
        punches=said["punches"] or "shift",
        grace_minutes=said["grace_minutes"] or 0,
        meal_minutes=said["meal_minutes"],
    )


def _entry(record: Record) -> Entry:
    said = record.fields
    seats = dict.fromkeys((seat["shop"], seat["account"]) for seat in record.lines if seat["shop"])
    return Entry(
        employee_no=cast("str", said["employee_no"]),
        day=cast("date", said["day"]),
        shift=cast("str", said["shift"]),
        seats=tuple(cast("list[tuple[str, str | None]]", list(seats))),
    )


async def compare_shifts(session: AsyncSession, records: Sequence[Record], *, by: Principal) -> Sequence[Outcome]:
    """Tell what `apply_shifts` would do with each template."""
    drafts = read(_template, records)
    return outcomes(drafts, await judge_templates(session, readable(drafts)))


async def apply_shifts(
    session: AsyncSession, records: Sequence[Record], *, by: Principal, now: datetime
) -> Sequence[Outcome]:
    """Define templates; one that differs from before is a new version."""
    drafts = read(_template, records)
    return outcomes(drafts, await define_templates(session, readable(drafts)))


async def compare_roster(session: AsyncSession, records: Sequence[Record], *, by: Principal) -> Sequence[Outcome]:
    """Tell what `apply_roster` would do with each entry."""
    return [outcome(taken) for taken in await judge_roster(session, by, [_entry(one) for one in records])]


async def apply_roster(
    session: AsyncSession, records: Sequence[Record], *, by: Principal, now: datetime
) -> Sequence[Outcome]:
    """Enter drafts; they are published by whoever plans the roster."""
    return [outcome(taken) for taken in await plan_roster(session, by, [_entry(one) for one in records])]


SHIFTS = Kind("shift_templates", SHIFT_FIELDS, key=("code",), compare=compare_shifts, apply=apply_shifts)
ROSTER = Kind(
    "roster",
    ROSTER_FIELDS,
    key=("employee_no", "day", "shift"),
    compare=compare_roster,
    apply=apply_roster,
    lines=SEAT_FIELDS,
)
