"""`./zhanggui bench [MEASURE …]`: measure the running product and print figures; all of them without a name."""

import asyncio
import os
import platform
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

from benchmarks import backlog, files, imports, latency, payrun, requests, starting

MEASURES: dict[str, Callable[[], None]] = {
    "imports": imports.measure,
    "files": files.measure,
    "requests": requests.measure,
    "backlog": lambda: asyncio.run(backlog.measure()),
    "latency": lambda: asyncio.run(latency.measure()),
    "payrun": payrun.measure,
    "starting": starting.measure,
}


def yardstick() -> float:
    """Time a fixed piece of arithmetic, the best of three, in seconds: a shared machine is not the same every hour."""

    def once() -> float:
        began, total = time.perf_counter(), 0
        for number in range(5_000_000):
            total += number * number
        return time.perf_counter() - began

    return min(once() for _ in range(3))


def main(asked: list[str]) -> None:
    """Run the measures asked for, one after another, each on a stack of its own."""
    if unknown := [name for name in asked if name not in MEASURES]:
        sys.exit(f"unknown: {', '.join(unknown)}; there are {', '.join(MEASURES)}")
    cores, load = os.cpu_count(), os.getloadavg()[0]
    machine = f"{platform.machine()}, {cores} cores, Python {platform.python_version()}"
    print(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {machine}")
    print(f"load before the first measure: {load:.2f}")
    for name in asked or MEASURES:
        print(f"\n== {name}: {(sys.modules[f'benchmarks.{name}'].__doc__ or '').splitlines()[0]}")
        print(f"yardstick: {yardstick():.2f} s for 5,000,000 squares")
        MEASURES[name]()


if __name__ == "__main__":
    main(sys.argv[1:])
