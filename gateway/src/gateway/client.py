"""The one HTTP client towards the services."""

import asyncio

from aiohttp import (
    ClientRequest,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    ServerDisconnectedError,
    TCPConnector,
)
from aiohttp.connector import Connection
from yarl import URL

IDLE = 4.0  # seconds; less than the services' own, see chassis.server.KEEP_ALIVE
READ_AHEAD = 128 * 1024  # bytes of an answer held while its visitor is slow; reading pauses at twice as many
OWN_WORDS = (
    "Accept",
    "Accept-Encoding",
    "User-Agent",
    "Content-Type",
)  # what aiohttp would say where a visitor does not


class Asked(ClientRequest):
    """A request that is not sent over a connection on which bytes arrived that answer nothing.

    aiohttp 3.14 takes them for the answer of whoever is next (its issue 13656).
    """

    async def send(self, conn: Connection) -> ClientResponse:
        """Send the request; raises ServerDisconnectedError where the connection is spoilt."""
        if conn.protocol is None or conn.protocol.should_close:
            raise ServerDisconnectedError()
        return await super().send(conn)


def line_to(host: str) -> ClientRequest:
    """Describe the connections to `host:port`, for `exchange`; call it inside the event loop."""
    return ClientRequest("GET", URL(f"http://{host}/"), loop=asyncio.get_running_loop())


def open_client(silence: float, *, most: int = 128, patience: float = 3.0) -> ClientSession:
    """Open the pool of connections to all services; call it inside the event loop.

    A service has at most `most` connections at once, so that one that hangs cannot take what others need. `patience`
    are the seconds for a connection, waiting for a free one included; `silence` those without a byte of an answer.
    """
    return ClientSession(
        connector=TCPConnector(limit=0, limit_per_host=most, keepalive_timeout=IDLE),
        timeout=ClientTimeout(connect=patience, sock_read=silence),
        request_class=Asked,
        cookie_jar=DummyCookieJar(),
        skip_auto_headers=OWN_WORDS,
        auto_decompress=False,
        read_bufsize=READ_AHEAD,
    )
