"""From commit to fact: 150 orders a second, placed and paid, so 300 events a second in an open model."""

import asyncio
import time
from bisect import bisect_left
from contextlib import closing

import asyncpg
from benchmarks.requests import load

from local_stack.trial import stack

RATE, SECONDS = 150, 20
LOOK = 0.004
LAST = """
SELECT about, max(position) FROM outbox
WHERE about LIKE '%open-%' AND type IN ('order.created', 'order.paid') GROUP BY about
"""


async def watch(url: str, seen: list[tuple[int, float]], stop: asyncio.Event) -> None:
    """Note when the watermark was first seen at each position."""
    connection = await asyncpg.connect(url)
    while not stop.is_set():
        position = await connection.fetchval("SELECT position FROM watermarks WHERE producer = 'orders'") or 0
        if not seen or position > seen[-1][0]:
            seen.append((position, time.time()))
        await asyncio.sleep(LOOK)
    await connection.close()


async def measure() -> None:
    """Compare when each order was answered (so committed) with when its last event was a fact in payroll."""
    with stack() as made, closing(made.sign_in()) as http:
        token = str(http.headers["Authorization"]).removeprefix("Bearer ")
        seen: list[tuple[int, float]] = []
        stop = asyncio.Event()
        watching = asyncio.create_task(watch(made.database("payroll"), seen, stop))
        url = f"{made.gateway}/api/orders/orders"
        await asyncio.to_thread(load, "closed", url, token, "warm", "--seconds", "2")
        options = ("--rate", str(RATE), "--seconds", str(SECONDS))
        done = await asyncio.to_thread(load, "open", url, token, "open-", *options)
        answered: dict[str, float] = done.pop("answered")
        await asyncio.sleep(2)
        stop.set()
        await watching
        connection = await asyncpg.connect(made.database("orders"))
        rows = await connection.fetch(LAST)
        await connection.close()
    positions, times = [p for p, _ in seen], [t for _, t in seen]
    delays = sorted(
        max(0.0, times[bisect_left(positions, last)] - answered[about.split("/")[-1]]) * 1000 for about, last in rows
    )
    at = {f"p{q}": round(delays[min(int(len(delays) * q / 100), len(delays) - 1)], 1) for q in (50, 95, 99, 100)}
    print(f"{done}; answer to fact in ms over {len(delays)} orders: {at} (looked every {LOOK * 1000:.0f} ms)")
