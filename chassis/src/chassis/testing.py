"""pytest plugin: a migrated database per test, a real broker per test, principals and clients.

    database    factory: `db = await database("orders")` clones the migrated template of a service (~20 ms)
    keys        a signing key and the folder of public keys that trusts it
    principal   `principal("finance", employee_no="A001")`
    client      factory: `http = await client("orders", db)` -> httpx.AsyncClient of the service's real application,
                signed in as `principal(...)` by `headers=http.auth(principal)`

The cluster is started once per run by the root conftest (ZHANGGUI_TEST_POSTGRES: superuser URL).
"""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar
from uuid import uuid4

import anyio
import asyncpg
import httpx
import pytest
import pytest_asyncio
from anyio.from_thread import BlockingPortal, start_blocking_portal
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy.engine import make_url

from chassis import clock, migrations
from chassis.auth import Principal, sign
from chassis.database import Database, open_database
from chassis.imports import tables
from chassis.migrations import configuration, migrate
from chassis.serve import application

T = TypeVar("T")

PASSWORD = "test"
FIRST_OWN_TYPE = 16384
"""PostgreSQL's own types have smaller numbers, the same in every database of a version (FirstNormalObjectId)."""
NOT_ASKED = SimpleNamespace(name="not asked")
"""Stands for the statement that would have asked; the driver wants to know whether it took the place of its own."""


def pytest_configure() -> None:
    """Have the driver ask the cluster once, not once a connection, what PostgreSQL's own types are made of.

    It asks before the first statement with an array, by a recursive query of some milliseconds, and every test opens
    connections of its own.
    """
    driver: Any = asyncpg.Connection
    ask = driver._introspect_types
    answers: dict[frozenset[int], Any] = {}

    async def known(connection: asyncpg.Connection, types: Iterable[int], *patience: float | None) -> tuple[Any, Any]:
        wanted = frozenset(types)
        if wanted in answers:
            return answers[wanted], NOT_ASKED
        found, statement = await ask(connection, wanted, *patience)
        if max(wanted) < FIRST_OWN_TYPE:
            answers[wanted] = found
        return found, statement

    driver._introspect_types = known


@dataclass(frozen=True, slots=True)
class TestDatabase:
    """One test's own database of a service."""

    __test__ = False

    service: str
    url: str
    owner_url: str
    opened: Database


def cluster() -> str:
    """Tell the superuser's URL of the cluster of this run."""
    try:
        return os.environ["ZHANGGUI_TEST_POSTGRES"]
    except KeyError:
        raise pytest.UsageError(
            "ZHANGGUI_TEST_POSTGRES is not set: run ./zhanggui test, or pytest from the root"
        ) from None


def at(database: str, *, role: str | None = None) -> str:
    """Make the URL of a database of the cluster, as superuser or as `role`."""
    url = make_url(cluster()).set(database=database)
    if role is not None:
        url = url.set(username=role, password=PASSWORD)
    return url.render_as_string(hide_password=False)


@cache
def template_name(service: str) -> str:
    """Name the template after everything that migrates it, so that an old one is never cloned."""
    sources = [Path(m.__file__ or "") for m in (migrations, tables)]
    for package in (service, migrations.UPGRADES):
        folder = Path(configuration(package).get_main_option("script_location") or "")
        sources += sorted((folder / "versions").glob("*.py"))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:12]
    return f"template_{service}_{digest}"


async def make_template(admin: asyncpg.Connection, service: str) -> str:
    """Migrate a template database once per run; other workers of the run wait for it."""
    name = template_name(service)
    await admin.execute("SELECT pg_advisory_lock(hashtextextended($1, 0))", service)
    try:
        if await admin.fetchval("SELECT true FROM pg_database WHERE datname = $1", name):
            return name
        for role in (f"{service}_owner", f"{service}_app"):
            if not await admin.fetchval("SELECT true FROM pg_roles WHERE rolname = $1", role):
                await admin.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{PASSWORD}'")
        making = f"{name}_making"
        await admin.execute(f"DROP DATABASE IF EXISTS {making}")
        await admin.execute(f"CREATE DATABASE {making} OWNER {service}_owner")
        await migrate(service, at(making, role=f"{service}_owner"))
        await admin.execute(f"ALTER DATABASE {making} RENAME TO {name}")
    finally:
        await admin.execute("SELECT pg_advisory_unlock(hashtextextended($1, 0))", service)
    return name


