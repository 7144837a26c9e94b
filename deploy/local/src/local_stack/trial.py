"""The whole product for one journey or measurement: started by its own launcher, used through the gateway."""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

from local_stack.ports import free_port

ROOT = Path(__file__).resolve().parents[4]


@dataclass(frozen=True, slots=True)
class Stack:
    """A running stack."""

    home: Path
    port: int
    started_in: float

    @property
    def gateway(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def processes(self) -> dict[str, dict[str, Any]]:
        """Read what runs, by name (`orders api`), with pid and port."""
        state = json.loads((self.home / "stack.json").read_text())
        return {entry["name"]: entry for entry in state["processes"]}

    def password(self, login: str) -> str:
        """Find the password the first start made for an account."""
        return (self.home / "secrets" / "passwords" / f"account-{login}.password").read_text().strip()

    def database(self, service: str) -> str:
        """Make the owner's address of a service's database: measuring looks, the services act."""
        secret = (self.home / "secrets" / "passwords" / f"{service}_owner.password").read_text().strip()
        return f"postgresql://{service}_owner:{secret}@127.0.0.1:{self.processes()['postgres']['port']}/{service}"

    def sign_in(self, login: str = "boss") -> httpx.Client:
        """Open a client of the gateway, signed in."""
        http = httpx.Client(base_url=self.gateway, timeout=120)
        answer = http.post("/auth/token", data={"username": login, "password": self.password(login)})
        answer.raise_for_status()
        http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return http


def launcher(*arguments: str, home: Path) -> float:
    """Run one command of the launcher; returns how many seconds it took."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", "local_stack", *arguments, "--home", str(home)], check=True, cwd=ROOT)
    return time.perf_counter() - began


@contextmanager
def stack(*options: str) -> Iterator[Stack]:
    """Start the product (with `options` of `up`) and end it again."""
    home = Path(tempfile.mkdtemp(prefix="zhanggui-trial-"))
    home.chmod(0o711)
    port = free_port()
    try:
        took = launcher("up", "--detach", "--port", str(port), *options, home=home)
        yield Stack(home, port, took)
    finally:
        launcher("down", home=home)
        shutil.rmtree(home, ignore_errors=True)


def cpu_seconds(pid: int) -> float:
    """Read how much processor time a process and all below it have used."""
    process = psutil.Process(pid)
    members = [process, *process.children(recursive=True)]
    return sum(sum(member.cpu_times()[:2]) for member in members)


def memory(pid: int) -> float:
    """Read MiB of a process and all below it, shared pages counted in parts (PSS)."""
    process = psutil.Process(pid)
    return sum(m.memory_full_info().pss for m in [process, *process.children(recursive=True)]) / 1024**2
