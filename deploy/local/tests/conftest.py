"""Servers of a test's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local_stack import nats, postgres
from local_stack.nats import Nats
from local_stack.postgres import Postgres


@pytest.fixture
def cluster(open_folder: Path) -> Iterator[Postgres]:
    """Start a durable cluster; whatever the test makes of it is ended."""
    started = postgres.start(open_folder / "postgres")
    yield started
    postgres.kill(started)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Nats]:
    """Start a broker with an empty store."""
    started = nats.start(tmp_path / "nats")
    yield started
    nats.kill(started)
