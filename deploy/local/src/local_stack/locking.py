"""`lock`: resolve every dependency of the workspace again and pin it with its hashes."""

import shutil
import subprocess
import sys
from pathlib import Path

from local_stack.members import SOURCES

LOWEST_PYTHON = "3.11"


def lock(root: Path) -> int:
    """Write requirements.lock with `uv pip compile`; versions already locked stay unless they must move. Needs uv."""
    uv = shutil.which("uv")
    if uv is None:
        print("需要 uv：pipx install uv\nThis needs uv: pipx install uv", file=sys.stderr)
        return 1
    projects = [f"{folder}/pyproject.toml" for folder in SOURCES.values()]
    members = [f"zhanggui-{package.replace('_', '-')}" for package in SOURCES]
    command = [uv, "pip", "compile", "--quiet", *projects, "--group", "pyproject.toml:dev"]
    command += ["--universal", "--python-version", LOWEST_PYTHON, "--generate-hashes"]
    command += [word for member in members for word in ("--no-emit-package", member)]
    command += ["--custom-compile-command", "./zhanggui lock", "--output-file", "requirements.lock"]
    return subprocess.run(command, cwd=root, check=False).returncode
