"""Taking punches in, any number at a time: each is there once, however often it is reported."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from attendance.domain.errors import EmployeeUnknown, PunchInFuture
from attendance.domain.wall import instant_of, zone_called
from attendance.queries.people import Employed, people_within
from chassis.auth import Principal
from chassis.database import raw
from chassis.door import door_of
from chassis.problems import Refusal

Taken = Literal["new", "same"] | Refusal
AHEAD = timedelta(minutes=2)  # clocks of devices differ a little from ours

# punches of a person that come close together mark the same days again and again: marks are made distinct here
TAKE = """
WITH taken AS (
    INSERT INTO punches (employee_no, at, zone, wall_time, device, source, received_at, recorded_by)
    SELECT employee_no, at, zone, wall_time, device, $6, $7, $8
    FROM unnest($1::text[], $2::timestamptz[], $3::text[], $4::timestamp[], $5::text[])
        AS t (employee_no, at, zone, wall_time, device)
    ON CONFLICT (employee_no, at) DO NOTHING
    RETURNING employee_no, at
), marked AS (
    INSERT INTO dirty_days (employee_no, business_date)
    SELECT DISTINCT employee_no, (at AT TIME ZONE $9)::date FROM taken
)
SELECT employee_no, at FROM taken
"""
THERE = """
SELECT p.employee_no, p.at FROM unnest($1::text[], $2::timestamptz[]) AS t (employee_no, at)
JOIN punches p USING (employee_no, at)
"""


@dataclass(frozen=True, slots=True)
class Told:
    """A punch as a device or a file reports it: `at` is a wall time of `zone`, or has an offset of its own."""

    employee_no: str
    at: datetime
    zone: str | None = None
    device: str | None = None


@dataclass(frozen=True, slots=True)
class Punch:
    """A punch as it is kept."""

    employee_no: str
    at: datetime
    zone: str
    wall_time: datetime
    device: str | None


Source = Literal["api", "import", "correction"]


async def judge_punches(session: AsyncSession, by: Principal, told: Sequence[Told]) -> list[Taken]:
    """Tell what `take_punches` would make of each, changing nothing."""
    read = await _read(session, by, told)
    punches = [punch for punch in read if isinstance(punch, Punch)]
    rows = await (await raw(session)).fetch(THERE, [p.employee_no for p in punches], [p.at for p in punches])
    there = {(row["employee_no"], row["at"]) for row in rows}
    return _verdicts(read, {(p.employee_no, p.at) for p in punches} - there)


async def take_punches(session: AsyncSession, by: Principal, told: Sequence[Told], source: Source) -> list[Taken]:
    """Keep punches and mark their days; tell what became of each, in their order.

    Refusals: EmployeeUnknown (or not within the scope of `by`), ZoneUnknown, OffsetContradictsZone, WallTimeTwice,
    WallTimeNever, PunchInFuture.
    """
    read = await _read(session, by, told)
    new = await keep_punches(session, [punch for punch in read if isinstance(punch, Punch)], source)
    return _verdicts(read, new)


async def keep_punches(session: AsyncSession, punches: Sequence[Punch], source: Source) -> set[tuple[str, datetime]]:
    """Write punches and mark their days; tell which were new."""
    if not punches:
        return set()
    door = door_of(session)
    rows = [(p.employee_no, p.at, p.zone, p.wall_time, p.device) for p in punches]
    columns = zip(*rows, strict=True)
    found = await (await raw(session)).fetch(TAKE, *columns, source, door.now, door.actor, door.timezone.key)
    return {(row["employee_no"], row["at"]) for row in found}


async def _read(session: AsyncSession, by: Principal, told: Sequence[Told]) -> list[Punch | Refusal]:
    door = door_of(session)
    people = await people_within(session, by, {one.employee_no for one in told})
    latest = door.now + AHEAD
    return [_punch(one, people, door.timezone, latest) for one in told]


def _punch(told: Told, people: Mapping[str, Employed], company: ZoneInfo, latest: datetime) -> Punch | Refusal:
    try:
        if told.employee_no not in people:
            raise EmployeeUnknown(field="employee_no", employee_no=told.employee_no)
        zone = zone_called(told.zone, "zone") if told.zone is not None else company
        at = instant_of(told.at, zone, "at", named=told.zone is not None)
        if at > latest:
            raise PunchInFuture(field="at", time=told.at.isoformat(" "))
    except Refusal as refusal:
        return refusal
    wall = told.at if told.at.tzinfo is None else at.astimezone(zone).replace(tzinfo=None)
    return Punch(told.employee_no, at, zone.key, wall, told.device)


def _verdicts(read: Sequence[Punch | Refusal], new: set[tuple[str, datetime]]) -> list[Taken]:
    left = set(new)  # of two alike in one report the second is the same
    verdicts: list[Taken] = []
    for one in read:
        if isinstance(one, Refusal):
            verdicts.append(one)
            continue
        key = (one.employee_no, one.at)
        verdicts.append("new" if key in left else "same")
        left.discard(key)
    return verdicts
