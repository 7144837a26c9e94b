"""Watching the processes of the stack: who ended is started again, and everybody ends in order."""

import os
import signal
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import psutil

from local_stack.processes import Identity, end, family, identity, tail
from local_stack.troubles import ProcessFailed, Trouble

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
SPOILT_LOOK = 5.0
STEADY_SECONDS = 60.0
"""Who lived this long before it ended starts again at once."""


class Running(Protocol):
    """A process of ours, forked or started as a program."""

    @property
    def pid(self) -> int: ...

    def poll(self) -> int | None: ...


@dataclass(slots=True)
class Child:
    """One place in the stack and the process that fills it at the moment."""

    name: str
    begin: Callable[[], Running]
    log: Path
    port: int
    parting: signal.Signals = signal.SIGTERM
    spoilt: Callable[[], bool] | None = None  # tells whether it runs but works again only after a new start
    running: Running | None = None
    who: Identity | None = None
    since: float = 0.0
    restarts: int = 0
    pause: float = FIRST_PAUSE
    due: float = field(default=0.0)
    looked: float = 0.0

    def start(self) -> None:
        """Fill the place."""
        self.adopt(self.begin())

    def adopt(self, running: Running) -> None:
        """Take a process that runs already."""
        self.running = running
        self.since = time.monotonic()
        try:
            self.who = identity(self.running.pid)
        except psutil.NoSuchProcess:
            self.who = None  # it ended already; the next look at it says so

    def described(self) -> dict[str, Any]:
        """What the state file says of this place."""
        pid, started = (self.who.pid, self.who.started) if self.who else (0, 0.0)
        return {
            "name": self.name,
            "pid": pid,
            "started": started,
            "port": self.port,
            "parting": int(self.parting),
            "restarts": self.restarts,
            "log": str(self.log),
        }


def require_alive(children: Iterable[Child]) -> None:
    """Raise ProcessFailed for the first child that ended; for the time until everybody is ready."""
    for child in children:
        if child.running is not None and (code := child.running.poll()) is not None:
            raise ProcessFailed(child.name, _ending(code), child.log, tail(child.log))


def look_after(children: Iterable[Child], tell: Callable[[str], None]) -> bool:
    """Notice who ended and start again whose pause is over; True when a process came or went."""
    changed = False
    now = time.monotonic()
    for child in children:
        if _is_spoilt(child, now) and child.running is not None:
            tell(f"{child.name}: takes nothing any more, is ended, log {child.log}")
            os.kill(child.running.pid, child.parting)
        if child.running is not None and (code := child.running.poll()) is not None:
            changed = True
            child.running, child.who = None, None
            child.pause = FIRST_PAUSE if now - child.since > STEADY_SECONDS else min(child.pause * 2, LONGEST_PAUSE)
            child.due = now + child.pause
            tell(f"{child.name}: {_ending(code)}, again in {child.pause:.0f} s, log {child.log}")
        if child.running is None and now >= child.due:
            try:
                child.start()
            except Trouble as trouble:  # such as a full disk: it may pass
                child.pause = min(child.pause * 2, LONGEST_PAUSE)
                child.due = now + child.pause
                tell(f"{child.name}: {trouble}")
                continue
            child.restarts += 1
            changed = True
    return changed


def _is_spoilt(child: Child, now: float) -> bool:
    if child.spoilt is None or child.running is None or now - max(child.since, child.looked) < SPOILT_LOOK:
        return False
    child.looked = now
    return child.spoilt()


def end_in_order(children: Iterable[Child], *, patience: float) -> None:
    """Ask these children to end together, and kill who has not after `patience` seconds."""
    alive = [child for child in children if child.running is not None and child.running.poll() is None]
    asked = [(family(child.running.pid)[0], child.parting) for child in alive if child.running]
    end(asked, patience=patience)
    for child in alive:
        if child.running is not None:
            child.running.poll()
        child.running = None


def end_leftovers(state: dict[str, Any]) -> None:
    """End what a killed run left behind, only processes that are still the ones it wrote down."""
    left = [
        (process, signal.Signals(entry["parting"]))
        for entry in state.get("processes", [])
        if (process := Identity(entry["pid"], entry["started"]).process()) is not None
    ]
    end(left, patience=10)


def _ending(code: int) -> str:
    return f"ended by signal {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
