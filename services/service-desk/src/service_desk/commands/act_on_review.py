"""What happens to a recorded review: changed by the buyer, answered, laid to somebody, its case reported and closed."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from chassis.door import door_of
from service_desk.commands.people import check_people
from service_desk.commands.take_reviews import written_parties
from service_desk.domain.errors import (
    NothingToChange,
    OwnReviewNotYours,
    ReportMissing,
    ReviewClosed,
    ReviewNotFound,
    TimesOutOfOrder,
)
from service_desk.domain.message import check_time
from service_desk.domain.review import Parties

# the row of its status is held, so that of two acts at once one comes after the other
HOLD = """
SELECT r.review_id, s.grade, v.version, v.score, v.body, v.parties, v.cause, v.since, r.written_at
FROM reviews r JOIN review_status s ON s.review_id = r.review_id
JOIN LATERAL (SELECT * FROM review_versions WHERE review_id = r.review_id ORDER BY version DESC LIMIT 1) v ON true
WHERE r.shop = $1 AND r.review_no = $2 FOR UPDATE OF s
"""
PEOPLE = "SELECT employee_no FROM review_people WHERE review_id = $1"
ACTS = "SELECT act, at FROM review_acts WHERE review_id = $1"
VERSION = """
WITH d AS (UPDATE review_status SET due_at = $9 WHERE review_id = $1)
INSERT INTO review_versions (review_id, version, score, body, parties, cause, since, reason, recorded_at, recorded_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
ACT = """
WITH d AS (UPDATE review_status SET due_at = $5 WHERE review_id = $1)
INSERT INTO review_acts (review_id, act, at, body, recorded_at, recorded_by) VALUES ($1, $2, $3, $4, $5, $6)
"""


async def revise_review(
    session: AsyncSession, shop: str, review_no: str, *, score: int, body: str | None, at: datetime | None
) -> None:
    """Record that the buyer changed a review, now unless said when.

    Raises ReviewNotFound, NothingToChange, SentInFuture, TimesOutOfOrder.
    """
    held = await _held(session, shop, review_no)
    now = door_of(session).now
    since = at or now
    check_time(since, field="revised_at", now=now)
    if since < held["since"]:
        raise TimesOutOfOrder(field="revised_at", at=since.isoformat(), earliest=held["since"].isoformat())
    said = held["body"] if body is None else body
    if (score, said) == (held["score"], held["body"]):
        raise NothingToChange()
    await _version(session, held, score=score, body=said, since=since)


async def name_responsible(
    session: AsyncSession,
    shop: str,
    review_no: str,
    *,
    parties: Parties | None,
    cause: str | None,
    reason: str | None,
    by: str | None,
) -> None:
    """Settle who answers for a review, and why it was written; None: the sellers of its order.

    Raises ReviewNotFound, NothingToChange, EmployeeUnknown, OwnReviewNotYours.
    """
    held = await _held(session, shop, review_no)
    await _not_own(session, held, by, parties or ())
    await check_people(session, [party.employee_no for party in parties or ()], field="responsible")
    written, why = written_parties(parties), held["cause"] if cause is None else cause
    if (written, why) == (held["parties"], held["cause"]):
        raise NothingToChange()
    await _version(session, held, parties=written, cause=why, reason=reason)


async def answer_review(
    session: AsyncSession, shop: str, review_no: str, *, body: str | None, at: datetime | None
) -> bool:
    """Record a public answer, given now unless said when; returns whether it was new.

    Raises ReviewNotFound, SentInFuture, TimesOutOfOrder.
    """
    held = await _held(session, shop, review_no)
    now = door_of(session).now
    given = at or now
    check_time(given, field="answered_at", now=now)
    if given < held["written_at"]:
        raise TimesOutOfOrder(field="answered_at", at=given.isoformat(), earliest=held["written_at"].isoformat())
    if at is not None and ("answered", at) in await _acts(session, held):
        return False
    await _act(session, held, "answered", given, body)
    return True


async def report_review(session: AsyncSession, shop: str, review_no: str, *, report: str) -> None:
    """File the report on a review (中差评处理报告). Raises ReviewNotFound, ReviewClosed."""
    held = await _held(session, shop, review_no)
    await _still_open(session, held)
    await _act(session, held, "reported", door_of(session).now, report)


async def close_review(session: AsyncSession, shop: str, review_no: str, *, by: str | None) -> None:
    """Close a review's case. Raises ReviewNotFound, ReviewClosed, ReportMissing, OwnReviewNotYours."""
    held = await _held(session, shop, review_no)
    await _not_own(session, held, by, ())
    acts = await _still_open(session, held)
    if held["score"] <= 3 and "reported" not in {act for act, _ in acts}:
        raise ReportMissing()
    await _act(session, held, "closed", door_of(session).now, None)


async def _held(session: AsyncSession, shop: str, review_no: str) -> Any:
    held = await (await raw(session)).fetchrow(HOLD, shop, review_no)
    if held is None:
        raise ReviewNotFound()
    return held


async def _not_own(session: AsyncSession, held: Any, by: str | None, parties: Parties) -> None:
    rows = await (await raw(session)).fetch(PEOPLE, held["review_id"])
    named = {employee_no for employee_no, _ in json.loads(held["parties"] or "[]")}
    if by is not None and by in {row["employee_no"] for row in rows} | named | {p.employee_no for p in parties}:
        raise OwnReviewNotYours()


async def _acts(session: AsyncSession, held: Any) -> list[tuple[str, datetime]]:
    return [(row["act"], row["at"]) for row in await (await raw(session)).fetch(ACTS, held["review_id"])]


async def _still_open(session: AsyncSession, held: Any) -> list[tuple[str, datetime]]:
    acts = await _acts(session, held)
    if "closed" in {act for act, _ in acts}:
        raise ReviewClosed()
    return acts


async def _version(session: AsyncSession, held: Any, *, reason: str | None = None, **changed: Any) -> None:
    door = door_of(session)
    next_one = dict(held) | changed
    told = [next_one[name] for name in ("score", "body", "parties", "cause", "since")]
    await (await raw(session)).execute(
        VERSION, held["review_id"], held["version"] + 1, *told, reason, door.now, door.actor
    )


async def _act(session: AsyncSession, held: Any, act: str, at: datetime, body: str | None) -> None:
    door = door_of(session)
    await (await raw(session)).execute(ACT, held["review_id"], act, at, body, door.now, door.actor)
