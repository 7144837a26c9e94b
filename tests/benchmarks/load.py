"""Requests from a process of its own: as fast as N connections go, or at a fixed rate (an open model)."""

import argparse
import asyncio
import json
import time
from datetime import UTC, datetime, timedelta

import aiohttp

PLACED = datetime(2026, 11, 2, 3, tzinfo=UTC)


def order(prefix: str, number: int) -> dict[str, object]:
    """Write one order of two lines, as a shop's connector would post it."""
    return {
        "shop": "bench",
        "order_no": f"{prefix}{number:07}",
        "placed_at": (PLACED + timedelta(seconds=number % 86400)).isoformat(),
        "remark": f"客服A{number % 20:03} 加急",
        "lines": [
            {"line_no": 1, "sku": "S-1", "title": "春季连衣裙", "quantity": "1", "unit_price": "129.00"},
            {"line_no": 2, "sku": "S-2", "title": "腰带", "quantity": "2", "unit_price": "19.90"},
        ],
    }


async def closed(url: str, token: str, prefix: str, *, connections: int, seconds: float) -> dict[str, object]:
    """Post orders on `connections` connections for `seconds`; each posts the next when the last was answered."""
    times: list[float] = []
    statuses: dict[int, int] = {}
    numbers = iter(range(10**9))
    until = time.perf_counter() + seconds

    async def customer(http: aiohttp.ClientSession) -> None:
        for number in numbers:
            began = time.perf_counter()
            if began >= until:
                return
            async with http.post(url, json=order(prefix, number)) as answer:
                await answer.read()
            times.append(time.perf_counter() - began)
            statuses[answer.status] = statuses.get(answer.status, 0) + 1

    began = time.perf_counter()
    connector = aiohttp.TCPConnector(limit=connections)
    async with aiohttp.ClientSession(connector=connector, headers={"Authorization": f"Bearer {token}"}) as http:
        await asyncio.gather(*(customer(http) for _ in range(connections)))
    took = time.perf_counter() - began
    times.sort()
    return {
        "per_second": round(len(times) / took, 1),
        "p50_ms": round(times[len(times) // 2] * 1000, 2),
        "p99_ms": round(times[int(len(times) * 0.99)] * 1000, 2),
        "requests": len(times),
        "statuses": statuses,
    }


def paid_order(prefix: str, number: int) -> dict[str, object]:
    """Write an order that was placed and paid: two events."""
    made = order(prefix, number)
    return made | {"paid_at": made["placed_at"]}


async def opened(url: str, token: str, prefix: str, *, rate: float, seconds: float) -> dict[str, object]:
    """Post paid orders at a fixed rate, whatever the answers take, so that a stall shows."""
    statuses: dict[int, int] = {}
    answered: dict[str, float] = {}

    async def post(http: aiohttp.ClientSession, number: int) -> None:
        async with http.post(url, json=paid_order(prefix, number)) as answer:
            await answer.read()
        answered[f"{prefix}{number:07}"] = time.time()
        statuses[answer.status] = statuses.get(answer.status, 0) + 1

    began = time.perf_counter()
    async with (
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as http,
        asyncio.TaskGroup() as group,
    ):
        for number in range(int(rate * seconds)):
            await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
            group.create_task(post(http, number))
    took = time.perf_counter() - began
    return {"per_second": round(sum(statuses.values()) / took, 1), "statuses": statuses, "answered": answered}


def main() -> None:
    """Run one load and print its figures as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("model", choices=("closed", "open"))
    parser.add_argument("url")
    parser.add_argument("token")
    parser.add_argument("prefix")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--rate", type=float, default=300)
    parser.add_argument("--seconds", type=float, default=8)
    a = parser.parse_args()
    if a.model == "closed":
        done = closed(a.url, a.token, a.prefix, connections=a.connections, seconds=a.seconds)
    else:
        done = opened(a.url, a.token, a.prefix, rate=a.rate, seconds=a.seconds)
    print(json.dumps(asyncio.run(done)))


if __name__ == "__main__":
    main()
