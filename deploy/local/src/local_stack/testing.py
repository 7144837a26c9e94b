"""pytest plugin: `broker`, a NATS server of the test's own with every stream declared."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from chassis import streams
from contracts.subjects import PRODUCERS
from local_stack import nats


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
