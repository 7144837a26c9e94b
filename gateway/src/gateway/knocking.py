"""Whether a service that says nothing is still there.

A process that is frozen, or caught in a loop, keeps its connections and takes new ones; only its silence tells. So
where a request has no answer for a while the gateway knocks: a service at work answers that at once, however slow the
request.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import ClientError, ClientSession, ClientTimeout

from chassis import telemetry

DOUBT_AFTER = 2.0  # seconds a request is unanswered when the gateway begins to knock
PATIENCE = 5.0  # seconds in which a service opens
KNOCK_EVERY = 1.0

log = telemetry.logger("gateway")


@dataclass(slots=True)
class Pulse:
    """What is known of one service; while it is `silent` nobody else need wait to find out."""

    name: str
    host: str
    silent: bool = False
    _waiting: list[Callable[[], None]] = field(default_factory=list)
    _knocking: asyncio.Task[None] | None = None

    def doubt(self, give_up: Callable[[], None]) -> None:
        """Begin to knock for a request that waits; `give_up` is called when nobody opens."""
        self._waiting.append(give_up)
        if self._knocking is None:
            self._knocking = asyncio.create_task(self._knock())

    def trust(self, give_up: Callable[[], None]) -> None:
        """Forget a request that waits no longer."""
        if give_up in self._waiting:
            self._waiting.remove(give_up)

    async def close(self) -> None:
        """Stop knocking."""
        if self._knocking is not None:
            self._knocking.cancel()
            await asyncio.gather(self._knocking, return_exceptions=True)

    async def _knock(self) -> None:
        async with ClientSession(timeout=ClientTimeout(total=PATIENCE)) as own:  # the pool may be full of who waits
            while self._waiting or self.silent:
                opens = await self._opens(own)
                if opens is self.silent:
                    self.silent = not opens
                    action = "silent" if self.silent else "answers_again"
                    log.warning("a service's silence", extra={"action": action, "service": self.name})
                if self.silent:
                    waiting, self._waiting = self._waiting, []
                    for give_up in waiting:
                        give_up()
                await asyncio.sleep(KNOCK_EVERY)
            self._knocking = None

    async def _opens(self, own: ClientSession) -> bool:
        """Knock once, at a page that needs no database; any answer will do, a refusal too."""
        try:
            async with own.options(f"http://{self.host}/healthz", allow_redirects=False):
                return True
        except TimeoutError:
            return False
        except (ClientError, OSError):  # nobody listens there: who asks is told so at once
            return True
