"""Taking reports of reviews in, many at a time: new ones are recorded, known ones get another version."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import asyncpg
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from chassis.door import door_of, new_id
from chassis.problems import Refusal
from service_desk.commands.people import unknown_people
from service_desk.domain.errors import EmployeeUnknown, OrderUnknown, ReviewDiffers, TimesOutOfOrder
from service_desk.domain.message import check_time
from service_desk.domain.review import Draft, Parties

Taken = Literal["new", "same", "amended"] | Refusal

KNOWN = """
SELECT k.place, r.review_id, r.order_no, r.buyer, r.written_at,
       (SELECT json_agg(json_build_array(v.score, v.body) ORDER BY v.version) FROM review_versions v
        WHERE v.review_id = r.review_id)::text AS said,
       l.version, l.parties, l.cause, l.since,
       (SELECT min(a.at) FROM review_acts a WHERE a.review_id = r.review_id AND a.act = 'answered') AS answered_at
FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS k (shop, review_no, place)
JOIN reviews r ON r.shop = k.shop AND r.review_no = k.review_no
JOIN LATERAL (SELECT * FROM review_versions v WHERE v.review_id = r.review_id ORDER BY version DESC LIMIT 1) l ON true
"""
LOCK = """
SELECT s.review_id FROM review_status s JOIN reviews r ON r.review_id = s.review_id
JOIN unnest($1::text[], $2::text[]) AS k (shop, review_no) ON r.shop = k.shop AND r.review_no = k.review_no
ORDER BY s.review_id FOR UPDATE OF s
"""
ORDERS = """
SELECT o.shop, o.order_no FROM orders o JOIN unnest($1::text[], $2::text[]) AS t (shop, order_no)
ON o.shop = t.shop AND o.order_no = t.order_no
"""
RECORD = """
WITH t AS (
    SELECT * FROM unnest(
        $1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::integer[], $8::text[],
        $9::text[], $10::text[], $11::timestamptz[]
    ) AS t (id, shop, review_no, order_no, buyer, written_at, score, body, parties, cause, answered_at)
), r AS (
    INSERT INTO reviews (review_id, shop, review_no, order_no, buyer, written_at, recorded_at, recorded_by)
    SELECT id, shop, review_no, order_no, buyer, written_at, $12, $13 FROM t
    ON CONFLICT (shop, review_no) DO NOTHING RETURNING review_id
), n AS (SELECT t.* FROM t JOIN r ON r.review_id = t.id), v AS (
    INSERT INTO review_versions (review_id, version, score, body, parties, cause, since, recorded_at, recorded_by)
    SELECT id, 1, score, body, parties, cause, written_at, $12, $13 FROM n
), a AS (
    INSERT INTO review_acts (review_id, act, at, recorded_at, recorded_by)
    SELECT id, 'answered', answered_at, $12, $13 FROM n WHERE answered_at IS NOT NULL
), s AS (
    INSERT INTO review_status (review_id, version, grade, overdue, due_at)
    SELECT id, 1, CASE WHEN score <= 2 THEN 'negative' WHEN score = 3 THEN 'neutral' ELSE 'positive' END, false, $12
    FROM n
)
SELECT review_id FROM r
"""
VERSIONS = """
INSERT INTO review_versions (review_id, version, score, body, parties, cause, since, reason, recorded_at, recorded_by)
SELECT t.*, $9, $10 FROM unnest($1::uuid[], $2::integer[], $3::integer[], $4::text[], $5::text[], $6::text[],
    $7::timestamptz[], $8::text[]) AS t
