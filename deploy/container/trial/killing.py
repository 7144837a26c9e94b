"""Killing one container, and watching how it comes back by itself."""

import time
from dataclasses import dataclass, field

from .engine import Container, Engine, EngineTrouble

BACK_WITHIN = 180.0
"""Seconds in which a killed container must be healthy again."""


@dataclass(slots=True)
class Kill:
    """One kill, and what became of it."""

    before: Container
    at: float
    """Seconds since the journey began."""
    running_after: float = 0.0
    healthy_after: float = 0.0

    def __str__(self) -> str:
        back = f"up after {self.running_after:4.1f} s, healthy {self.healthy_after:4.1f} s"
        return f"{self.before.service:<19} at {self.at:5.1f} s, {back}"


@dataclass
class Killer:
    """Kills, and keeps a list of it."""

    engine: Engine
    began: float = field(default_factory=time.monotonic)
    kills: list[Kill] = field(default_factory=list)

    def kill(self, service: str) -> Kill:
        """Kill a container; it is dead when this returns."""
        victim = self.engine.one(service)
        self.engine.kill(victim)
        self.kills.append(Kill(victim, time.monotonic() - self.began))
        return self.kills[-1]

    def await_back(self, kill: Kill) -> None:
        """Wait until the restart policy has what was killed healthy again. Raises EngineTrouble."""
        before = kill.before
        while True:
            now = self.engine.one(before.service)
            gone = time.monotonic() - self.began - kill.at
            if now.state["Running"] and now.state["StartedAt"] != before.state["StartedAt"]:
                kill.running_after = kill.running_after or gone
                if now.healthy:
                    break
            if gone > BACK_WITHIN:
                raise EngineTrouble(f"{before.service}: not healthy {BACK_WITHIN:g} s after SIGKILL")
            time.sleep(0.25)
        if now.told["RestartCount"] <= before.told["RestartCount"]:
            raise EngineTrouble(f"{before.service}: it was not the restart policy that brought it back")
        kill.healthy_after = gone
