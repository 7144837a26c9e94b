"""A cluster that lives as long as one test run."""

import os
import shutil
import tempfile
from pathlib import Path

from local_stack import postgres
from local_stack.postgres import Postgres
from local_stack.processes import Identity, identity

_PREFIX = "zhanggui-tests-"


def start_throwaway(name: str) -> Postgres:
    """Start a new cluster called `name` in the system's temporary folder, after removing those that killed runs left.

    It does not wait for the disk: nothing in it outlives the run, and what a power cut does to the product is tested on
    clusters of their own, started durable.
    """
    temporary = Path(tempfile.gettempdir())
    for old in temporary.glob(f"{_PREFIX}*"):
        if not _owner_lives(old.name):
            postgres.discard(old / "postgres")
            shutil.rmtree(old, ignore_errors=True)
    who = identity(os.getpid())
    folder = temporary / f"{_PREFIX}{who.pid}-{who.started}-{name}"
    folder.mkdir(mode=0o711)
    return postgres.start(folder / "postgres", durable=False)


def stop_throwaway(cluster: Postgres) -> None:
    """End the cluster and remove its files."""
    postgres.kill(cluster)
    shutil.rmtree(cluster.folder.parent, ignore_errors=True)


def _owner_lives(name: str) -> bool:
    try:
        pid, started, _ = name.removeprefix(_PREFIX).split("-", 2)
        return Identity(int(pid), float(started)).process() is not None
    except ValueError:
        return False
