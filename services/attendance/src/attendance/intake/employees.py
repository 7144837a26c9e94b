"""What the staff directory takes in from files: rows of employees, compared with what is there and applied in bulk."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy.ext.asyncio import AsyncSession

from attendance.commands.directory import lock_directory, record
from attendance.domain.employment import Entry, Step, take_in
from attendance.domain.text import LONGEST, LONGEST_NUMBER, clean_number
from attendance.queries.directory import employments
from chassis.auth import Principal
from chassis.door import door_of
from chassis.imports.kinds import Day, FieldType, Kind, Outcome, Record, Text
from chassis.imports.refusing import Reason
from chassis.problems import Refusal

FIELDS: dict[str, FieldType] = {
    "employee_no": Text(LONGEST_NUMBER, required=True),
    "name": Text(LONGEST, required=True),
    "department": Text(LONGEST, required=True),
    "post": Text(LONGEST, required=True),
    "hire_date": Day(required=True),
    "manager_no": Text(LONGEST_NUMBER),
    "work_place": Text(LONGEST),
    "leave_date": Day(),
}


async def compare(session: AsyncSession, records: Sequence[Record], *, by: Principal) -> Sequence[Outcome]:
    """Tell what `apply` would do with each row."""
    return (await _decided(session, records))[0]


async def apply(session: AsyncSession, records: Sequence[Record], *, by: Principal, now: datetime) -> Sequence[Outcome]:
    """Enter who is new, change who differs, record who left; a manager may come later in the file."""
    await lock_directory(session)
    outcomes, steps = await _decided(session, records)
    if steps:
        await record(session, steps)
    return outcomes


async def _decided(session: AsyncSession, records: Sequence[Record]) -> tuple[list[Outcome], list[Step]]:
    door = door_of(session)
    today = door.business_date(door.now)
    entries = [_entry(row) for row in records]
    standing = await employments(session, {e.employee_no for e in entries if isinstance(e, Entry)})
    outcomes: list[Outcome] = []
    steps: list[Step] = []
    for entry, row in zip(entries, records, strict=True):
        try:
            if isinstance(entry, Refusal):
                raise entry
            leave_date = cast("date | None", row.fields["leave_date"])
            taken = take_in(standing.get(entry.employee_no), entry, leave_date, today)
        except Refusal as refusal:
            outcomes.append(_refused(refusal))
            continue
        if taken:
            standing[entry.employee_no] = taken[-1].after
            steps += taken
        outcomes.append(_became(taken))
    return outcomes, steps


def _entry(row: Record) -> Entry | Refusal:
    said = {name: row.fields[name] for name in FIELDS if name != "leave_date"}
    try:
        # by its number in normal form the row finds what is there; the rest is brought to it by the decision
        number = clean_number(str(row.fields["employee_no"]), "employee_no")
    except Refusal as refusal:
        return refusal
    return Entry(**cast("dict[str, Any]", said | {"employee_no": number}))


def _refused(refusal: Refusal) -> Outcome:
    return Outcome("refused", Reason(refusal.detail_zh, refusal.detail), refusal.field or "")


def _became(taken: Sequence[Step]) -> Outcome:
    if not taken:
        return Outcome("same")
    return Outcome("new" if taken[0].what == "hired" else "amended")


EMPLOYEES = Kind("employees", FIELDS, key=("employee_no",), compare=compare, apply=apply)
