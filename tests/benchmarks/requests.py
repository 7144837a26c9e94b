"""POST /api/orders/orders through the gateway and directly, 16 connections, relay and consumers running."""

import json
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.flames import flames

from chassis import clock
from chassis.auth import Principal, read_private_key, sign
from local_stack.trial import Stack, cpu_seconds, stack

LOAD = Path(__file__).with_name("load.py")
WATCHED = ("orders api", "gateway api", "orders worker", "payroll worker", "postgres", "nats")
SECONDS = 4.0
ROUNDS = 8
"""Short and many: what the host takes away changes within seconds, and falls on one of the two."""


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

        def direct(prefix: str, seconds: float = SECONDS) -> float:
            figures = load("closed", upstream, directly(made), prefix, "--seconds", str(seconds))
            print(f"direct          {figures}")
            return float(figures["per_second"])

        def through(prefix: str) -> float:
            before = {name: cpu_seconds(processes[name]["pid"]) for name in WATCHED}
            with flames("request", processes["orders api"]["pid"]):
                address = f"{made.gateway}/api/orders/orders"
                figures = load("closed", address, public, prefix, "--seconds", str(SECONDS))
            print(f"through gateway {figures}")
            used = {name: cpu_seconds(processes[name]["pid"]) - before[name] for name in WATCHED}
            each = {name: f"{seconds / figures['requests'] * 1000:.2f} ms" for name, seconds in used.items()}
            print(f"CPU per request through the gateway: {each}")
            return float(figures["per_second"])

        direct("warm", 2)
        ways = {"d": direct, "g": through}
        rounds: list[dict[str, float]] = []
        for number in range(ROUNDS):
            taken = {}
            for way in ("dg", "gd")[number % 2]:
                time.sleep(1)
                taken[way] = ways[way](f"{way}{number}-")
            rounds.append(taken)
        ratios = [taken["g"] / taken["d"] for taken in rounds]
        print(f"median of {ROUNDS}: direct {median(taken['d'] for taken in rounds):.0f}/s, ", end="")
        print(f"through the gateway {median(taken['g'] for taken in rounds):.0f}/s")
        print(f"ratio gateway/direct: {', '.join(f'{ratio:.3f}' for ratio in ratios)}; median {median(ratios):.3f}")
