"""Evaluating days: when their shifts are over, and anew whenever something they follow from comes late."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from attendance.commands.dirty import mark_dirty
from attendance.domain.evaluation import Day, Rules, evaluate
from attendance.domain.thresholds import Thresholds
from attendance.outgoing.days import Key, facts_of, revocation
from attendance.queries.calendar import kinds_of
from attendance.queries.thresholds import thresholds
from attendance.queries.timelines import DAY, Announced, Stretch, Timeline, timelines
from chassis.database import Database, raw
from chassis.door import Door, door_of
from chassis.outbox import Outgoing, announce

MARKS = 20_000
PERSON_DAYS = 5_000
IN_A_ROW = 12
"""Where a row of `days` says how many days somebody was absent in a row."""
NEAR = timedelta(days=7)
"""Marks of one person that lie so close together are evaluated at once."""

# a file that is half taken in would make days incomplete that are not: they wait until it is there
FILES_COMING = """
SELECT EXISTS (SELECT FROM imports WHERE state = 'committing'
               OR (commit_asked AND state IN ('received', 'validating')))
"""
WAITING = f"""
SELECT NOT ({FILES_COMING}) AND (
    EXISTS (SELECT FROM dirty_days)
    OR EXISTS (SELECT FROM duty_states WHERE state = 'published' AND NOT looked_at AND due_at <= $1))
"""
ONE_EVALUATOR = "SELECT pg_try_advisory_xact_lock(hashtextextended('attendance.evaluation', 0))"
OVER = """
WITH over AS (
    UPDATE duty_states SET looked_at = true
    WHERE duty_id IN (
        SELECT duty_id FROM duty_states WHERE state = 'published' AND NOT looked_at AND due_at <= $1
        ORDER BY due_at LIMIT $2
    )
    RETURNING duty_id
)
INSERT INTO dirty_days (employee_no, business_date)
SELECT DISTINCT employee_no, business_date FROM duties JOIN over USING (duty_id)
"""
TAKE = "SELECT id, employee_no, business_date FROM dirty_days ORDER BY id LIMIT $1"
FORGET_DAYS = """
DELETE FROM days d USING unnest($1::text[], $2::date[]) AS g (employee_no, business_date)
WHERE d.employee_no = g.employee_no AND d.business_date = g.business_date
"""
KEEP_DAYS = f"""
INSERT INTO days ({DAY}, evaluated_at)
SELECT *, $16::timestamptz FROM unnest(
    $1::text[], $2::date[], $3::text[], $4::text[], $5::text[], $6::int[], $7::int[], $8::int[], $9::int[], $10::int[],
    $11::int[], $12::boolean[], $13::int[], $14::timestamptz[], $15::timestamptz[])
"""
FORGET_FACTS = """
DELETE FROM announced a USING unnest($1::text[], $2::date[], $3::text[], $4::text[])
    AS g (employee_no, business_date, type, about)
