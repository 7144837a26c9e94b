"""Arranging the desk: who sits on which seat, and what is allowed, from a day on."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Literal, NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from chassis.door import door_of
from chassis.problems import Refusal
from service_desk.commands.people import check_people, unknown_people
from service_desk.domain.errors import EmployeeUnknown
from service_desk.domain.thresholds import EVERY_SHOP, SETTINGS, Setting, check_setting


class Seat(NamedTuple):
    """From a day on somebody sits on a shop's seat; None: nobody any more."""

    shop: str
    account: str
    valid_from: date
    employee_no: str | None


Taken = Literal["new", "same", "amended"] | Refusal

KNOWN_SEATS = """
SELECT k.place, s.employee_no
FROM unnest($1::text[], $2::text[], $3::date[]) WITH ORDINALITY AS k (shop, account, valid_from, place)
JOIN LATERAL (SELECT employee_no FROM seats s WHERE s.shop = k.shop AND s.account = k.account
              AND s.valid_from = k.valid_from ORDER BY id DESC LIMIT 1) s ON true
"""
SEATS = """
INSERT INTO seats (shop, account, valid_from, employee_no, recorded_at, recorded_by)
SELECT shop, account, valid_from, employee_no, $5, $6
FROM unnest($1::text[], $2::text[], $3::date[], $4::text[]) AS t (shop, account, valid_from, employee_no)
"""
SEATED = """
UPDATE chats c SET due_at = least(c.due_at, $4) FROM (
    SELECT DISTINCT c.head FROM unnest($1::text[], $2::text[], $3::timestamptz[])
        AS t (shop, account, since)
    JOIN messages m ON m.account = t.account AND m.sent_at >= t.since AND m.employee_no IS NULL
    JOIN chats c ON c.chat_id = m.chat_id AND c.shop = t.shop
) AS a WHERE c.chat_id = a.head
"""
SETTING = "SELECT value FROM thresholds WHERE name = $1 AND shop = $2 AND valid_from = $3 ORDER BY id DESC LIMIT 1"
SET = """
INSERT INTO thresholds (name, shop, value, valid_from, recorded_at, recorded_by) VALUES ($1, $2, $3, $4, $5, $6)
"""
CHATS_DUE = """
UPDATE chats SET due_at = least(due_at, $3) WHERE ($1 = '' OR shop = $1) AND last_at >= $2::timestamptz
"""
REVIEWS_DUE = """
UPDATE review_status s SET due_at = least(s.due_at, $3) FROM reviews r
WHERE r.review_id = s.review_id AND s.grade = 'negative' AND ($1 = '' OR r.shop = $1)
    AND r.written_at >= $2::timestamptz - interval '30 days'
"""
BUYERS_DUE = """
INSERT INTO buyers_due (shop, buyer, due_at)
SELECT DISTINCT shop, buyer, $3::timestamptz FROM chat_waits
WHERE buyer IS NOT NULL AND ($1 = '' OR shop = $1) AND started_at >= $2::timestamptz
ON CONFLICT (shop, buyer) DO UPDATE SET due_at = excluded.due_at
"""


async def judge_seats(session: AsyncSession, seats: Sequence[Seat]) -> list[Taken]:
    """Tell what `take_seats` would make of each entry, changing nothing."""
    keys = [(seat.shop, seat.account, seat.valid_from) for seat in seats]
    rows = await (await raw(session)).fetch(KNOWN_SEATS, *zip(*keys, strict=True)) if keys else []
    known = {row["place"] - 1: row["employee_no"] for row in rows}
    strangers = await unknown_people(session, {seat.employee_no for seat in seats if seat.employee_no is not None})
    taken: list[Taken] = []
    for place, seat in enumerate(seats):
        if seat.employee_no in strangers:
            taken.append(EmployeeUnknown(field="employee_no", employee_no=seat.employee_no))
        elif place not in known:
            taken.append("new")
        else:
            taken.append("same" if known[place] == seat.employee_no else "amended")
    return taken


async def take_seats(session: AsyncSession, seats: Sequence[Seat]) -> list[Taken]:
    """Enter who sits where; of several entries of one day the last holds. The chats that they concern are due again."""
    taken = await judge_seats(session, seats)
    news = [seat for seat, verdict in zip(seats, taken, strict=True) if verdict in ("new", "amended")]
    if news:
        door, connection = door_of(session), await raw(session)
        await connection.execute(SEATS, *zip(*news, strict=True), door.now, door.actor)
        since = [(seat.shop, seat.account, midnight(session, seat.valid_from)) for seat in news]
        await connection.execute(SEATED, *zip(*since, strict=True), door.now)
    return taken


async def set_threshold(session: AsyncSession, setting: Setting) -> Literal["new", "same"]:
    """Set what is allowed from a day on; what happened since that day is judged again. Raises ThresholdUnusable,
    EmployeeUnknown."""
    value = check_setting(setting.name, setting.shop, setting.value)
    if SETTINGS[setting.name].most == 0 and value:
        await check_people(session, [value], field="value")
    door, connection = door_of(session), await raw(session)
    name, shop, _, day = setting
    if await connection.fetchval(SETTING, name, shop, day) == value:
        return "same"
    await connection.execute(SET, name, shop, value, day, door.now, door.actor)
    affected = shop or EVERY_SHOP, midnight(session, day), door.now
    if name in ("review_reply_hours", "after_sales_holder"):
        await connection.execute(REVIEWS_DUE, *affected)
    elif name == "conversion_window_hours":
        await connection.execute(BUYERS_DUE, *affected)
    else:
        await connection.execute(CHATS_DUE, *affected)
    return "new"


def midnight(session: AsyncSession, day: date) -> datetime:
    """Tell when a business date begins."""
    return datetime.combine(day, time.min, tzinfo=door_of(session).timezone)
