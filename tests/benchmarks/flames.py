"""Flame graphs of what is being measured, where `ZHANGGUI_FLAMES` names a folder for them and py-spy is at hand."""

import os
import re
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
        _name(target, name)
    print(f"flame graph: {target.name}")


def _name(target: Path, name: str) -> None:
    """Head the picture with what it shows; py-spy heads it with its command line and the folders of the machine."""
    told = re.sub(r'(<text id="title"[^>]*>)[^<]*', rf"\g<1>{name}", target.read_text(encoding="utf-8"))
    target.write_text(re.sub(r"<!--.*?-->", "", told, flags=re.DOTALL), encoding="utf-8")
