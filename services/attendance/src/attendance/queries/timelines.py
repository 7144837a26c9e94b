"""Stretches of people's timelines, as the evaluation takes them: every statement for all of them at once."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from attendance.domain.evaluation import Duty
from attendance.domain.leave import Leave
from chassis.database import raw

# shifts of neighbouring days compete for punches, so a stretch is read with some days on either side
AROUND = timedelta(days=3)
REACH = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Stretch:
    """The days of one person that are to be evaluated, both included."""

    employee_no: str
    first: date
    last: date


@dataclass(slots=True)
class Announced:
    """A fact that was announced and still holds."""

    event_id: UUID
    said: str


@dataclass(slots=True)
class Timeline:
    """What a stretch of days follows from, and how it was evaluated last."""

    duties: list[Duty] = field(default_factory=list)
    due: dict[date, datetime] = field(default_factory=dict)
    punches: list[datetime] = field(default_factory=list)
    leaves: list[Leave] = field(default_factory=list)
    announced: dict[date, dict[tuple[str, str], Announced]] = field(default_factory=lambda: defaultdict(dict))
    days: dict[date, tuple[Any, ...]] = field(default_factory=dict)
    absent_before: int = 0
    following: date | None = None


DUTIES = """
SELECT d.employee_no, d.business_date, d.shift, d.starts, d.ends, t.punches, t.grace_minutes, t.meal_minutes, s.due_at
FROM unnest($1::text[], $2::date[], $3::date[]) AS r (employee_no, first, last)
JOIN duties d ON d.employee_no = r.employee_no AND d.business_date BETWEEN r.first AND r.last
JOIN duty_states s USING (duty_id)
JOIN shift_templates t ON t.code = d.shift AND t.version = d.version
WHERE s.state = 'published'
"""
PUNCHES = """
SELECT p.employee_no, array_agg(p.at ORDER BY p.at) AS punched
FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[]) AS r (employee_no, first, last)
JOIN punches p ON p.employee_no = r.employee_no AND p.at BETWEEN r.first AND r.last
WHERE NOT EXISTS (SELECT FROM punch_voids v WHERE v.employee_no = p.employee_no AND v.at = p.at)
GROUP BY p.employee_no
"""
LEAVES = """
SELECT l.leave_id, l.employee_no, l.leave_type, l.first_day, l.last_day, l.starts_at, l.ends_at
FROM unnest($1::text[], $2::date[], $3::date[]) AS r (employee_no, first, last)
JOIN leaves l ON l.employee_no = r.employee_no AND l.first_day <= r.last AND l.last_day >= r.first
JOIN leave_states s USING (leave_id)
WHERE s.state = 'approved'
ORDER BY l.leave_id
"""
ANNOUNCED = """
SELECT a.employee_no, a.business_date, a.type, a.about, a.event_id, a.said
FROM unnest($1::text[], $2::date[], $3::date[]) AS r (employee_no, first, last)
JOIN announced a ON a.employee_no = r.employee_no AND a.business_date BETWEEN r.first AND r.last
ORDER BY a.event_id
"""
DAY = (
    "employee_no, business_date, shift, kind_of_day, status, scheduled_minutes, worked_minutes, leave_minutes,"
    " absent_minutes, late_minutes, left_early_minutes, meal_eligible, absent_in_a_row, came_at, left_at"
)
DAYS = f"""
SELECT {", ".join(f"d.{name.strip()}" for name in DAY.split(","))}
FROM unnest($1::text[], $2::date[], $3::date[]) AS r (employee_no, first, last)
JOIN days d ON d.employee_no = r.employee_no AND d.business_date BETWEEN r.first AND r.last
"""
NEIGHBOURS = """
SELECT r.employee_no,
       (SELECT d.absent_in_a_row FROM days d WHERE d.employee_no = r.employee_no AND d.business_date < r.first
        ORDER BY d.business_date DESC LIMIT 1) AS before,
       (SELECT d.business_date FROM days d WHERE d.employee_no = r.employee_no AND d.business_date > r.last
        ORDER BY d.business_date LIMIT 1) AS following
FROM unnest($1::text[], $2::date[], $3::date[]) AS r (employee_no, first, last)
"""


async def timelines(session: AsyncSession, stretches: Sequence[Stretch]) -> dict[str, Timeline]:
    """Read the timelines of different people, by number; six statements however many there are."""
    connection = await raw(session)
    people = [s.employee_no for s in stretches]
    own = (people, [s.first for s in stretches], [s.last for s in stretches])
    wide = (people, [s.first - AROUND for s in stretches], [s.last + AROUND for s in stretches])
    times = (
        people,
        [_midnight(s.first - AROUND - REACH) for s in stretches],
        [_midnight(s.last + AROUND + REACH) for s in stretches],
    )
    found = {number: Timeline() for number in people}
    for number, day, shift, starts, ends, punches, grace, meal, due_at in await connection.fetch(DUTIES, *wide):
        timeline = found[number]
        segments = tuple(zip(starts, ends, strict=True))
        timeline.duties.append(Duty(day, shift, segments, punches == "segment", grace, meal))
        timeline.due[day] = max(due_at, timeline.due.get(day, due_at))
    for row in await connection.fetch(PUNCHES, *times):
        found[row["employee_no"]].punches = row["punched"]
    for row in await connection.fetch(LEAVES, *wide):
        found[row["employee_no"]].leaves.append(Leave(**row))
    for row in await connection.fetch(ANNOUNCED, *own):
        told = found[row["employee_no"]].announced[row["business_date"]]
        told[row["type"], row["about"]] = Announced(row["event_id"], row["said"])
    for row in await connection.fetch(DAYS, *own):
        found[row["employee_no"]].days[row["business_date"]] = tuple(row)
    for row in await connection.fetch(NEIGHBOURS, *own):
        found[row["employee_no"]].absent_before = row["before"] or 0
        found[row["employee_no"]].following = row["following"]
    return found


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=UTC)
