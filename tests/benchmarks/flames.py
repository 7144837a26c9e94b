"""Flame graphs of what is being measured, where `ZHANGGUI_FLAMES` names a folder for them and py-spy is at hand."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def flames(name: str, pid: int) -> Iterator[None]:
    """Record where a process spends its processor time while the block runs, as `name`.svg; else do nothing."""
    folder = os.environ.get("ZHANGGUI_FLAMES")
    if not folder:
        yield
        return
    program = shutil.which("py-spy") or sys.exit("ZHANGGUI_FLAMES needs py-spy on the PATH: pipx install py-spy")
    target = Path(folder) / f"{name}.svg"
    target.parent.mkdir(parents=True, exist_ok=True)
    command = [program, "record", "--pid", str(pid), "--rate", "250", "--output", str(target)]
    recording = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        recording.send_signal(signal.SIGINT)
        recording.wait()
    print(f"flame graph: {target.name}")
