"""Closing the days of agents: chats, replies and the average wait of a business date that is over."""

from decimal import ROUND_HALF_UP, Decimal
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from chassis.door import door_of
from service_desk.commands.reconcile import reconcile
from service_desk.outgoing import day_fact, revocation
from service_desk.queries.desk import thresholds_now

AT_ONCE = 500
REASON = "该日的会话重新结算 / the chats of that day were settled anew"

DUE = """
SELECT employee_no, business_date FROM agent_days WHERE due_at <= $1
ORDER BY due_at, business_date, employee_no LIMIT $2
FOR UPDATE SKIP LOCKED
"""
COUNTED = """
SELECT t.employee_no, t.business_date, count(DISTINCT w.chat_id)::integer AS chats,
       count(w.answered_at)::integer AS replies,
       coalesce(sum(w.waited_seconds) FILTER (WHERE w.answered_at IS NOT NULL), 0)::bigint AS seconds
FROM unnest($1::text[], $2::date[]) AS t (employee_no, business_date)
LEFT JOIN chat_waits w ON w.employee_no = t.employee_no AND w.business_date = t.business_date AND w.settled
GROUP BY t.employee_no, t.business_date ORDER BY t.business_date, t.employee_no
"""
CLOSE = """
UPDATE agent_days d SET chats = t.chats, replies = t.replies, average_seconds = t.average::numeric, closed = true,
    due_at = NULL
FROM unnest($1::text[], $2::date[], $3::integer[], $4::integer[], $5::text[])
    AS t (employee_no, business_date, chats, replies, average)
WHERE d.employee_no = t.employee_no AND d.business_date = t.business_date
"""


async def settle_days(session: AsyncSession) -> bool:
    """Settle days that are over, or that something was changed about since; tells whether there were any.

    A day without any chats left is announced no more.
    """
    door, connection = door_of(session), await raw(session)
    due = await connection.fetch(DUE, door.now, AT_ONCE)
    if not due:
        return False
    known = await thresholds_now(session)
    facts, rows = [], []
    for who, day, chats, replies, seconds in await connection.fetch(COUNTED, *zip(*due, strict=True)):
        average = (Decimal(seconds) / max(replies, 1)).quantize(Decimal("0.01"), ROUND_HALF_UP)
        rows.append((who, day, chats, replies, str(average)))
        if chats:
            closed_at = known.day_ends(day, door.timezone)
            facts.append(day_fact(who, day, closed_at=closed_at, chats=chats, replies=replies, average=average))
    groups = [f"day/{row['employee_no']}/{row['business_date']}" for row in due]
    await reconcile(session, groups, facts, revoke=partial(revocation, reason=REASON))
    await connection.execute(CLOSE, *zip(*rows, strict=True))
    return True
