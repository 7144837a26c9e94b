"""Starting a server that needs a port nobody else holds."""

import subprocess
from collections.abc import Callable
from pathlib import Path

from local_stack import ports
from local_stack.processes import tail
from local_stack.troubles import DiskFull, PortTaken, ProcessFailed, full_text

ATTEMPTS = 5


def start_on_a_port(
    name: str,
    note: Path,
    fixed: int | None,
    *,
    begin: Callable[[int], subprocess.Popen[bytes]],
    ready: Callable[[int, subprocess.Popen[bytes]], bool],
    log: Path,
    taken: str,
) -> tuple[int, subprocess.Popen[bytes]]:
    """Begin the server on port `fixed`, or on the one remembered in `note`, and wait until it is `ready`.

    Between looking at a port and listening on it somebody else may take it: the server then says `taken` in its log,
    and another port is tried. Raises PortTaken, DiskFull, or ProcessFailed with the server's last words.
    """
    for _ in range(ATTEMPTS):
        port = fixed or ports.remembered_port(note)
        offset = log.stat().st_size if log.exists() else 0
        process = begin(port)
        if ready(port, process):
            return port, process
        process.kill()
        process.wait()
        said = tail(log, offset)
        if full_text(said):
            raise DiskFull(log.parent)
        if taken not in said:
            raise ProcessFailed(name, f"exit {process.returncode}", log, said)
        if fixed:
            break
        note.unlink()
    raise PortTaken(port, ports.holder(port))
