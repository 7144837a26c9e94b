"""Asking a process whether it is well."""

import http.client
import time
from collections.abc import Callable

from local_stack import ports


def is_healthy(port: int, *, seconds: float = 2.0) -> bool:
    """Ask `/healthz` once; False when it says no, nobody answers, or it takes too long."""
    connection = http.client.HTTPConnection(ports.HOST, port, timeout=seconds)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def await_health(wanted: dict[str, int], *, seconds: float, meanwhile: Callable[[], None]) -> list[str]:
    """Wait until every port in `wanted` (name -> port) is healthy; return the names that are not after `seconds`.

    `meanwhile` runs between two rounds and may raise.
    """
    deadline = time.monotonic() + seconds
    waiting = dict(wanted)
    while waiting and time.monotonic() < deadline:
        meanwhile()
        waiting = {name: port for name, port in waiting.items() if not is_healthy(port)}
        if waiting:
            time.sleep(0.05)
    return list(waiting)