WHERE a.employee_no = g.employee_no AND a.business_date = g.business_date AND a.type = g.type AND a.about = g.about
"""
KEEP_FACTS = """
INSERT INTO announced (employee_no, business_date, type, about, event_id, said)
SELECT * FROM unnest($1::text[], $2::date[], $3::text[], $4::text[], $5::uuid[], $6::text[])
"""


@dataclass(slots=True)
class Changes:
    """What an evaluation comes to in the database."""

    gone_days: list[tuple[str, date]] = field(default_factory=list)
    new_days: list[tuple[Any, ...]] = field(default_factory=list)
    gone_facts: list[tuple[str, date, str, str]] = field(default_factory=list)
    new_facts: list[tuple[Any, ...]] = field(default_factory=list)
    dirty: list[tuple[str, date]] = field(default_factory=list)


async def days_wait(database: Database, now: datetime) -> bool:
    """Tell, cheaply, whether `evaluate_due` would have anything to do."""
    return bool(await database.glance(WAITING, now))


async def evaluate_due(session: AsyncSession) -> int:
    """Evaluate the person-days that are marked, after marking those whose shifts are over; a batch at a time.

    Tells how many marks were worked off; none while another process is at it, or while files are being taken in. What
    still holds is not announced again; what does not hold any more is revoked, and what holds instead is announced.
    """
    connection = await raw(session)
    if await connection.fetchval(FILES_COMING) or not await connection.fetchval(ONE_EVALUATOR):
        return 0
    door = door_of(session)
    await connection.execute(OVER, door.now, PERSON_DAYS)
    marks = await connection.fetch(TAKE, MARKS)
    if not marks:
        return 0
    stretches, done = stretches_of((row["id"], row["employee_no"], row["business_date"]) for row in marks)
    found = await timelines(session, stretches)
    rules = rules_of(await thresholds(session))
    kinds = kinds_of(duty.day for timeline in found.values() for duty in timeline.duties)
    changes = Changes()
    for stretch in stretches:
        timeline = found[stretch.employee_no]
        days = evaluate(timeline.duties, timeline.punches, timeline.leaves, rules, kinds)
        _compare(session, stretch, timeline, days=days, rules=rules, changes=changes)
    await _write(session, changes, door)
    await connection.execute("DELETE FROM dirty_days WHERE id = ANY ($1::bigint[])", done)
    return len(done)


def rules_of(settings: Thresholds) -> Callable[[date], Rules]:
    """Give the rules of matching on any day."""
    known: dict[date, Rules] = {}

    def on(day: date) -> Rules:
        if day not in known:
            known[day] = Rules(
                settings.minutes("punch_before_minutes", day),
                settings.minutes("punch_after_minutes", day),
                settings.minutes("punch_repeat_minutes", day),
            )
        return known[day]

    return on


def stretches_of(marks: Iterable[tuple[int, str, date]]) -> tuple[list[Stretch], list[int]]:
    """Make stretches out of marks, one a person, and tell which marks they cover; the others wait for the next batch.

    A punch can belong to the day before and change the day after, so each mark stands for three days.
    """
    by_person: dict[str, list[tuple[date, int]]] = {}
    for mark, person, day in marks:
        by_person.setdefault(person, []).append((day, mark))
    stretches: list[Stretch] = []
    done: list[int] = []
    size = 0
    for person, own in by_person.items():
        own.sort()
        first = last = own[0][0]
        covered = []
        for day, mark in own:
            if day - last > NEAR:
                break
            last = day
            covered.append(mark)
        size += (last - first).days + 3
        if stretches and size > PERSON_DAYS:
            break
        stretches.append(Stretch(person, first - timedelta(days=1), last + timedelta(days=1)))
        done += covered
    return stretches, done


def _compare(
    session: AsyncSession,
    stretch: Stretch,
    timeline: Timeline,
    *,
    days: Sequence[Day],
    rules: Callable[[date], Rules],
    changes: Changes,
) -> None:
    door, person = door_of(session), stretch.employee_no
    evaluated = {one.day: one for one in days if stretch.first <= one.day <= stretch.last}
    before = in_a_row = timeline.absent_before
    for day in sorted(evaluated.keys() | timeline.days.keys()):
        stood, new = timeline.days.get(day), evaluated.get(day)
        if stood is not None:
            before = stood[IN_A_ROW]
        if new is not None and timeline.due[day] > door.now:  # a shift of this day is still going on: as it stands
            in_a_row = before if stood is not None else in_a_row
            continue
        facts: dict[Key, Outgoing] = {}
        row: tuple[Any, ...] | None = None
        if new is not None:
            in_a_row = in_a_row + 1 if new.status == "absent" else 0
            facts = facts_of(person, new, in_a_row, new.ends_at + rules(day).after)
            row = _row(person, new, in_a_row)
        if row != stood:
            if stood is not None:
                changes.gone_days.append((person, day))
            if row is not None:
                changes.new_days.append(row)
        _announce(session, person, day, told=timeline.announced[day], facts=facts, changes=changes)
    if in_a_row != before and timeline.following is not None:
        changes.dirty.append((person, timeline.following))  # days absent in a row are counted on


def _announce(
    session: AsyncSession,
    person: str,
    day: date,
    *,
    told: Mapping[Key, Announced],
    facts: Mapping[Key, Outgoing],
    changes: Changes,
) -> None:
    door = door_of(session)
    said = {key: fact.data.model_dump_json() for key, fact in facts.items()}
    for key, known in told.items():
        if said.get(key) != known.said:
            announce(session, revocation(person, key[0], known.event_id, day, door))
            changes.gone_facts.append((person, day, *key))
    for key, fact in facts.items():
        if key not in told or told[key].said != said[key]:
            event_id = announce(session, fact)
            changes.new_facts.append((person, day, *key, event_id, said[key]))


def _row(person: str, day: Day, in_a_row: int) -> tuple[Any, ...]:
    return (
        person,
        day.day,
        day.shift,
        day.kind_of_day,
        day.status,
        day.scheduled_minutes,
        day.worked_minutes,
        day.leave_minutes,
        day.absent_minutes,
        day.late_minutes,
        day.left_early_minutes,
        day.meal_eligible,
        in_a_row,
        day.came_at,
        day.left_at,
    )


async def _write(session: AsyncSession, changes: Changes, door: Door) -> None:
    connection = await raw(session)
    if changes.gone_days:
        await connection.execute(FORGET_DAYS, *zip(*changes.gone_days, strict=True))
    if changes.new_days:
        await connection.execute(KEEP_DAYS, *zip(*changes.new_days, strict=True), door.now)
    if changes.gone_facts:
        await connection.execute(FORGET_FACTS, *zip(*changes.gone_facts, strict=True))
    if changes.new_facts:
        await connection.execute(KEEP_FACTS, *zip(*changes.new_facts, strict=True))
    await mark_dirty(session, changes.dirty)


def due_of(ends_at: datetime, day: date, settings: Thresholds) -> datetime:
    """Tell from when a shift's day can be evaluated: no punch of it is to be expected any more."""
    return ends_at + settings.minutes("punch_after_minutes", day)
