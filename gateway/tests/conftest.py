"""A gateway on a real server and database, with real services behind it."""

import asyncio
import json
import os
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
import pytest_asyncio
import uvicorn
from argon2 import PasswordHasher
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis import clock
from chassis.auth import Principal
from chassis.database import Database
from chassis.door import Door
from chassis.server import configured
from chassis.testing import TestDatabase, TestKeys

# pytest names this file gateway.tests.conftest (import mode importlib) and so puts this folder's parent where the
# package belongs, unless something has imported that before
if getattr(sys.modules.get("gateway"), "__file__", None) is None:
    sys.modules.pop("gateway", None)

from gateway import hashing
from gateway.app import create_app
from gateway.commands.accounts import Standing, create_account
from gateway.commands.sessions import Randomness, open_session
from gateway.queries.accounts import account_of

PASSWORD = "correct horse battery"
SHIPPED = hashing.ARGON2
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Hashes as the product does at a fraction of the cost; who measures the cost takes the product's own."""
HASH = QUICK.hash(PASSWORD)
BOSS = Principal(sub="test", roles=frozenset({"boss"}))


Serving = tuple[uvicorn.Server, "asyncio.Task[None]"]


@asynccontextmanager
async def served(app: ASGIApp, port: int = 0) -> AsyncIterator[int]:
    """Serve an application as chassis.serve does, on a port of its own."""
    found, serving = await serve(app, port)
    try:
        yield found
    finally:
        await end([serving])


