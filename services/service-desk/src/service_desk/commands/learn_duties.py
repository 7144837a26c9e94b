"""The projection of the roster: who is on duty when, and on which seats."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from chassis.door import door_of


class Published(NamedTuple):
    """A duty as it was announced: its stretches, and its seats as shops and accounts side by side."""

    duty_id: UUID
    employee_no: str
    business_date: date
    stretches: Sequence[tuple[datetime, datetime]]
    seats: Sequence[tuple[str, str | None]]


# asyncpg takes no arrays of arrays of different lengths, so each duty's stretches and seats travel as rows
LEARN = """
WITH s AS (
    SELECT duty, array_agg(starts_at ORDER BY starts_at) AS starts, array_agg(ends_at ORDER BY starts_at) AS ends
    FROM unnest($4::uuid[], $5::timestamptz[], $6::timestamptz[]) AS t (duty, starts_at, ends_at) GROUP BY duty
), p AS (
    SELECT duty, array_agg(shop) AS shops, array_agg(account) AS accounts
    FROM unnest($7::uuid[], $8::text[], $9::text[]) AS t (duty, shop, account) GROUP BY duty
)
INSERT INTO duties (duty_id, employee_no, business_date, starts, ends, seat_shops, seat_accounts)
SELECT t.duty, t.employee_no, t.day, coalesce(s.starts, '{}'), coalesce(s.ends, '{}'), coalesce(p.shops, '{}'),
       coalesce(p.accounts, '{}')
FROM unnest($1::uuid[], $2::text[], $3::date[]) AS t (duty, employee_no, day)
LEFT JOIN s ON s.duty = t.duty LEFT JOIN p ON p.duty = t.duty
ON CONFLICT (duty_id) DO UPDATE SET employee_no = excluded.employee_no, business_date = excluded.business_date,
    starts = excluded.starts, ends = excluded.ends, seat_shops = excluded.seat_shops,
    seat_accounts = excluded.seat_accounts
"""
FORGET = "DELETE FROM duties WHERE duty_id = ANY ($1::uuid[]) RETURNING employee_no, business_date, seat_shops"
# whatever began up to a week before may have been waiting for that duty
AFFECTED = """
UPDATE chats c SET due_at = least(c.due_at, $3) FROM (
    SELECT DISTINCT w.chat_id FROM unnest($1::text[], $2::date[]) AS t (employee_no, day)
    JOIN chat_waits w ON w.employee_no = t.employee_no AND w.business_date BETWEEN t.day - 8 AND t.day + 1
) AS a WHERE c.chat_id = a.chat_id
"""
# messages of nobody known, which the duty may put a name to
NAMELESS = """
UPDATE chats c SET due_at = least(c.due_at, $3) FROM unnest($1::text[], $2::date[]) AS t (shop, day)
WHERE c.shop = t.shop AND c.first_at < t.day + 3 AND c.last_at >= t.day - 1 AND EXISTS (
    SELECT FROM messages m WHERE m.chat_id = c.chat_id AND m.employee_no IS NULL AND m.sender <> 'automatic')
"""


async def learn_duties(session: AsyncSession, duties: Sequence[Published], revoked: Collection[UUID]) -> None:
    """Note published duties, and forget revoked ones; the chats that they concern are due again."""
    door, connection = door_of(session), await raw(session)
    people = {(duty.employee_no, duty.business_date) for duty in duties}
    shops = {(shop, duty.business_date) for duty in duties for shop, _ in duty.seats}
    if duties:
        stretches = [(duty.duty_id, *stretch) for duty in duties for stretch in duty.stretches]
        seats = [(duty.duty_id, *seat) for duty in duties for seat in duty.seats]
        heads = [(duty.duty_id, duty.employee_no, duty.business_date) for duty in duties]
        await connection.execute(LEARN, *_columns(heads), *_columns(stretches), *_columns(seats))
    if revoked:
        for row in await connection.fetch(FORGET, list(revoked)):
            people.add((row["employee_no"], row["business_date"]))
            shops |= {(shop, row["business_date"]) for shop in row["seat_shops"]}
    if people:
        await connection.execute(AFFECTED, *_columns(sorted(people)), door.now)
    if shops:
        await connection.execute(NAMELESS, *_columns(sorted(shops)), door.now)


def _columns(rows: Sequence[tuple[object, ...]]) -> list[Sequence[object]]:
    return list(zip(*rows, strict=True)) if rows else [()] * 3  # all of them have three or are never empty
