"""`./zhanggui bench [MEASURE …]`: measure the running product and print figures; all of them without a name."""

import asyncio
import multiprocessing
import os
import platform
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

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


def squares(_: int) -> float:
    """Add up 5,000,000 squares; returns the seconds it took."""
    began, total = time.perf_counter(), 0
    for number in range(5_000_000):
        total += number * number
    return time.perf_counter() - began


def yardstick() -> str:
    """Time the same arithmetic on one core and on all at once: a shared machine is not the same every hour."""
    cores = os.cpu_count() or 1
    with multiprocessing.Pool(cores) as pool:
        alone, together = squares(0), max(pool.map(squares, range(cores)))
    return f"yardstick: 5,000,000 squares in {alone:.2f} s alone, {together:.2f} s on each of {cores} cores at once"


def processor_time() -> tuple[int, int]:
    """Read how much time the processors have had, and how much of it the host gave to its other guests.

    Only Linux tells; elsewhere nothing was given.
    """
    if sys.platform != "linux":
        return time.monotonic_ns(), 0
    spent = [int(ticks) for ticks in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    return sum(spent), spent[7]


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
        print(yardstick())
        before = processor_time()
        MEASURES[name]()
        passed, stolen = (now - then for now, then in zip(processor_time(), before, strict=True))
        print(f"taken by other guests of the host meanwhile: {100 * stolen / passed:.0f} % of the processors' time")


if __name__ == "__main__":
    main(sys.argv[1:])
