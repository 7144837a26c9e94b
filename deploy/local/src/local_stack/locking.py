"""`lock`: pin every dependency with its hashes: all of the workspace, and what images need of it."""

import shutil
import subprocess
import sys
from pathlib import Path

from local_stack.members import SOURCES

LOWEST_PYTHON = "3.11"
IMAGES = "deploy/container/requirements.lock"
AT_HOME = ("local_stack", "demo")
"""Members that are in no image."""


def lock(root: Path) -> int:
    """Write both locks with `uv pip compile`; versions already locked stay unless they must move. Needs uv."""
    uv = shutil.which("uv")
    if uv is None:
        print("需要 uv：pipx install uv\nThis needs uv: pipx install uv", file=sys.stderr)
        return 1
    everything = [f"{folder}/pyproject.toml" for folder in SOURCES.values()]
    serving = [f"{folder}/pyproject.toml" for package, folder in SOURCES.items() if package not in AT_HOME]
    first = _compile(root, uv, "requirements.lock", *everything, "--group", "pyproject.toml:dev")
    return first or _compile(root, uv, IMAGES, *serving, "--constraint", "requirements.lock")


def _compile(root: Path, uv: str, target: str, *sources: str) -> int:
    members = [f"zhanggui-{package.replace('_', '-')}" for package in SOURCES]
    command = [uv, "pip", "compile", "--quiet", *sources]
    command += ["--universal", "--python-version", LOWEST_PYTHON, "--generate-hashes"]
    command += [word for member in members for word in ("--no-emit-package", member)]
    command += ["--custom-compile-command", "./zhanggui lock", "--output-file", target]
    return subprocess.run(command, cwd=root, check=False).returncode
