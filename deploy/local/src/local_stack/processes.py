"""Starting, recognising and ending operating-system processes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from local_stack.troubles import PlatformMissing

TETHER = Path(__file__).with_name("tether.py")


@dataclass(frozen=True, slots=True)
class Account:
    """The operating-system account a process runs as."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Identity:
    """A process that cannot be mistaken for a later one with the same number."""

    pid: int
    started: float

    def process(self) -> psutil.Process | None:
        """Find the living process, or None when it ended (its number may belong to somebody else now)."""
        try:
            process = psutil.Process(self.pid)
            # The kernel counts start times in ticks of 10 ms since boot; the boot time itself is rounded.
            same = abs(process.create_time() - self.started) < 1.5
            return process if same and process.status() != psutil.STATUS_ZOMBIE else None
        except psutil.NoSuchProcess:
            return None


def identity(pid: int) -> Identity:
    """Record who `pid` is now. Raises psutil.NoSuchProcess when it is nobody."""
    return Identity(pid, psutil.Process(pid).create_time())


def spawn(
    command: Sequence[str],
    *,
    log: Path,
    parting: signal.Signals = signal.SIGTERM,
    account: Account | None = None,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own, writing to the end of `log`.

    On Linux it receives `parting` when the *thread* that called this ends, however it ends: call it from a thread that
    lives as long as the process should. `environment` replaces ours when given.
    """
    whose = f"{account.uid}:{account.gid}" if account else "-"
    wrapped = [sys.executable, "-I", "-S", str(TETHER), str(os.getpid()), str(int(parting)), whose, *command]
    with log.open("ab") as output:
        try:
            return subprocess.Popen(
                wrapped,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=None if environment is None else dict(environment),
                cwd=folder,
                start_new_session=True,
            )
        except OSError as error:
            raise PlatformMissing(Path(command[0]).name, str(error)) from error


def family(pid: int) -> list[psutil.Process]:
    """List a process and everything below it; empty when it is gone."""
    try:
        head = psutil.Process(pid)
        return [head, *head.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def signal_family(pid: int, number: signal.Signals) -> list[psutil.Process]:
    """Send `number` to a process and everything below it, the head first; return whom it was sent to."""
    members = family(pid)
    for member in members:
        try:
            member.send_signal(number)
        except psutil.NoSuchProcess:
            continue
    return members


def end(processes: Iterable[tuple[psutil.Process, signal.Signals]], *, patience: float) -> None:
    """Ask every process to end with its own signal, and kill what is left after `patience` seconds."""
    asked = []
    for process, parting in processes:
        asked.append(process)
        try:
            process.send_signal(signal.SIGCONT)  # a frozen process hears nothing else
            process.send_signal(parting)
        except psutil.NoSuchProcess:
            continue
    stubborn = await_end(asked, patience)
    for process in stubborn:
        signal_family(process.pid, signal.SIGKILL)
    await_end(stubborn, patience)


def await_end(processes: Iterable[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Wait at most `seconds` until all of `processes` have ended; return those that have not.

    One that ended but was never collected by its parent (a zombie: the first process of a container may not collect)
    counts as ended, unlike in `psutil.wait_procs`.
    """
    deadline = time.monotonic() + seconds
    living = [process for process in processes if _lives(process)]
    while living and time.monotonic() < deadline:
        time.sleep(0.005)
        living = [process for process in living if _lives(process)]
    return living


def _lives(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def tail(log: Path, offset: int = 0, lines: int = 12) -> str:
    """Read the last lines a program wrote to its log after `offset` bytes."""
    try:
        with log.open("rb") as file:
            file.seek(offset)
            text = file.read().decode("utf-8", "replace")
    except FileNotFoundError:
        return ""
    return "\n".join(text.splitlines()[-lines:])


def remember(note: Path, pid: int) -> None:
    """Write down who `pid` is, for a later run."""
    who = identity(pid)
    note.write_text(f"{who.pid} {who.started}\n")


def end_leftover(note: Path, *, patience: float) -> None:
    """End the process written down in `note` if it is still the same one, and forget it."""
    try:
        pid, started = note.read_text().split()
        process = Identity(int(pid), float(started)).process()
    except (FileNotFoundError, ValueError):
        process = None
    if process is not None:
        end([(process, signal.SIGTERM)], patience=patience)
    note.unlink(missing_ok=True)
