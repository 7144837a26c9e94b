"""What waits for the worker's clocks."""

from datetime import datetime

from chassis.database import Database

# While a file comes in, half of a chat may be there already: clocks rest, else an answer that lies in the next chunk
# would be announced as missing and be taken back at once. Days and buyers wait for the chats that feed them.
WAITING = """
SELECT array_remove(ARRAY[
    CASE WHEN EXISTS (SELECT FROM chats WHERE due_at <= $1) THEN 'chats' END,
    CASE WHEN EXISTS (SELECT FROM agent_days WHERE due_at <= $1) THEN 'days' END,
    CASE WHEN EXISTS (SELECT FROM buyers_due WHERE due_at <= $1) THEN 'buyers' END,
    CASE WHEN EXISTS (SELECT FROM review_status WHERE due_at <= $1) THEN 'reviews' END
], NULL)
WHERE NOT EXISTS (SELECT FROM imports WHERE state = 'committing')
"""


async def what_waits(database: Database, now: datetime) -> frozenset[str]:
    """Name the queues that may be worked on now: chats, days, buyers, reviews."""
    waiting = frozenset(await database.glance(WAITING, now) or ())
    return waiting - {"days", "buyers"} if "chats" in waiting else waiting
