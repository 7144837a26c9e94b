"""Running our own modules in children of this process, which has imported the libraries once for all of them.

A fork shares what was imported: a service starts in a third of the time, and the libraries stand in memory once. This
process must have no threads when it forks, and must not have drawn random numbers that a child would draw again.
"""

import ctypes
import gc
import importlib
import os
import runpy
import signal
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from local_stack.tether import PR_SET_PDEATHSIG

PR_SET_NAME = 15

LIBRARIES = (
    "alembic.command",
    "alembic.context",
    "asyncpg",
    "httptools",
    "sqlalchemy.dialects.postgresql.asyncpg",
    "sqlalchemy.ext.asyncio",
    "uvicorn.lifespan.on",
    "uvicorn.loops.uvloop",
    "uvloop",
    "chassis.idempotency",
    "chassis.imports.jobs",
    "chassis.imports.routes",
    "chassis.migrations",
    "chassis.server",
    "chassis.web",
    "chassis.worker",
    "contracts.attendance",
    "contracts.inventory",
    "contracts.orders",
    "contracts.payroll",
    "contracts.service_desk",
)
"""What most children need; services are imported by their own processes, so that they cannot meet in one."""


@dataclass(slots=True)
class Forked:
    """A child of this process; like `subprocess.Popen` it has a pid and can be asked whether it ended."""

    pid: int
    returncode: int | None = None

    def poll(self) -> int | None:
        """Collect the child if it ended: its exit code, negative for the signal that ended it."""
        if self.returncode is None:
            try:
                pid, status = os.waitpid(self.pid, os.WNOHANG)
            except ChildProcessError:
                self.returncode = -signal.SIGKILL
                return self.returncode
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def wait(self) -> int:
        """Wait for the child to end: its exit code."""
        if self.returncode is None:
            self.returncode = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.returncode


def preload() -> None:
    """Import what the children share, and keep the collector from touching (and so copying) it."""
    for name in LIBRARIES:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()


def fork_module(module: str, *arguments: str, title: str, environment: Mapping[str, str], log: Path) -> Forked:
    """Run `python -m <module> <arguments>` in a child that `ps` and `top` show as `title`.

    It gets `environment` on top of ours, and writes to the end of `log`.
    """

    def run() -> None:
        output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.environ.update(environment)
        sys.argv = [module, *arguments]
        sys.modules.pop(module, None)  # preloaded for others; here it is the program
        runpy.run_module(module, run_name="__main__", alter_sys=True)

    return fork(run, title=title)


def fork(run: Callable[[], None], *, title: str) -> Forked:
    """Run `run` in a child called `title` that the kernel asks to end when this process ends (Linux)."""
    sys.stdout.flush()
    sys.stderr.flush()
    parent = os.getpid()
    pid = os.fork()
    if pid:
        return Forked(pid)
    code = 1
    try:
        os.setsid()  # Ctrl-C is for the supervisor, which ends its children in order
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        if sys.platform == "linux":
            libc = ctypes.CDLL(None)
            libc.prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
            libc.prctl(PR_SET_NAME, title.encode(), 0, 0, 0)  # the kernel keeps the first 15 bytes
        if os.getppid() == parent:
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            run()
            code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
    finally:
        # Not sys.exit: the clean-up of the supervisor, whose copy this is, is not ours to run.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
