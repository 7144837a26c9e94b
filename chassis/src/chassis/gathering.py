"""A door for many: requests of one kind that come while others are at work share the next transaction.

A statement costs little more for ten small things than for one, and BEGIN, COMMIT and the disk cost the same. Each
request is still answered for itself, after the commit, and acts under its own door: its time, actor and correlation id.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.backlog import Backlog
from chassis.door import Door
from chassis.problems import Refusal, Unavailable
from chassis.troubles import passes, sqlstate

AT_ONCE = 100
LANES = 2  # transactions at a time: a second one, so that others get on while the first waits for somebody's lock
TURNS = 2  # of the loop; requests that reached the process together ask within so many of each other

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")
Act = Callable[[AsyncSession, Sequence[tuple[Asked, Door]]], Awaitable[Sequence[Answer | Refusal]]]


async def alone(session: AsyncSession, act: Act[Asked, Answer], asked: Asked, door: Door) -> Answer:
    """Have `act` done for one request in the transaction of `session`; raises its refusal."""
    [answer] = await act(session, [(asked, door)])
    if isinstance(answer, Refusal):
        raise answer
    return answer


@dataclass(frozen=True, slots=True)
class _Request(Generic[Asked, Answer]):
    asked: Asked
    door: Door
    answer: asyncio.Future[Answer]

    def say(self, answer: Answer | Exception) -> None:
        if self.answer.done():  # who asked has gone away
            return
        if isinstance(answer, Exception):
            self.answer.set_exception(answer)
        else:
            self.answer.set_result(answer)


@dataclass(slots=True)
class Gathering(Generic[Asked, Answer]):
    """Does `act` for whatever requests have come together, in one transaction; `act` answers each or refuses it."""

    backlog: Backlog
    act: Act[Asked, Answer]
    waiting: deque[_Request[Asked, Answer]] = field(default_factory=deque)
    lanes: set[asyncio.Task[None]] = field(default_factory=set)

    async def ask(self, asked: Asked, door: Door) -> Answer:
        """Have it done with the others that wait; returns its own answer once that is committed.

        Raises its own Refusal, OutboxFull, or what kept the transaction from being committed.
        """
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self.waiting.append(_Request(asked, door, answer))
        if len(self.lanes) < LANES:
            # in a context of its own: what is logged of a shared transaction is not one request's doing
            self.lanes.add(asyncio.get_running_loop().create_task(self._work(), context=Context()))
        return await answer

    async def _work(self) -> None:
        lane = asyncio.current_task()
        assert lane is not None
        try:
            while self.waiting:
                await self._let_in()
                taken = [self.waiting.popleft() for _ in range(min(AT_ONCE, len(self.waiting)))]
                await self._do([request for request in taken if not request.answer.done()])
        finally:
            self.lanes.remove(lane)  # with no pause after the last look: nobody may wait for a lane that has ended

    async def _let_in(self) -> None:
        """Wait for those who came with the first, each a turn or two behind the one before."""
        seen = 0
        while seen < len(self.waiting) < AT_ONCE:
            seen = len(self.waiting)
            for _ in range(TURNS):
                await asyncio.sleep(0)

    async def _do(self, requests: Sequence[_Request[Asked, Answer]]) -> None:
        if not requests:
            return
        answered: list[tuple[_Request[Asked, Answer], Answer | Exception]]
        try:
            async with self.backlog.transaction(None) as session:
                answers = await self.act(session, [(request.asked, request.door) for request in requests])
                answered = list(zip(requests, answers, strict=True))
        except Exception as error:
            if len(requests) > 1 and not _is_everybodys(error):
                for request in requests:  # one of them is at fault, and only that one shall hear of it
                    await self._do([request])
                return
            answered = [(request, error) for request in requests]
        for request, answer in answered:
            request.say(answer)


def _is_everybodys(error: Exception) -> bool:
    """Tell whether an error says nothing about any one request: what passes, and a statement ended for its length (57),
    since alone each might take as long again."""
    return passes(error) or isinstance(error, Unavailable) or (sqlstate(error) or "").startswith("57")
