"""What waits for the worker's clocks."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw

# While a file comes in, half of a chat may be there already: clocks rest, else an answer that lies in the next chunk
# would be announced as missing and be taken back at once. Days and buyers wait for the chats that feed them.
WAITING = """
SELECT NOT EXISTS (SELECT FROM imports WHERE state = 'committing') AS calm,
       EXISTS (SELECT FROM chats WHERE due_at <= $1) AS chats,
       EXISTS (SELECT FROM agent_days WHERE due_at <= $1) AS days,
       EXISTS (SELECT FROM buyers_due WHERE due_at <= $1) AS buyers,
       EXISTS (SELECT FROM review_status WHERE due_at <= $1) AS reviews
"""


async def what_waits(session: AsyncSession, now: datetime) -> frozenset[str]:
    """Name the queues that may be worked on now: chats, days, buyers, reviews."""
    row = await (await raw(session)).fetchrow(WAITING, now)
    assert row is not None
    if not row["calm"]:
        return frozenset()
    waiting = {name for name in ("chats", "days", "buyers", "reviews") if row[name]}
    return frozenset(waiting - {"days", "buyers"} if "chats" in waiting else waiting)
