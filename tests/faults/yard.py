"""`python yard.py PACKAGE`: forks processes of a service on request, one JSON object a line in, the
child's pid a line out.

A fork of a process that has imported the libraries starts in a fraction of the time, so that the loop spends its time
on faults and not on imports. What is killed is a real process with nothing shared but memory that nobody writes to.
"""

import importlib
import json
import signal
import sys
from pathlib import Path

from local_stack.forks import fork_module, preload


def main() -> None:
    """Serve requests until standard input is closed."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the dead here
    preload()
    for part in ("app", "worker"):
        importlib.import_module(f"{sys.argv[1]}.{part}")
    for line in sys.stdin:
        asked = json.loads(line)
        child = fork_module(
            asked["module"],
            *asked["arguments"],
            title=asked["name"],
            environment=asked["environment"],
            log=Path(asked["log"]),
        )
        print(child.pid, flush=True)


if __name__ == "__main__":
    main()