class Cloning:
    """One connection of the superuser that makes and drops every test's databases, in a loop that outlives theirs."""

    def __init__(self, portal: BlockingPortal) -> None:
        self._portal = portal
        self._connection = portal.call(asyncpg.connect, at("postgres"))
        self._turn = anyio.Lock()
        self._templates: dict[str, str] = {}

    async def clone(self, service: str) -> str:
        """Make a database as the migrations of a service leave it; returns its name."""
        return await self._beside(self._clone, service)

    async def drop(self, name: str) -> None:
        """Remove a database with whoever still uses it."""
        await self._beside(self._execute, f"DROP DATABASE {name} WITH (FORCE)")

    def close(self) -> None:
        """Close the connection."""
        self._portal.call(self._connection.close)

    async def _beside(self, work: Callable[[str], Awaitable[T]], what: str) -> T:
        """Work in the other loop while the test's own goes on: what it has cancelled may still be tidying up."""
        return await asyncio.wrap_future(self._portal.start_task_soon(work, what))

    async def _clone(self, service: str) -> str:
        async with self._turn:
            if service not in self._templates:
                self._templates[service] = await make_template(self._connection, service)
        name, template = f"test_{service}_{uuid4().hex[:12]}", self._templates[service]
        await self._execute(f"CREATE DATABASE {name} TEMPLATE {template} OWNER {service}_owner STRATEGY file_copy")
        return name

    async def _execute(self, statement: str) -> None:
        async with self._turn:
            await self._connection.execute(statement)


@pytest.fixture(scope="session")
def cloning() -> Iterator[Cloning]:
    """Keep what clones databases for as long as the run lasts."""
    with start_blocking_portal() as portal, closing(Cloning(portal)) as cloning:
        yield cloning


@pytest_asyncio.fixture
async def database(cloning: Cloning) -> AsyncIterator[Callable[[str], Awaitable[TestDatabase]]]:
    """Clone migrated databases; they go when the test ends."""
    made: list[tuple[str, Database]] = []

    async def clone(service: str) -> TestDatabase:
        name = await cloning.clone(service)
        url = at(name, role=f"{service}_app")
        opened = open_database(url, pool_size=5, name="test")
        made.append((name, opened))
        return TestDatabase(service, url, at(name, role=f"{service}_owner"), opened)

    yield clone
    for name, opened in made:
        await opened.close()
        await cloning.drop(name)


@dataclass(frozen=True, slots=True)
class TestKeys:
    """A key that signs for the gateway, and the folder that makes it trusted."""

    __test__ = False

    private: Ed25519PrivateKey
    folder: Path

    def token(self, by: Principal, audience: str) -> str:
        """Sign `by` in at one service, as the gateway would."""
        return sign(by, audience=audience, key=self.private, issuer="gateway", now=clock.now())


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> TestKeys:
    """Make the gateway's key pair of this run."""
    folder, private = tmp_path_factory.mktemp("keys"), Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (folder / "gateway.pem").write_bytes(public)
    return TestKeys(private, folder)


@pytest.fixture
def principal() -> Callable[..., Principal]:
    """Make a principal with roles: `principal("employee", employee_no="A001")`."""

    def make(*roles: str, employee_no: str | None = None, sub: str | None = None, **scope: Any) -> Principal:
        limits = {name: frozenset(values) for name, values in scope.items()}
        return Principal(sub or employee_no or "-".join(roles), employee_no, frozenset(roles), **limits)

    return make


class Client(httpx.AsyncClient):
    """An HTTP client of one service that can sign requests in as anybody."""

    service: str
    keys: TestKeys

    def auth_of(self, by: Principal, **headers: str) -> dict[str, str]:
        """Make the headers of a request by `by`."""
        return {"Authorization": f"Bearer {self.keys.token(by, self.service)}", **headers}


_idle: dict[str, list[Any]] = {}
"""Applications that no test uses; building one takes longer than most tests do with it."""


@pytest_asyncio.fixture
async def client(
    keys: TestKeys, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Callable[[str, TestDatabase], Awaitable[Client]]]:
    """Open clients of a service's own application on a test database."""
    async with AsyncExitStack() as opened:

        async def make(service: str, db: TestDatabase) -> Client:
            monkeypatch.setenv("ZHANGGUI_DATABASE_URL", db.url)
            monkeypatch.setenv("ZHANGGUI_PUBLIC_KEYS", str(keys.folder))
            idle = _idle.setdefault(service, [])
            app = idle.pop() if idle else application(service, "api")
            opened.callback(idle.append, app)
            await opened.enter_async_context(app.router.lifespan_context(app))
            http = Client(transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url=f"http://{service}")
            http.service, http.keys = service, keys
            return await opened.enter_async_context(http)

        yield make


@pytest.fixture(scope="session")
def shared() -> Path:
    """Find the folder of shared real data; the test is skipped where it is absent."""
    folder = Path(os.environ.get("ZHANGGUI_SHARED", Path.cwd().parent / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip(f"no shared data at {folder}")
    return folder
