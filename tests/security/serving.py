"""Services that listen on a port of this machine, each on a database of the test's own."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from chassis.serve import application
from chassis.server import configured


@contextmanager
def served(service: str) -> Iterator[str]:
    """Serve the API of a service in a thread, as its environment tells; gives its address."""
    server = uvicorn.Server(configured(application(service, "api")))
    thread = threading.Thread(target=server.run, name=f"{service}-api")
    thread.start()
    try:
        deadline = time.monotonic() + 60
        while not server.started:
            assert thread.is_alive(), f"{service} does not start"
            assert time.monotonic() < deadline, f"{service} does not start in 60 s"
            time.sleep(0.005)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
