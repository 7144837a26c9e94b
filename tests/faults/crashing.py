"""`python crashing.py POINT TIMES PACKAGE PART …`: run a process that kills itself when it comes to a point.

The points lie before and after each commit and each publish: of the act (API), of positions and messages (relay), and
of facts and watermark (consumer). The process dies the TIMES-th time it comes there, with SIGKILL.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import consumer, database, relay
from chassis.door import Door
from chassis.serve import main

NOTE = Path("died-at")  # in the folder of the street
times, point = 1, ""


def die() -> None:
    """End this process as a power cut would, when it is time."""
    global times  # noqa: PLW0603 - one process, one point
    times -= 1
    if times <= 0:
        NOTE.write_text(point)
        os.kill(os.getpid(), signal.SIGKILL)


def put(where: Any, name: str, wrapped: Any) -> None:
    """Put something that dies in the place of a call."""
    setattr(where, name, wrapped)


def after(module: Any, name: str, *, only: Callable[[Any], bool] = lambda _: True) -> None:
    """Die when a call has returned, if what it returned is worth it."""
    act = getattr(module, name)

    async def wrapped(*asked: Any, **named: Any) -> Any:
        answer = await act(*asked, **named)
        if only(answer):
            die()
        return answer

    put(module, name, wrapped)


def before(module: Any, name: str) -> None:
    """Die when a call is about to be made."""
    act = getattr(module, name)

    async def wrapped(*asked: Any, **named: Any) -> Any:
        die()
        return await act(*asked, **named)

    put(module, name, wrapped)


def after_commit(module: Any, name: str) -> None:
    """Die when the transaction in which a call was made is committed."""
    act, transaction = getattr(module, name), database.Database.transaction
    called = False

    async def wrapped(*asked: Any, **named: Any) -> Any:
        nonlocal called
        answer = await act(*asked, **named)
        called = True
        return answer

    @asynccontextmanager
    async def committing(self: database.Database, door: Door) -> AsyncIterator[AsyncSession]:
        async with transaction(self, door) as session:
            yield session
        if called:
            die()

    put(module, name, wrapped)
    put(database.Database, "transaction", committing)


def when_sent() -> None:
    """Die when everything of a batch is on its way and nothing is acknowledged to us."""
    taken = relay.Acknowledgements.taken

    async def wrapped(acks: relay.Acknowledgements, event: relay.Placed) -> None:
        await acks.broker.flush()
        await asyncio.sleep(0.02)
        die()
        await taken(acks, event)

    put(relay.Acknowledgements, "taken", wrapped)


POINTS: dict[str, tuple[str, Callable[[], None]]] = {
    "act written, not committed": ("api", lambda: after(database, "write_outbox")),
    "act committed, not answered": ("api", lambda: after_commit(database, "write_outbox")),
    "positions given, not committed": ("relay", lambda: after(relay, "place", only=bool)),
    "positions committed, nothing published": ("relay", lambda: after(relay, "give_positions", only=bool)),
    "one message handed over": ("relay", lambda: after(relay.Acknowledgements, "send")),
    "all sent, nothing acknowledged": ("relay", when_sent),
    "all acknowledged, not noted": ("relay", lambda: after(relay, "publish")),
    "batch received, nothing applied": ("consumer", lambda: before(consumer, "consume_batch")),
    "inbox written, facts not": ("consumer", lambda: after(consumer, "record_inbox")),
    "facts written, watermark not": ("consumer", lambda: before(consumer, "move_watermark")),
    "watermark moved, not committed": ("consumer", lambda: after(consumer, "move_watermark")),
    "batch committed, next not asked": ("consumer", lambda: after_commit(consumer, "move_watermark")),
}
"""Where to die, and which part of the street comes there."""

if __name__ == "__main__":
    point, times = sys.argv.pop(1), int(sys.argv.pop(1))
    POINTS[point][1]()
    main()
