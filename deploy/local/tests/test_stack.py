"""The whole stack, started and ended as its user does it."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from demo.people import STAFF
from local_stack import ports
from local_stack.accounts import account_password
from local_stack.home import Home
from local_stack.members import MEMBERS
from local_stack.processes import await_end


def zhanggui(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "local_stack", *arguments], capture_output=True, text=True, timeout=300, check=False
    )


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.5)  # a look starts a Python of its own


def everybody(home: Home) -> dict[str, psutil.Process]:
    state = home.state()
    rows = {entry["name"]: entry["pid"] for entry in state["processes"]}
    return {name: psutil.Process(pid) for name, pid in {**rows, "supervisor": state["supervisor"]["pid"]}.items()}


def sign_in(port: int, password: str) -> int:
    form = {"username": "boss", "password": password}
    return httpx.post(f"http://127.0.0.1:{port}/auth/token", data=form, timeout=10).status_code


@pytest.fixture
def home(open_folder: Path) -> Iterator[Home]:
    """Give a home folder, and leave nothing running in it."""
    home = Home(open_folder / "home")
    yield home
    zhanggui("down", "--home", str(home.root))


def test_from_the_first_start_over_kills_to_the_end(home: Home, open_folder: Path) -> None:
    port = ports.free_port()
    up = ("up", "--port", str(port), "--home", str(home.root))

    started = zhanggui(*up, "--demo", "--detach")
    assert started.returncode == 0, started.stdout + started.stderr
    assert f"http://127.0.0.1:{port}" in started.stdout
    password = account_password(home, "boss")
    assert re.search(rf"boss +│ {re.escape(password)}", started.stdout)
    for employee in STAFF:  # the table of payslips: number, name, base salary
        assert re.search(rf"{employee.employee_no} +│ {employee.name} +│ +{employee.base_salary} ", started.stdout)
    assert sign_in(port, password) == 200
    first = everybody(home)
    assert len(first) == 3 + 2 * len(MEMBERS)

    status = zhanggui("status", "--home", str(home.root))
    assert status.returncode == 0, status.stdout
    assert "gateway worker" in status.stdout

    twice = zhanggui(*up)
    assert twice.returncode == 1
    assert "already running" in twice.stderr
    elsewhere = zhanggui("up", "--port", str(port), "--home", str(open_folder / "other"))
    assert elsewhere.returncode == 1
    assert f"Port {port} is taken by" in elsewhere.stderr
    assert f"--port {port + 1}" in elsewhere.stderr

    for name in ("postgres", "nats", "gateway api", f"{MEMBERS[0]} worker"):
        first[name].kill()
    until(lambda: zhanggui("status", "--home", str(home.root)).returncode == 0)
    assert sign_in(port, password) == 200

    second = everybody(home)
    second["supervisor"].kill()
    assert not await_end(second.values(), 20), "a killed supervisor left orphans"

    with subprocess.Popen(
        [sys.executable, "-m", "local_stack", *up], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as foreground:
        assert foreground.stdout is not None
        lines = iter(foreground.stdout.readline, "")
        assert any("boss" in line for line in lines)
        assert sign_in(port, password) == 200
        third = everybody(home)
        os.kill(foreground.pid, signal.SIGINT)
        rest = foreground.stdout.read()
    assert foreground.returncode == 0, rest
    assert not await_end(third.values(), 0), "Ctrl-C left orphans"
    assert zhanggui("status", "--home", str(home.root)).returncode == 1
