"""Requests from a process of its own: as fast as N connections go, or at a fixed rate (an open model).

It runs on the cores it measures, so it is as plain as can be: bytes made before, one parser, no client library.
"""

import argparse
import asyncio
import json
import time
from datetime import UTC, datetime, timedelta
from typing import cast
from urllib.parse import SplitResult, urlsplit

import httptools
import uvloop

LATELY = 900
SINCE = datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=LATELY)
"""Orders are minutes old, as a shop's connector posts them: for older ones the clocks announce what was missed."""


def order(prefix: str, number: int) -> dict[str, object]:
    """Write one order of two lines, as a shop's connector would post it."""
    return {
        "shop": "bench",
        "order_no": f"{prefix}{number:07}",
        "placed_at": (SINCE + timedelta(seconds=number % LATELY)).isoformat(),
        "remark": f"客服A{number % 20:03} 加急",
        "lines": [
            {"line_no": 1, "sku": "S-1", "title": "春季连衣裙", "quantity": "1", "unit_price": "129.00"},
            {"line_no": 2, "sku": "S-2", "title": "腰带", "quantity": "2", "unit_price": "19.90"},
        ],
    }


def paid_order(prefix: str, number: int) -> dict[str, object]:
    """Write an order that was placed and paid: two events."""
    made = order(prefix, number)
    return made | {"paid_at": made["placed_at"]}


class Connection(asyncio.Protocol):
    """One connection that is kept: a request out, a status back."""

    def __init__(self, address: SplitResult, token: str) -> None:
        self.head = (
            f"POST {address.path} HTTP/1.1\r\nHost: {address.netloc}\r\nAuthorization: Bearer {token}\r\n"
            "Content-Type: application/json\r\nContent-Length: "
        ).encode()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but name

    def data_received(self, data: bytes) -> None:
        self.parser.feed_data(data)

    def on_message_complete(self) -> None:
        self.answered.set_result(self.parser.get_status_code())

    def connection_lost(self, error: Exception | None) -> None:
        if not self.answered.done():
            self.answered.set_exception(error or ConnectionError("closed before the answer"))

    async def post(self, body: bytes) -> int:
        """Send a body and wait for the whole answer."""
        self.parser = httptools.HttpResponseParser(self)
        self.answered: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.transport.write(b"%s%d\r\n\r\n%s" % (self.head, len(body), body))
        return await self.answered


async def connect(url: str, token: str) -> Connection:
    """Open a connection to the address of `url`."""
    address = urlsplit(url)
    loop = asyncio.get_running_loop()
    _, made = await loop.create_connection(lambda: Connection(address, token), address.hostname, address.port)
    return made


def encoded(made: dict[str, object]) -> bytes:
    """Write a body as JSON."""
    return json.dumps(made, ensure_ascii=False).encode()


async def closed(url: str, token: str, prefix: str, *, connections: int, seconds: float) -> dict[str, object]:
    """Post orders on `connections` connections for `seconds`; each posts the next when the last was answered."""
    times: list[float] = []
    statuses: dict[int, int] = {}
    numbers = iter(range(10**9))
    customers = [await connect(url, token) for _ in range(connections)]
    began = time.perf_counter()
    until = began + seconds

    async def shop(customer: Connection) -> None:
        for number in numbers:
            asked = time.perf_counter()
            if asked >= until:
                return
            status = await customer.post(encoded(order(prefix, number)))
            times.append(time.perf_counter() - asked)
            statuses[status] = statuses.get(status, 0) + 1

    await asyncio.gather(*map(shop, customers))
    took = time.perf_counter() - began
    times.sort()
    return {
        "per_second": round(len(times) / took, 1),
        "p50_ms": round(times[len(times) // 2] * 1000, 2),
        "p99_ms": round(times[int(len(times) * 0.99)] * 1000, 2),
        "requests": len(times),
        "statuses": statuses,
        "load_cpu_ms": round(time.process_time() / len(times) * 1000, 3),
    }


async def opened(url: str, token: str, prefix: str, *, rate: float, seconds: float) -> dict[str, object]:
    """Post paid orders at a fixed rate, whatever the answers take, so that a stall shows."""
    statuses: dict[int, int] = {}
    answered: dict[str, float] = {}
    idle: list[Connection] = []

    async def post(number: int) -> None:
        while idle and idle[-1].transport.is_closing():  # the server ends what was idle for long
            idle.pop()
        customer = idle.pop() if idle else await connect(url, token)
        status = await customer.post(encoded(paid_order(prefix, number)))
        answered[f"{prefix}{number:07}"] = time.time()
        statuses[status] = statuses.get(status, 0) + 1
        idle.append(customer)

    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(int(rate * seconds)):
            await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
            group.create_task(post(number))
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
    uvloop.install()
    print(json.dumps(asyncio.run(done)))


if __name__ == "__main__":
    main()
