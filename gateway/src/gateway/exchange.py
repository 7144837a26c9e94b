"""A request that is whole already and the head of its answer, over aiohttp's pool and parser, past its session.

Nearly every request is one piece. For such a one a session's request, response, cookies, redirects and writing task
cost as much as all else that the gateway does; bodies that stream still go through the session.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from aiohttp import (
    ClientOSError,
    ClientPayloadError,
    ClientRequest,
    ClientSession,
    ConnectionTimeoutError,
    ServerDisconnectedError,
)
from aiohttp.connector import Connection
from aiohttp.http import HttpProcessingError
from aiohttp.streams import StreamReader

from gateway.client import READ_AHEAD
from gateway.headers import Raw

IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})
SPOILT = 3  # connections in a row on which bytes lie that answer nothing


@dataclass(slots=True)
class Answer:
    """The head of an answer, and its body as it comes; leaving the block ends what has not been read."""

    status: int
    raw_headers: Sequence[Raw]
    content: StreamReader
    connection: Connection

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.connection.close()  # where the body was read to its end, the connection is back in the pool already


async def exchange(client: ClientSession, line: ClientRequest, method: str, request: bytes) -> Answer:
    """Send a whole request over `line` and wait for the head of its answer; raises what aiohttp raises.

    Where a connection breaks before that, an idempotent method is repeated once (RFC 9110 section 9.2.2).
    """
    try:
        return await _exchange(client, line, method, request)
    except (ClientOSError, ServerDisconnectedError):
        if method not in IDEMPOTENT:
            raise
    return await _exchange(client, line, method, request)


async def _exchange(client: ClientSession, line: ClientRequest, method: str, request: bytes) -> Answer:
    connection = await _connection(client, line)
    protocol = connection.protocol
    try:
        if protocol is None or protocol.transport is None:
            raise ServerDisconnectedError
        protocol.set_response_params(
            skip_payload=method == "HEAD",
            read_until_eof=True,
            auto_decompress=False,
            read_timeout=client.timeout.sock_read,
            read_bufsize=READ_AHEAD,
        )
        protocol.transport.write(request)
        protocol.start_timeout()
        message, content = await protocol.read()
        while 100 <= message.code < 200:
            if message.code == 101:  # nobody asked for another protocol
                raise ServerDisconnectedError
            message, content = await protocol.read()
    except HttpProcessingError as error:
        connection.close()
        raise ClientPayloadError(error.message) from error
    except BaseException:
        connection.close()
        raise
    content.on_eof(connection.release)
    return Answer(message.code, message.raw_headers, content, connection)


async def _connection(client: ClientSession, line: ClientRequest) -> Connection:
    """Take a connection on which nothing lies: it would be taken for the answer (client.py)."""
    assert client.connector is not None
    for _ in range(SPOILT):
        try:
            connection = await client.connector.connect(line, [], client.timeout)
        except TimeoutError as error:
            raise ConnectionTimeoutError from error
        if connection.protocol is not None and not connection.protocol.should_close:
            return connection
        connection.close()
    raise ServerDisconnectedError
