"""The web server of every process: uvicorn, with the head and the body of a small answer in one write.

uvicorn writes them one after the other, and uvloop hands each to the system at once. A write is the dearest call of a
request (it carries the packet as far as its reader, and wakes it), and the gateway answers for all.
"""

import asyncio
import sys
from contextlib import suppress
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

SMALL = 16 * 1024
"""Bytes that may wait for what follows them in the same step of the loop; with more uvicorn would learn too late that
the reader is slow."""

KEEP_ALIVE = 75
"""Seconds until an idle connection is closed. Whoever asks must give it up first (httpx does after 5 s, uvicorn's own
figure; the gateway's client sooner): a request that meets the closing is lost, and may not be sent twice."""


def configured(app: ASGIApp, *, host: str = "127.0.0.1", port: int = 0, patience: int = 5) -> uvicorn.Config:
    """Describe a server of `app`; requests under way have `patience` seconds to end once it is told to stop."""
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        http=OneWrite,
        log_config=None,
        access_log=False,
        proxy_headers=False,  # what the gateway vouches for is in its token, not in headers anybody can send
        server_header=False,
        date_header=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=patience,
    )


def run(config: uvicorn.Config) -> None:
    """Serve until SIGTERM or SIGINT; raises SystemExit where it could not even start."""
    server = uvicorn.Server(config)
    with suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        sys.exit(3)  # as `uvicorn.run` does; it has said why


class OneWrite(HttpToolsProtocol):
    """uvicorn's protocol on a transport that joins what is written."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin a connection."""
        super().connection_made(Joined(transport))  # type: ignore[arg-type]


class Joined:
    """A transport that writes what came in one step of the loop as one."""

    def __init__(self, transport: asyncio.Transport) -> None:
        """Stand before `transport`; all but writing and closing is its own."""
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._held = b""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Keep a small piece until the next one or the loop's next step; what is large goes out at once."""
        if len(self._held) + len(data) > SMALL:
            self._flush()
            self._transport.write(data)
        elif self._held:
            self._held += data
        elif data:
            self._held = data
            self._loop.call_soon(self._flush)

    def close(self) -> None:
        """Close once everything is out."""
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        held, self._held = self._held, b""
        if held and not self._transport.is_closing():
            self._transport.write(held)
