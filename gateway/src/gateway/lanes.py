"""Lanes in which attempts to sign in wait for one another."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from gateway.domain.errors import TooManyRequests
from gateway.domain.patience import LONGEST

WAITING = 16


@dataclass(slots=True)
class _Lane:
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    inside: int = 0


@dataclass(slots=True)
class Lanes:
    """One attempt at a time for each key; parallel ones would all be made before the first has failed."""

    _lanes: dict[tuple[str, str], _Lane] = field(default_factory=dict)

    @asynccontextmanager
    async def enter(self, key: tuple[str, str]) -> AsyncIterator[None]:
        """Wait for one's turn; raises TooManyRequests where too many wait already."""
        lane = self._lanes.setdefault(key, _Lane())
        if lane.inside > WAITING:
            raise TooManyRequests(after=int(LONGEST))
        lane.inside += 1
        try:
            async with lane.turn:
                yield
        finally:
            lane.inside -= 1
            if not lane.inside:
                del self._lanes[key]
