"""POST /api/orders/orders through the gateway and directly, 16 connections, relay and consumers running."""

import json
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from benchmarks.flames import flames

from chassis import clock
from chassis.auth import Principal, read_private_key, sign
from local_stack.trial import Stack, cpu_seconds, stack

LOAD = Path(__file__).with_name("load.py")
WATCHED = ("orders api", "gateway api", "orders worker", "payroll worker", "postgres", "nats")
SECONDS = 8.0
ROUNDS = 3


def load(model: str, url: str, token: str, prefix: str, *extra: str) -> dict[str, Any]:
    """Run a load in a process of its own and read its figures."""
    command = [sys.executable, str(LOAD), model, url, token, prefix, *extra]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def directly(made: Stack) -> str:
    """Sign a token as the gateway does, for requests that go past it."""
    key = read_private_key(made.home / "secrets" / "keys" / "gateway.pem")
    by = Principal("bench", None, frozenset({"boss"}))
    return sign(by, audience="orders", key=key, issuer="gateway", now=clock.now())


def measure() -> None:
    """Take turns, direct and through the gateway, so that a drifting machine does not decide the ratio."""
    with stack() as made, closing(made.sign_in()) as http:
        public = str(http.headers["Authorization"]).removeprefix("Bearer ")
        processes = made.processes()
        upstream = f"http://127.0.0.1:{processes['orders api']['port']}/orders"
        ratios = []
        load("closed", upstream, directly(made), "warm", "--seconds", "2")
        for number in range(ROUNDS):
            direct = load("closed", upstream, directly(made), f"d{number}-", "--seconds", str(SECONDS))
            time.sleep(1)
            before = {name: cpu_seconds(processes[name]["pid"]) for name in WATCHED}
            with flames("request", processes["orders api"]["pid"]):
                through = load(
                    "closed", f"{made.gateway}/api/orders/orders", public, f"g{number}-", "--seconds", str(SECONDS)
                )
            used = {name: cpu_seconds(processes[name]["pid"]) - before[name] for name in WATCHED}
            time.sleep(1)
            ratios.append(through["per_second"] / direct["per_second"])
            print(f"direct          {direct}")
            print(f"through gateway {through}  ratio {ratios[-1]:.3f}")
            each = {name: f"{seconds / through['requests'] * 1000:.2f} ms" for name, seconds in used.items()}
            print(f"CPU per request through the gateway: {each}")
        print(f"ratio gateway/direct, median of {ROUNDS}: {sorted(ratios)[ROUNDS // 2]:.3f}")
