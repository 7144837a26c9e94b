"""pytest plugin: `broker`, a NATS server of a test's own with every stream declared; `open_folder`, for a cluster."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from chassis import streams
from contracts.subjects import PRODUCERS
from local_stack import nats, postgres


async def declare_streams(server: nats.Nats) -> None:
    """Declare every producer's stream, as the stack does when it starts."""
    admin = await streams.connect(server.url(nats.ADMIN), name="declare")
    for producer in PRODUCERS:
        await streams.declare(admin, producer)
    await streams.leave(admin)


@pytest_asyncio.fixture
async def broker(tmp_path: Path) -> AsyncIterator[nats.Nats]:
    """Start a server that keeps its promises (`sync_interval: always`), for one test."""
    server = nats.start(tmp_path / "nats")
    await declare_streams(server)
    yield server
    nats.stop(server)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Give a folder that PostgreSQL's unprivileged account can walk into; pytest's own are closed to it."""
    folder = Path(tempfile.mkdtemp(prefix="zhanggui-test-"))
    folder.chmod(0o755)
    yield folder
    postgres.discard(folder / "postgres")
    shutil.rmtree(folder, ignore_errors=True)