"""
ANSWERS = """
INSERT INTO review_acts (review_id, act, at, recorded_at, recorded_by)
SELECT id, 'answered', at, $3, $4 FROM unnest($1::uuid[], $2::timestamptz[]) AS t (id, at)
"""
DUE = "UPDATE review_status SET due_at = $2 WHERE review_id = ANY ($1::uuid[])"


@dataclass(frozen=True, slots=True)
class Change:
    """Another version of a recorded review, a public answer to it, or both."""

    review_id: UUID
    field: str
    version: tuple[Any, ...] | None
    answered_at: datetime | None


Found = Literal["new", "same"] | Change | Refusal


async def judge_reviews(session: AsyncSession, drafts: Sequence[Draft]) -> list[Taken]:
    """Tell what `take_reviews` would make of each report, changing nothing."""
    return [_verdict(found) for found in await _judged(session, drafts)]


async def record_review(session: AsyncSession, draft: Draft) -> Literal["new", "same"]:
    """Record one review, as a shop's system or a person reports it.

    Raises ReviewDiffers with the field, when another content is recorded under its number, and what `take_reviews`
    answers as refusals.
    """
    [found] = await _judged(session, [draft])
    if isinstance(found, Change):
        raise ReviewDiffers(field=found.field, field_name=found.field)
    if found == "new":
        [taken] = await take_reviews(session, [draft])
        found = "same" if taken == "amended" else taken
    if isinstance(found, Refusal):
        raise found
    return found


async def take_reviews(session: AsyncSession, drafts: Sequence[Draft]) -> list[Taken]:
    """Record new reviews; known ones get what is new about them. Each is named once.

    What the buyer says differently is another version, unless an earlier version said it; responsibility and cause are
    taken from a later report only while nobody named any.
    """
    connection, door = await raw(session), door_of(session)
    if drafts:
        await connection.fetch(LOCK, *_keys(drafts))
    found = await _judged(session, drafts)
    news = [(new_id(), draft) for draft, one in zip(drafts, found, strict=True) if one == "new"]
    written: set[UUID] = set()
    if news:
        rows = await connection.fetch(RECORD, *_columns(news), door.now, door.actor)
        written = {row["review_id"] for row in rows}
    changes = [one for one in found if isinstance(one, Change)]
    if versions := [change.version for change in changes if change.version]:
        await connection.execute(VERSIONS, *zip(*versions, strict=True), door.now, door.actor)
    if answers := [(change.review_id, change.answered_at) for change in changes if change.answered_at]:
        await connection.execute(ANSWERS, *zip(*answers, strict=True), door.now, door.actor)
    if changes:
        await connection.execute(DUE, [change.review_id for change in changes], door.now)
    taken = [_verdict(one) for one in found]
    again = [draft for review_id, draft in news if review_id not in written]
    if again:  # somebody else recorded them meanwhile, so now they are known
        told = dict(zip([(d.shop, d.review_no) for d in again], await take_reviews(session, again), strict=True))
        taken = [told.get((d.shop, d.review_no), one) for d, one in zip(drafts, taken, strict=True)]
    return taken


def _verdict(found: Found) -> Taken:
    return "amended" if isinstance(found, Change) else found


def _keys(drafts: Sequence[Draft]) -> tuple[list[str], list[str]]:
    return [draft.shop for draft in drafts], [draft.review_no for draft in drafts]


def written_parties(parties: Parties | None) -> str | None:
    """Write people down as they are stored."""
    return None if parties is None else json.dumps(parties, ensure_ascii=False)


def _columns(news: Sequence[tuple[UUID, Draft]]) -> list[Sequence[Any]]:
    rows = [
        (
            *(key, d.shop, d.review_no, d.order_no, d.buyer, d.written_at, d.score, d.body),
            *(written_parties(d.parties), d.cause, d.answered_at),
        )
        for key, d in news
    ]
    return list(zip(*rows, strict=True))


async def _judged(session: AsyncSession, drafts: Sequence[Draft]) -> list[Found]:
    if not drafts:
        return []
    connection, now = await raw(session), door_of(session).now
    known = {row["place"] - 1: row for row in await connection.fetch(KNOWN, *_keys(drafts))}
    strict = [(d.shop, d.order_no) for d in drafts if not d.order_may_be_unknown and d.order_no is not None]
    rows = await connection.fetch(ORDERS, *zip(*strict, strict=True)) if strict else []
    orders = {(row["shop"], row["order_no"]) for row in rows}
    strangers = await unknown_people(session, {p.employee_no for d in drafts for p in d.parties or ()})
    found: list[Found] = []
    for place, draft in enumerate(drafts):
        try:
            if (recorded := known.get(place)) is None:
                _check_new(draft, strangers, orders, now)
                found.append("new")
            else:
                found.append(_change(recorded, draft, strangers, now))
        except Refusal as refusal:
            found.append(refusal)
    return found


def _check_new(draft: Draft, strangers: frozenset[str], orders: set[tuple[str, str]], now: datetime) -> None:
    check_time(draft.written_at, field="written_at", now=now)
    if draft.answered_at is not None:
        check_time(draft.answered_at, field="answered_at", now=now)
        _check_order(draft.answered_at, draft.written_at, "answered_at")
    _check_people(draft, strangers)
    if draft.order_no is not None and not draft.order_may_be_unknown and (draft.shop, draft.order_no) not in orders:
        raise OrderUnknown(field="order_no", shop=draft.shop, order_no=draft.order_no)


def _check_people(draft: Draft, strangers: frozenset[str]) -> None:
    for party in draft.parties or ():
        if party.employee_no in strangers:
            raise EmployeeUnknown(field="responsible", employee_no=party.employee_no)


def _check_order(at: datetime, earliest: datetime, field: str) -> None:
    if at < earliest:
        raise TimesOutOfOrder(field=field, at=at.isoformat(), earliest=earliest.isoformat())


def _change(
    recorded: asyncpg.Record, draft: Draft, strangers: frozenset[str], now: datetime
) -> Literal["same"] | Change:
    for name in ("order_no", "buyer", "written_at"):
        told = getattr(draft, name)
        if told is not None and told != recorded[name]:
            raise ReviewDiffers(field=name, field_name=name)
    said = json.loads(recorded["said"])
    score, body = said[-1]
    parties, cause, since = recorded["parties"], recorded["cause"], recorded["since"]
    spoken = [draft.score, body if draft.body is None else draft.body]
    changed = []
    if spoken not in said:
        changed.append("text" if draft.score == score else "score")
        score, body = spoken
        since = draft.revised_at or now
        check_time(since, field="revised_at", now=now)
        _check_order(since, recorded["since"], "revised_at")
    if parties is None and draft.parties is not None:
        _check_people(draft, strangers)
        parties = written_parties(draft.parties)
        changed.append("responsible")
    if cause is None and draft.cause is not None:
        cause = draft.cause
        changed.append("cause")
    answer = draft.answered_at
    if answer is not None:
        check_time(answer, field="answered_at", now=now)
        _check_order(answer, recorded["written_at"], "answered_at")
    if answer is not None and recorded["answered_at"] is not None and answer >= recorded["answered_at"]:
        answer = None  # an answer is known that was given before
    version = (recorded["review_id"], recorded["version"] + 1, score, body, parties, cause, since, None)
    if not changed and answer is None:
        return "same"
    return Change(recorded["review_id"], [*changed, "answered_at"][0], version if changed else None, answer)
