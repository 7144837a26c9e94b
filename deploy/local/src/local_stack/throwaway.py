"""Folders and a cluster that live as long as one test run."""

import os
import shutil
import tempfile
from pathlib import Path

import psutil

from local_stack import postgres
from local_stack.postgres import Postgres
from local_stack.processes import Identity, identity

_PREFIX = "zhanggui-tests-"
_MEMORY = Path("/dev/shm")
_ROOM, _SPARE = 6 << 30, 10 << 30


def quick_folder() -> Path:
    """Find the folder for a test run's files: in memory where the machine has plenty, else the system's for such files.

    Cloning a database on a disk takes several times as long, and nothing here outlives the run.
    """
    try:
        room = os.statvfs(_MEMORY)
    except OSError:  # no Linux
        return Path(tempfile.gettempdir())
    usable = os.access(_MEMORY, os.W_OK) and not room.f_flag & os.ST_NOEXEC
    plenty = room.f_bavail * room.f_frsize > _ROOM and psutil.virtual_memory().available > _SPARE
    return _MEMORY if usable and plenty else Path(tempfile.gettempdir())


def claim(parent: Path, name: str) -> Path:
    """Make a folder that belongs to this process, after removing those that killed processes left in `parent`."""
    for old in parent.glob(f"{_PREFIX}*"):
        if not _owner_lives(old.name):
            postgres.discard(old / "postgres")
            shutil.rmtree(old, ignore_errors=True)
    who = identity(os.getpid())
    folder = parent / f"{_PREFIX}{who.pid}-{who.started}-{name}"
    folder.mkdir(mode=0o711)
    return folder


def start_throwaway(name: str) -> Postgres:
    """Start a new cluster called `name` in the temporary folder.

    It does not wait for the disk: nothing in it outlives the run, and what a power cut does to the product is tested on
    clusters of their own, started durable.
    """
    return postgres.start(claim(Path(tempfile.gettempdir()), name) / "postgres", durable=False)


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
