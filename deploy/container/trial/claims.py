"""What `compose.yaml` claims of its containers: looked at while they run, printed, and held against the truth."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

from .engine import Container, Engine, EngineTrouble

DOOR = "gateway-api"
OURS = "/opt/zhanggui"
"""Where an image of ours keeps what it adds to the Python image it stands on."""

OURS_LARGEST = 150.0
"""MB that this may be."""

ENDED_WELL = (0, 143)
"""143 is SIGTERM that came while the program was still starting."""

STATUS = "for p in 1 $(cat /proc/1/task/1/children); do cat /proc/$p/status; done 2>/dev/null; true"
"""Of the first process and what it started: `init` or an entry point may stand before the program itself."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One running container as it was found."""

    service: str
    health: str
    size: float
    ours: float | None
    """MB of dependencies and sources in it; None for images of others."""
    users: tuple[int, ...]
    """Who its processes run as."""
    written: bool
    capabilities: int
    gains: bool
    published: tuple[str, ...]

    def breaches(self) -> Iterator[str]:
        """Name every claim that does not hold."""
        if self.health != "healthy":
            yield f"is {self.health}"
        if 0 in self.users:
            yield "runs as root"
        if self.written:
            yield "has a root file system that can be written to"
        if self.capabilities:
            yield f"has capabilities {self.capabilities:x}"
        if self.gains:
            yield "may gain privileges"
        if bool(self.published) != (self.service == DOOR):
            yield f"publishes {self.published or 'nothing'}"
        if self.ours is not None and self.ours > OURS_LARGEST:
            yield f"adds {self.ours:.0f} MB to its base image, more than {OURS_LARGEST:.0f}"


def looked_at(engine: Engine) -> list[Seen]:
    """Look at every lasting container, from inside and outside."""
    return [_seen(engine, one) for one in engine.lasting()]


def table(seen: Sequence[Seen]) -> Iterator[str]:
    """Give the lines of `ps`."""
    yield f"{'container':<21} {'health':<9} {'image':>7} {'ours':>7}  {'uid':<6} root-fs    caps nnp  published"
    for one in seen:
        users = ",".join(map(str, one.users))
        ours = "" if one.ours is None else f"{one.ours:.0f} MB"
        root, gains = "writable" if one.written else "read-only", "no" if one.gains else "yes"
        sizes = f"{one.size:4.0f} MB {ours:>7}"
        yield (
            f"{one.service:<21} {one.health:<9} {sizes}  {users:<6} {root:<9} {one.capabilities:>5x} {gains:<4} "
            f"{' '.join(one.published)}"
        )


def breached(seen: Sequence[Seen]) -> list[str]:
    """List the claims that do not hold."""
    return [f"{one.service} {breach}" for one in seen for breach in one.breaches()]


def stopped_badly(engine: Engine) -> list[str]:
    """List containers that had to be killed, or broke, when they were asked to stop."""
    codes = {one.service: one.state["ExitCode"] for one in engine.containers().values()}
    return [f"{who} ended with {code} when asked to stop" for who, code in codes.items() if code not in ENDED_WELL]


def _seen(engine: Engine, one: Container) -> Seen:
    status = engine.within(one, "sh", "-c", STATUS)
    ports = one.told["NetworkSettings"]["Ports"] or {}
    ours = one.told["Config"]["Image"].startswith("zhanggui/")
    return Seen(
        service=one.service,
        health=one.state.get("Health", {}).get("Status", "without a check"),
        size=int(engine.docker("image", "inspect", "--format", "{{.Size}}", one.told["Image"])) / 1e6,
        ours=int(engine.within(one, "du", "-sb", OURS).split()[0]) / 1e6 if ours else None,
        users=tuple(sorted({int(told) for told in re.findall(r"^Uid:\s+\d+\s+(\d+)", status, re.M)})),
        written=_can_write(engine, one),
        capabilities=reduce(or_, (int(told, 16) for told in re.findall(r"^CapEff:\s+(\w+)", status, re.M))),
        gains=set(re.findall(r"^NoNewPrivs:\s+(\d)", status, re.M)) != {"1"},
        published=tuple({f"{bound['HostPort']}->{inside}" for inside, to in ports.items() for bound in to or ()}),
    )


def _can_write(engine: Engine, one: Container) -> bool:
    """Try it as root, whom no permission of a folder keeps out."""
    try:
        engine.within(one, "sh", "-c", "echo > /trial", user="0")
    except EngineTrouble as trouble:
        return "Read-only file system" not in str(trouble)
    return True
