"""Settling reviews that are due: how bad, whose, answered in time or not; announce what changed by it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from chassis.door import Door, door_of
from contracts.base import EventData
from service_desk.commands.reconcile import reconcile
from service_desk.domain.review import (
    Grade,
    Parties,
    Responsible,
    Run,
    Version,
    answer_overdue_at,
    runs_of,
    who_must_answer,
)
from service_desk.domain.thresholds import Thresholds
from service_desk.outgoing import Holding, Standing, review_grade, review_overdue, revocation
from service_desk.queries.desk import thresholds_now

AT_ONCE = 400
REASON = "买家修改了评价，或责任人、回复另有登记 / the buyer changed the review, or others are responsible or answered"

DUE = """
SELECT s.review_id, r.shop, r.review_no, r.order_no, coalesce(o.parties, '[]') AS sellers
FROM review_status s JOIN reviews r ON r.review_id = s.review_id
LEFT JOIN orders o ON o.shop = r.shop AND o.order_no = r.order_no
WHERE s.due_at <= $1 ORDER BY s.due_at, r.written_at, s.review_id LIMIT $2 FOR UPDATE OF s SKIP LOCKED
"""
VERSIONS = """
SELECT review_id, version, score, parties, cause, since FROM review_versions WHERE review_id = ANY ($1::uuid[])
ORDER BY review_id, version
"""
ANSWERS = "SELECT review_id, at FROM review_acts WHERE act = 'answered' AND review_id = ANY ($1::uuid[])"
SETTLED = """
UPDATE review_status s SET version = t.version, grade = t.grade, answered_at = t.answered_at, answer_by = t.answer_by,
    answerer = t.answerer, overdue = t.overdue, due_at = t.due_at
FROM unnest($1::uuid[], $2::integer[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::text[], $7::boolean[],
            $8::timestamptz[]) AS t (id, version, grade, answered_at, answer_by, answerer, overdue, due_at)
WHERE s.review_id = t.id
"""
CLEAR = "DELETE FROM review_people WHERE review_id = ANY ($1::uuid[])"
PEOPLE = """
INSERT INTO review_people (review_id, place, employee_no, weight)
SELECT * FROM unnest($1::uuid[], $2::integer[], $3::text[], $4::integer[])
"""


@dataclass(slots=True)
class Review:
    """A review that is due, with all that was said about it."""

    review_id: UUID
    shop: str
    review_no: str
    order_no: str | None
    sellers: Parties
    versions: list[Version] = field(default_factory=list)
    answers: list[datetime] = field(default_factory=list)

    @property
    def last(self) -> Version:
        return self.versions[-1]

    @property
    def parties(self) -> Parties:
        return self.sellers if self.last.parties is None else self.last.parties


async def settle_reviews(session: AsyncSession) -> bool:
    """Settle up to 400 reviews that are due; tells whether there were any.

    A review is due when something about it changed, when its order became known, and when its answer is overdue.
    """
    door, connection = door_of(session), await raw(session)
    rows = await connection.fetch(DUE, door.now, AT_ONCE)
    if not rows:
        return False
    reviews = {key: Review(key, shop, number, order, _people(sellers)) for key, shop, number, order, sellers in rows}
    for key, *said in await connection.fetch(VERSIONS, list(reviews)):
        number, score, parties, cause, since = said
        people = None if parties is None else _people(parties)
        reviews[key].versions.append(Version(number, score, people, cause, since))
    for key, at in await connection.fetch(ANSWERS, list(reviews)):
        reviews[key].answers.append(at)
    known = await thresholds_now(session)
    facts, statuses = [], []
    for review in reviews.values():
        holding, status = _settled(review, known, door)
        facts += holding
        statuses.append(status)
    grades = {f"review/{key}": runs_of(review.versions)[-1].grade for key, review in reviews.items()}
    await reconcile(session, list(grades), facts, revoke=partial(_revoked, grades))
    await connection.execute(SETTLED, *zip(*statuses, strict=True))
    await connection.execute(CLEAR, list(reviews))
    people_rows = [(r.review_id, place, *who) for r in reviews.values() for place, who in enumerate(r.parties)]
    if people_rows:
        await connection.execute(PEOPLE, *zip(*people_rows, strict=True))
    return True


def _people(written: str) -> Parties:
    return tuple(Responsible(employee_no, weight) for employee_no, weight in json.loads(written))


def _revoked(grades: Mapping[str, Grade], standing: Standing) -> EventData:
    return revocation(standing, REASON, grade=grades[standing.group])


def _settled(review: Review, known: Thresholds, door: Door) -> tuple[list[Holding], tuple[Any, ...]]:
    """Tell what holds of a review, and how it stands."""
    runs, facts = runs_of(review.versions), []
    now = runs[-1]
    key, shop, number = review.review_id, review.shop, review.review_no
    if now.grade != "positive":
        facts.append(
            review_grade(
                key,
                shop=shop,
                review_no=number,
                order_no=review.order_no,
                score=review.last.score,
                grade=now.grade,
                parties=review.parties,
                cause=review.last.cause,
                since=now.since,
                day=door.business_date(now.since),
            )
        )
    who, overdue = None, False
    for run in runs:
        day = door.business_date(run.since)
        hours = known.number("review_reply_hours", shop, day)
        who = who_must_answer(review.parties, known.text("after_sales_holder", shop, day))
        at = answer_overdue_at(run, review.answers, timedelta(hours=hours), door.now)
        overdue = at is not None
        if at is not None and who is not None:
            fact = review_overdue(
                key,
                run.version,
                shop=shop,
                review_no=number,
                who=who,
                hours=hours,
                at=at,
                day=door.business_date(at),
            )
            facts.append(fact)
    answered = _answered(review, now)
    answer_by = now.since + timedelta(hours=hours) if now.grade == "negative" else None
    open_until = answer_by if answer_by is not None and answered is None and not overdue else None
    status = (key, review.last.version, now.grade, answered, answer_by, who if answer_by else None, overdue, open_until)
    return facts, status


def _answered(review: Review, run: Run) -> datetime | None:
    return min((at for at in review.answers if at >= run.since), default=None)
