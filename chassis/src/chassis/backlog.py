"""Back-pressure: while too many events wait in the outbox, nothing is taken on that would announce more."""

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import telemetry
from chassis.database import Database
from chassis.door import Door
from chassis.problems import Unavailable

LOOK_EVERY = 1.0

# From the first event without a position to the last of all: two steps down an index, however many wait. Ids that were
# skipped count too, which are few: an outbox row is the last thing a transaction writes.
WAITING = text(
    "SELECT coalesce((SELECT max(id) FROM outbox) - (SELECT min(id) FROM outbox WHERE position IS NULL) + 1, 0)"
)

log = telemetry.logger("backlog")


class OutboxFull(Unavailable):
    """Too many events wait to be sent to the other services; nothing was changed. Reading goes on; try again later."""

    zh = "等待发送给其他服务的事件过多；未做任何更改。查询不受影响，请稍后重试。"


@dataclass(slots=True)
class Backlog:
    """How many events wait in the outbox of `database`, as it was at most a moment ago; full from `limit` on."""

    database: Database
    limit: int
    waiting: int = 0
    looked: float = -math.inf
    looking: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def transaction(self, door: Door | None) -> AsyncIterator[AsyncSession]:
        """Open the transaction of a door; one that announces is given up where the outbox is full (OutboxFull)."""
        async with self.database.transaction(door) as session:
            yield session
            if "outbox" in session.info:
                await self.admit()

    async def admit(self) -> None:
        """Let another announcement pass. Raises OutboxFull (503).

        Looks at the database once a second at most, and waits for what it sees only where it was full before.
        """
        looking = self._look()
        if looking is not None and self.full:
            await asyncio.shield(looking)
        if self.full:
            raise OutboxFull()

    async def drained(self) -> None:
        """Wait until there is room, for work that can wait."""
        told = False
        while True:
            if (looking := self._look()) is not None:
                await asyncio.shield(looking)
            if not self.full:
                return
            if not told:
                log.warning("waiting for the outbox", extra={"action": "outbox_full", "waiting": self.waiting})
                told = True
            await asyncio.sleep(LOOK_EVERY)

    @property
    def full(self) -> bool:
        return self.waiting >= self.limit

    def _look(self) -> asyncio.Task[None] | None:
        now = asyncio.get_running_loop().time()
        if self.looking is None and now - self.looked >= LOOK_EVERY:
            self.looked = now
            self.looking = asyncio.create_task(self._count())
        return self.looking

    async def _count(self) -> None:
        try:
            with suppress(Exception):  # a database that does not answer is told by whoever needs it
                async with self.database.engine.connect() as connection:
                    self.waiting = (await connection.execute(WAITING)).scalar_one()
        finally:
            self.looking = None
