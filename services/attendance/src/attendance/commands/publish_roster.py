"""Publishing the roster: from then on people are on duty, and everybody who must know is told."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from attendance.commands.plan_roster import ONE_WRITER
from attendance.domain.roster import Planned, longest_run
from attendance.domain.thresholds import Thresholds
from attendance.models import duties, duty_states
from attendance.outgoing.roster import shift_published
from attendance.queries.people import visible
from attendance.queries.roster import planned_of, standing_duties
from attendance.queries.thresholds import thresholds
from chassis.auth import Principal
from chassis.database import raw
from chassis.door import door_of
from chassis.outbox import announce

PUBLISH = """
UPDATE duty_states s SET state = 'published', event_id = p.event_id, changed_at = $3, changed_by = $4
FROM unnest($1::uuid[], $2::uuid[]) AS p (duty_id, event_id) WHERE s.duty_id = p.duty_id
"""
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Run:
    """Somebody without a rest day for longer than is meant (B-01.1b)."""

    employee_no: str
    days: int


@dataclass(frozen=True, slots=True)
class Published:
    """How many entries were published, and what whoever did it should look at."""

    published: int
    warnings: list[Run]


async def publish_roster(
    session: AsyncSession, by: Principal, first: date, last: date, people: Collection[str] | None
) -> Published:
    """Publish the drafts of a period that `by` may plan, of everybody or of some people."""
    await session.execute(ONE_WRITER)
    door = door_of(session)
    drafts = select(duties).join(duty_states, duty_states.c.duty_id == duties.c.duty_id)
    drafts = drafts.where(
        duty_states.c.state == "draft",
        duties.c.business_date.between(first, last),
        visible(by, duties.c.employee_no),
    )
    if people is not None:
        drafts = drafts.where(duties.c.employee_no.in_(people))
    planned = [planned_of(row) for row in (await session.execute(drafts)).mappings()]
    if not planned:
        return Published(0, [])
    event_ids = [announce(session, shift_published(one, door)) for one in planned]
    ids = [one.duty_id for one in planned]
    await (await raw(session)).execute(PUBLISH, ids, event_ids, door.now, door.actor)
    concerned = {one.employee_no for one in planned}
    standing = await standing_duties(session, concerned, first - WEEK, last + WEEK)
    settings = await thresholds(session)
    runs = [Run(person, _run(own)) for person, own in sorted(standing.items())]
    return Published(len(planned), [run for run in runs if run.days > _most(settings, first)])


def _run(own: list[Planned]) -> int:
    return longest_run(sorted({one.day for one in own}))


def _most(settings: Thresholds, first: date) -> int:
    return settings.on("longest_run_days", first)
