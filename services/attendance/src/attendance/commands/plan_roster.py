"""Putting people on the roster and taking them off again; nobody learns of a draft before it is published."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import RowMapping, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from attendance.commands.dirty import mark_dirty
from attendance.commands.evaluate import due_of
from attendance.domain.errors import EmployeeNotEmployed, EmployeeUnknown, ShiftUnknown
from attendance.domain.roster import Planned, Seat, place
from attendance.domain.shifts import segments_on
from attendance.models import duty_states
from attendance.outgoing.roster import shift_revoked
from attendance.queries.people import people_within
from attendance.queries.roster import held_duty, planned_of, standing_duties
from attendance.queries.shifts import templates_called
from attendance.queries.thresholds import thresholds
from chassis.auth import Principal
from chassis.database import raw
from chassis.door import door_of, new_id
from chassis.outbox import announce
from chassis.problems import Refusal

Taken = Literal["new", "same"] | Refusal
# rosters are written rarely and in bulk: one writer at a time makes sure that no two shifts of a person overlap
ONE_WRITER = text("SELECT pg_advisory_xact_lock(hashtextextended('attendance.roster', 0))")
NEAR = timedelta(days=2)  # a shift lasts at most a day, and begins within a day of its business date

RECORD = """
WITH new AS (
    INSERT INTO duties (duty_id, employee_no, business_date, shift, version, starts, ends, shops, accounts,
                        recorded_at, recorded_by)
    SELECT duty_id, employee_no, business_date, shift, version, starts::timestamptz[], ends::timestamptz[],
           shops::text[], accounts::text[], $11, $12
    FROM unnest($1::uuid[], $2::text[], $3::date[], $4::text[], $5::int[], $6::text[], $7::text[], $8::text[],
                $9::text[])
        AS t (duty_id, employee_no, business_date, shift, version, starts, ends, shops, accounts)
)
INSERT INTO duty_states (duty_id, state, due_at, changed_at, changed_by)
SELECT duty_id, 'draft', due_at, $11, $12 FROM unnest($1::uuid[], $10::timestamptz[]) AS t (duty_id, due_at)
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """Whom the roster wants where: a shift by its code on a business date, and the seats to be staffed."""

    employee_no: str
    day: date
    shift: str
    seats: tuple[Seat, ...] = ()


async def judge_roster(session: AsyncSession, by: Principal, entries: Sequence[Entry]) -> list[Taken]:
    """Tell what `plan_roster` would make of each entry, changing nothing."""
    return [taken if isinstance(taken, Refusal) else _verdict(taken) for taken in await _placed(session, by, entries)]


async def plan_roster(session: AsyncSession, by: Principal, entries: Sequence[Entry]) -> list[Taken]:
    """Enter drafts, and tell what became of each entry, in their order; a refused one changes nothing.

    Refusals: EmployeeUnknown (or not within the scope of `by`), EmployeeNotEmployed, ShiftUnknown, ShiftsOverlap.
    """
    await session.execute(ONE_WRITER)
    placed = await _placed(session, by, entries)
    if new := [planned for planned in placed if isinstance(planned, Planned)]:
        await _record(session, new)
    return [taken if isinstance(taken, Refusal) else _verdict(taken) for taken in placed]


def _verdict(placed: Planned | None) -> Taken:
    return "same" if placed is None else "new"


async def _placed(session: AsyncSession, by: Principal, entries: Sequence[Entry]) -> list[Planned | Refusal | None]:
    zone = door_of(session).timezone
    people = await people_within(session, by, {entry.employee_no for entry in entries})
    templates = await templates_called(session, {entry.shift for entry in entries})
    days = [entry.day for entry in entries]
    standing = await standing_duties(session, people, min(days) - NEAR, max(days) + NEAR)
    placed: list[Planned | Refusal | None] = []
    for entry in entries:
        try:
            if entry.employee_no not in people:
                raise EmployeeUnknown(field="employee_no", employee_no=entry.employee_no)
            if not people[entry.employee_no].on(entry.day):
                raise EmployeeNotEmployed(field="day", employee_no=entry.employee_no, day=entry.day)
            if entry.shift not in templates:
                raise ShiftUnknown(field="shift", shift=entry.shift)
            version, template = templates[entry.shift]
            segments = segments_on(template.segments, entry.day, zone)
            new = Planned(new_id(), entry.employee_no, entry.day, entry.shift, version, segments, entry.seats)
            placed.append(place(standing[entry.employee_no], new, zone))
        except Refusal as refusal:
            placed.append(refusal)
    return placed


async def _record(session: AsyncSession, new: Sequence[Planned]) -> None:
    door, settings = door_of(session), await thresholds(session)
    rows = [
        (
            p.duty_id,
            p.employee_no,
            p.day,
            p.shift,
            p.version,
            _array(starts.isoformat() for starts, _ in p.segments),
            _array(ends.isoformat() for _, ends in p.segments),
            _array(shop for shop, _ in p.seats),
            _array(account for _, account in p.seats),
            due_of(p.ends_at, p.day, settings),
        )
        for p in new
    ]
    await (await raw(session)).execute(RECORD, *zip(*rows, strict=True), door.now, door.actor)


def _array(values: Iterable[str | None]) -> str:
    """Write an array as text: arrays of different lengths cannot stand in one array of arrays."""
    quoted = ("NULL" if v is None else '"' + v.replace("\\", r"\\").replace('"', r"\"") + '"' for v in values)
    return "{" + ",".join(quoted) + "}"


async def take_off(session: AsyncSession, by: Principal, duty_id: UUID, reason: str) -> RowMapping:
    """Take an entry off the roster; one that was published is revoked. One that is off already stays so.

    Raises DutyNotFound.
    """
    await session.execute(ONE_WRITER)
    door = door_of(session)
    row = await held_duty(session, by, duty_id)
    if row["state"] == "revoked":
        return row
    planned = planned_of(row)
    if row["state"] == "published":
        announce(session, shift_revoked(planned, row["event_id"], reason, door))
        await mark_dirty(session, [(planned.employee_no, planned.day)])
    await session.execute(
        update(duty_states)
        .where(duty_states.c.duty_id == duty_id)
        .values(state="revoked", changed_at=door.now, changed_by=door.actor)
    )
    return await held_duty(session, by, duty_id)
