"""Choosing TCP ports on 127.0.0.1."""

import random
import socket
from pathlib import Path

import psutil

HOST = "127.0.0.1"
_RANGE_FILE = Path("/proc/sys/net/ipv4/ip_local_port_range")
_given: set[int] = set()
"""What this process has chosen already: who got a port may not listen on it yet, and two must not get the same."""


def free_port() -> int:
    """Choose a port that nobody listens on, below the range the kernel hands to outgoing connections.

    A server that is down while its clients keep dialling must be able to come back to its port: from the outgoing range
    another client may take it, and a client that dials itself (a TCP simultaneous open) even holds it.
    """
    first_outgoing = int(_RANGE_FILE.read_text().split()[0]) if _RANGE_FILE.exists() else 49152
    lowest = 10_000 if first_outgoing > 12_000 else 1_024
    for _ in range(200):
        port = random.randrange(lowest, max(first_outgoing, lowest + 100))
        if port not in _given and is_free(port):
            _given.add(port)
            return port
    with socket.socket() as probe:  # every port we tried is busy: take what the kernel gives
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    """Tell whether a server could listen on `port` now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
            probe.listen(1)
        except OSError:
            return False
        return True


def holder(port: int) -> str:
    """Name the process that listens on `port`, as far as this account may know."""
    try:
        for connection in psutil.net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr[1:] == (port,) and connection.pid:
                process = psutil.Process(connection.pid)
                return f"{process.name()}, pid {process.pid}"
    except psutil.Error:
        pass
    return "另一个程序 / another program"


def remembered_port(note: Path) -> int:
    """Reuse the port written in `note` when it is free, else choose one; write it down."""
    try:
        port = int(note.read_text())
    except (FileNotFoundError, ValueError):
        port = 0
    if not port or not is_free(port):
        port = free_port()
        note.write_text(f"{port}\n")
    _given.add(port)
    return port
