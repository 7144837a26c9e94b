"""`check` and `test`: what must hold before a change is taken."""

import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from local_stack.generated import drift
from local_stack.members import SOURCES
from local_stack.throwaway import claim, quick_folder
from local_stack.troubles import GenerationFailed

TYPED = (
    *(f"{folder}/src" for folder in SOURCES.values()),
    "deploy/local/bootstrap.py",
    "deploy/container",
    "conftest.py",
)


@dataclass(frozen=True, slots=True)
class Step:
    """One tool under way."""

    name: str
    began: float
    process: subprocess.Popen[str]

    def finish(self) -> bool:
        """Wait for the tool, tell how it went, with its words when it failed; True when all is well."""
        said, _ = self.process.communicate()
        return _tell(self.name, self.began, said if self.process.returncode else "")


def run_checks(root: Path) -> int:
    """Run every check and tell each with its time; exit code 1 when one failed."""
    began = time.monotonic()
    # The slow one first and beside the others; the machine has two cores.
    types = _begin(root, "types (mypy --strict)", "mypy", "--strict", "--no-error-summary", *TYPED)
    fine = [
        _begin(root, "format (ruff format)", "ruff", "format", "--check", "--quiet", ".").finish(),
        _begin(root, "lint (ruff check)", "ruff", "check", "--quiet", ".").finish(),
        _begin(root, "import rules (lint-imports)", "lint-imports", "--no-logo").finish(),
        _contracts_are_current(root),
        types.finish(),
    ]
    _tell("check", began, "" if all(fine) else " ")
    return 0 if all(fine) else 1


def run_tests(root: Path, arguments: Sequence[str]) -> int:
    """Run pytest over everything, or over what `arguments` name; its files are gone when it ends."""
    workers = str((os.cpu_count() or 2) + 1)  # one more than processors, for who kills things waits a good deal
    command = [sys.executable, "-m", "pytest", "-n", workers, "--dist", "worksteal", *arguments]
    folder = claim(quick_folder(), "run")
    try:
        process = subprocess.Popen(command, cwd=root, env=os.environ | {"TMPDIR": str(folder)})
        signal.signal(signal.SIGINT, lambda *_: None)  # the terminal tells pytest as well, and pytest cleans up
        signal.signal(signal.SIGTERM, lambda *_: process.terminate())
        return process.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _begin(root: Path, name: str, tool: str, *arguments: str) -> Step:
    program = Path(sysconfig.get_path("scripts")) / tool
    began = time.monotonic()
    process = subprocess.Popen(
        [str(program), *arguments], cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    return Step(name, began, process)


def _contracts_are_current(root: Path) -> bool:
    began = time.monotonic()
    try:
        differing = drift(root)
    except GenerationFailed as trouble:
        return _tell("generated contracts", began, str(trouble))
    remedy = "differs from what the code says: run ./zhanggui contracts and commit\n"
    return _tell("generated contracts", began, "".join(f"{path} {remedy}" for path in differing))


def _tell(name: str, began: float, trouble: str) -> bool:
    print(f"{'✘' if trouble else '✔'} {name} ({time.monotonic() - began:.1f} s)", flush=True)
    if trouble.strip():
        print(trouble.rstrip(), flush=True)
    return not trouble