async def serve(app: ASGIApp, port: int = 0) -> tuple[int, Serving]:
    """Begin to serve an application; who does must `end` it."""
    # said to be TCP, so that the loop sends small answers at once instead of waiting 40 ms for more
    listening = socket.socket(proto=socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", port))
    server = uvicorn.Server(configured(app, patience=1))
    serving = asyncio.create_task(server._serve(sockets=[listening]))
    while not server.started:
        if serving.done():
            serving.result()
            raise RuntimeError("the server ended before it had started")
        await asyncio.sleep(0.005)
    return listening.getsockname()[1], (server, serving)


async def end(serving: list[Serving]) -> None:
    """Stop servers, all at once, for each takes a fifth of a second over it."""
    for server, _ in serving:
        server.should_exit = True
    await asyncio.gather(*(task for _, task in serving))


@dataclass
class Seen:
    """A request as a service got it."""

    method: str
    raw_path: str
    query: str
    headers: dict[str, str]
    names: list[str]
    body: bytes


@dataclass
class Service:
    """A service that answers with what it got; `answering` may be replaced by a test."""

    seen: list[Seen] = field(default_factory=list)
    begun: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    answering: Callable[[Scope, Receive, Send], Awaitable[None]] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        self.begun.append(scope["path"])
        if self.answering is not None:
            await self.answering(scope, receive, send)
            return
        body = b""
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                self.left.append(scope["path"])
                return
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        headers = {name.decode(): value.decode("latin-1") for name, value in scope["headers"]}
        names = [name.decode() for name, _ in scope["headers"]]
        query = scope["query_string"].decode()
        self.seen.append(Seen(scope["method"], scope["raw_path"].decode(), query, headers, names, body))
        await reply(send, 200, json.dumps({"path": scope["raw_path"].decode(), "length": len(body)}).encode())


async def reply(send: Send, status: int, body: bytes, *headers: tuple[bytes, bytes]) -> None:
    """Send a whole answer."""
    length = (b"content-length", str(len(body)).encode())
    kind = (b"content-type", b"application/json")
    await send({"type": "http.response.start", "status": status, "headers": [*headers, kind, length]})
    await send({"type": "http.response.body", "body": body})


class Visitor(httpx.AsyncClient):
    """A client of the gateway."""

    async def signs_in(self, login: str, password: str = PASSWORD) -> dict[str, Any]:
        """Sign in and send the access token from now on; answers the tokens."""
        got = await self.post("/auth/token", data={"grant_type": "password", "username": login, "password": password})
        assert got.status_code == 200, got.text
        tokens: dict[str, Any] = got.json()
        self.headers["Authorization"] = f"Bearer {tokens['access_token']}"
        return tokens


@dataclass
class Street:
    """A gateway with two services behind it."""

    port: int
    database: Database
    owner_url: str
    orders: Service
    payroll: Service
    orders_port: int
    stack: AsyncExitStack
    keys: TestKeys

    async def visitor(self, **given: Any) -> Visitor:
        """Open a client of the gateway."""
        base = f"http://127.0.0.1:{self.port}"
        return await self.stack.enter_async_context(Visitor(base_url=base, timeout=20, **given))

    async def account(self, login: str, *roles: str, employee_no: str | None = None, **scopes: Any) -> None:
        """Create an account with the usual password."""
        async with self.database.transaction(self.door()) as session:
            await create_account(
                session,
                by=BOSS,
                login=login,
                employee_no=employee_no,
                standing=Standing(roles, **scopes),
                password_hash=HASH,
            )

    async def signed_in(
        self, *roles: str, login: str = "somebody", employee_no: str | None = None, **scopes: Any
    ) -> Visitor:
        """Open a client that is signed in to a new account, as if the password had just been checked."""
        await self.account(login, *(roles or ("employee",)), employee_no=employee_no, **scopes)
        visitor = await self.visitor()
        async with self.database.transaction(self.door()) as session:
            account = await account_of(session, login)
            assert account is not None
            randomness = Randomness(os.urandom(32), os.urandom(32))
            opened = await open_session(session, account=account, network="127.0.0.1", randomness=randomness)
        visitor.headers["Authorization"] = f"Bearer {opened.access_token}"
        return visitor

    def door(self) -> Door:
        """Make the circumstances of a transaction of the test's own."""
        return Door(now=clock.now(), actor="test", correlation_id="test", timezone=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def private_key(keys: TestKeys, tmp_path: Path) -> Path:
    """Write the gateway's signing key to a file."""
    path = tmp_path / "gateway.key"
    path.write_bytes(keys.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path


@pytest_asyncio.fixture
async def street(
    database: Callable[[str], Awaitable[TestDatabase]],
    keys: TestKeys,
    private_key: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Callable[..., Awaitable[Street]]]:
    """Make streets: `await street()`; keyword arguments are settings of the gateway."""
    monkeypatch.setattr("gateway.hashing.ARGON2", QUICK)
    async with AsyncExitStack() as stack:

        async def build(**settings: object) -> Street:
            db = await database("gateway")
            orders, payroll = Service(), Service()
            serving: list[Serving] = []
            stack.push_async_callback(end, serving)

            async def begin(app: ASGIApp) -> int:
                port, server = await serve(app)
                serving.append(server)
                return port

            orders_port, payroll_port = await begin(orders), await begin(payroll)
            upstreams = {
                "orders": f"http://127.0.0.1:{orders_port}",
                "payroll": f"http://127.0.0.1:{payroll_port}",
                "service_desk": f"http://127.0.0.1:{orders_port}",
            }
            environment = {
                "database_url": db.url,
                "public_keys": keys.folder,
                "private_key": private_key,
                "upstreams": json.dumps(upstreams),
                **settings,
            }
            for name, value in environment.items():
                monkeypatch.setenv(f"ZHANGGUI_{name.upper()}", str(value))
            port = await begin(create_app())
            return Street(port, db.opened, db.owner_url, orders, payroll, orders_port, stack, keys)

        yield build


Streets = Callable[..., Awaitable[Street]]
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def talking(
    handler: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[int]:
    """Serve bytes as `handler` writes them; answers the port."""

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await handler(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(one, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def wire(port: int, *pieces: bytes) -> tuple[int, dict[str, str], bytes]:
    """Send bytes as they are and read one answer until the connection closes or the answer ends."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines if line)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        return int(first.split()[1]), headers, body
    finally:
        writer.close()


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not true():
            await asyncio.sleep(0.01)
