"""Servers of a test's own, in folders every account can reach."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_stack import nats, postgres
from local_stack.nats import Nats
from local_stack.postgres import Postgres


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Give a folder that PostgreSQL's unprivileged account can walk into; pytest's own are closed to it."""
    folder = Path(tempfile.mkdtemp(prefix="zhanggui-test-"))
    folder.chmod(0o755)
    yield folder
    postgres.discard(folder / "postgres")
    shutil.rmtree(folder, ignore_errors=True)


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
