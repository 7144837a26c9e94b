"""The container engine and compose, by their commands."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
PROJECT = "zhanggui-trial"
"""A project of its own: containers, network and volumes of an installation in the same checkout stay untouched."""

ONE_SHOTS = ("streams", "nats-volume")
KILL = "import os, sys; os.kill(int(sys.argv[1]), 9)"


class EngineTrouble(Exception):
    """A command of the engine failed, or containers did not become what they should."""


@dataclass(frozen=True, slots=True)
class Container:
    """What the engine tells of one container."""

    service: str
    told: dict[str, Any]

    @property
    def id(self) -> str:
        return str(self.told["Id"])

    @property
    def state(self) -> dict[str, Any]:
        state: dict[str, Any] = self.told["State"]
        return state

    @property
    def healthy(self) -> bool:
        return bool(self.state["Running"] and self.state.get("Health", {}).get("Status") == "healthy")

    @property
    def lasting(self) -> bool:
        """Whether it is to run on: one-shot steps end by themselves."""
        return not self.service.endswith("-migrate") and self.service not in ONE_SHOTS


@dataclass(frozen=True, slots=True)
class Engine:
    """One compose project, its gateway published on `port`."""

    port: int

    def compose(self, *arguments: str, said: str | None = None, patience: float = 900) -> str:
        """Run one command of compose, `said` on its standard input; returns what it printed. Raises EngineTrouble."""
        told = os.environ | {"ZHANGGUI_PORT": str(self.port)}
        return _run([*_compose(), "-p", PROJECT, *arguments], environment=told, said=said, patience=patience)

    def docker(self, *arguments: str, patience: float = 60) -> str:
        """Run one command of the engine; returns what it printed. Raises EngineTrouble."""
        return _run(["docker", *arguments], patience=patience)

    def containers(self) -> dict[str, Container]:
        """Read every container of the project, by the service it belongs to."""
        mine = f"label=com.docker.compose.project={PROJECT}"
        ids = self.docker("ps", "-aq", "--filter", mine, "--filter", "label=com.docker.compose.oneoff=False").split()
        if not ids:
            return {}
        found = (Container(_service(told), told) for told in json.loads(self.docker("inspect", *ids)))
        return {one.service: one for one in sorted(found, key=lambda one: one.service)}

    def lasting(self) -> Iterator[Container]:
        """Read the containers that are to run on."""
        return (one for one in self.containers().values() if one.lasting)

    def one(self, service: str) -> Container:
        """Read the container of one service."""
        return self.containers()[service]

    def within(self, container: Container, *command: str, user: str = "") -> str:
        """Run a command inside a running container. Raises EngineTrouble when it ends with anything but 0."""
        return self.docker("exec", *(["-u", user] if user else []), container.id, *command)

    def await_health(self, *, patience: float = 300) -> float:
        """Wait until every lasting container is healthy and no one-shot failed; returns the seconds it took."""
        began = time.monotonic()
        while True:
            now = self.containers().values()
            if waiting := [one.service for one in now if one.lasting and not one.healthy]:
                if time.monotonic() - began > patience:
                    raise EngineTrouble(f"not healthy after {patience:g} s: {', '.join(waiting)}")
                time.sleep(1)
                continue
            failed = [one.service for one in now if not one.lasting and one.state["ExitCode"]]
            if failed:
                raise EngineTrouble(f"one-shot steps failed: {', '.join(failed)}")
            return time.monotonic() - began

    def kill(self, container: Container) -> None:
        """Send SIGKILL to the main process from outside, as an accident would.

        `docker kill` would not do: the engine takes it for an order to stay down, and its restart policy rests.
        """
        image, pid = self.one("gateway-api").told["Image"], str(container.state["Pid"])
        outside = ("--rm", "--pid", "host", "--network", "none", "--user", "0:0", "--entrypoint", "python")
        self.docker("run", *outside, image, "-c", KILL, pid)

    def look(self, database: str, query: str) -> list[list[str]]:
        """Read rows of a database; the trial only looks, the services act."""
        command = ("psql", "-U", "postgres", "-d", database, "-AtF", "\t", "-c", query)
        return [line.split("\t") for line in self.within(self.one("postgres"), *command).splitlines()]

    def remove(self) -> None:
        """End and remove containers, network and volumes of the project."""
        self.compose("down", "--volumes", "--remove-orphans", "--timeout", "20")

    def last_words(self, services: Iterable[str], lines: int = 8) -> str:
        """Read the end of what containers said."""
        heard = []
        for service in services:
            heard.append(f"--- {service}\n" + self.compose("logs", "--no-color", f"--tail={lines}", service))
        return "\n".join(heard)


def _service(told: dict[str, Any]) -> str:
    return str(told["Config"]["Labels"]["com.docker.compose.service"])


def _compose() -> list[str]:
    return ["docker-compose"] if shutil.which("docker-compose") else ["docker", "compose"]


def _run(
    command: Sequence[str], *, environment: dict[str, str] | None = None, said: str | None = None, patience: float
) -> str:
    try:
        ended = subprocess.run(
            command,
            cwd=ROOT,
            env=environment,
            input=said,
            stdin=None if said is not None else subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=patience,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise EngineTrouble(f"{' '.join(command[:6])}: {error}") from error
    if ended.returncode:
        raise EngineTrouble(f"{' '.join(command)[:300]}: exit {ended.returncode}\n{ended.stderr[-2000:]}")
    return ended.stdout
