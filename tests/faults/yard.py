"""`python yard.py PACKAGE …`: forks processes of services on request, one JSON object a line in, the child's pid a
line out.

A fork of a process that has imported the libraries starts in a fraction of the time, so that the loop spends its time
on faults and not on imports. The libraries are imported once; each service is imported by a fork of that process, which
forks the service's own, so that two services never meet in one. What is killed is a real process with nothing shared
but memory that nobody writes to.
"""

import importlib
import json
import os
import signal
import sys
from functools import partial
from pathlib import Path
from typing import TextIO

from local_stack.forks import fork, fork_module, preload


def main() -> None:
    """Hand each request to the yard of its service, until standard input is closed."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the dead here
    preload()
    yards = {package: _yard(package) for package in sys.argv[1:]}
    for line in sys.stdin:
        asking, answering = yards[json.loads(line)["package"]]
        print(line, end="", file=asking, flush=True)
        print(answering.readline(), end="", flush=True)


def _yard(package: str) -> tuple[TextIO, TextIO]:
    """Fork the yard of one service; where to ask it, and where it answers."""
    (hearing, asking), (answering, telling) = os.pipe(), os.pipe()
    fork(partial(_serve, package, hearing, telling), title=f"yard {package}")
    os.close(hearing)
    os.close(telling)
    return os.fdopen(asking, "w"), os.fdopen(answering)


def _serve(package: str, hearing: int, telling: int) -> None:
    """Import a service and fork its processes, until nobody asks any more."""
    for part in ("app", "worker"):
        importlib.import_module(f"{package}.{part}")
    with os.fdopen(hearing) as requests, os.fdopen(telling, "w") as pids:
        for line in requests:
            asked = json.loads(line)
            child = fork_module(
                asked["module"],
                *asked["arguments"],
                title=asked["name"],
                environment=asked["environment"],
                log=Path(asked["log"]),
            )
            print(child.pid, file=pids, flush=True)


if __name__ == "__main__":
    main()
