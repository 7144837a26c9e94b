"""The whole product while parts of it are down: what needs them is 503, the rest goes on, all comes back by itself."""

import asyncio
import os
import secrets
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import httpx

from local_stack.trial import Stack, stack

from .conftest import unavailable, until

READS = {
    "attendance": "/api/attendance/employees",
    "orders": "/api/orders/orders",
    "service_desk": "/api/service-desk/reviews",
    "inventory": "/api/inventory/stock",
    "payroll": "/api/payroll/payslips?period=2026-10",
}
LONG = "ZHANGGUI_LONG" in os.environ
"""Also a frozen API, which is waited for, and PostgreSQL killed under everything."""

HIRED = {"name": "林小满", "department": "一部", "post": "客服", "hire_date": "2026-01-01"}


@dataclass
class Product:
    """The running product and a boss who is signed in."""

    stack: Stack
    http: httpx.AsyncClient
    answers: dict[str, Counter[int]] = field(default_factory=dict)

    async def ask(self, service: str) -> httpx.Response:
        """Read something of a service."""
        answer = await self.http.get(READS[service])
        self.answers.setdefault(service, Counter())[answer.status_code] += 1
        return answer

    async def hire(self, number: str) -> int:
        once = {"Idempotency-Key": secrets.token_hex(8)}
        return (
            await self.http.post(READS["attendance"], json=HIRED | {"employee_no": number}, headers=once)
        ).status_code

    async def fails(self, service: str) -> httpx.Response:
        """Ask until the answer is no success; returns it."""

        async def refused() -> httpx.Response | None:
            answer = await self.ask(service)
            return None if answer.is_success else answer

        return await until(f"{service} is refused", refused)  # type: ignore[no-any-return]

    async def answers_again(self, service: str) -> float:
        """Ask until the answer is a success; returns how many seconds it took."""

        async def answered() -> bool:
            return (await self.ask(service)).is_success

        began = time.monotonic()
        await until(f"{service} is back", answered)
        return time.monotonic() - began

    def signal(self, name: str, number: signal.Signals) -> None:
        """Send a signal to a process of this stack, by its name there."""
        os.kill(self.stack.processes()[name]["pid"], number)


@asynccontextmanager
async def product() -> AsyncIterator[Product]:
    """Start the product for one test."""
    opened = stack()
    running = await asyncio.to_thread(opened.__enter__)
    try:
        async with httpx.AsyncClient(base_url=running.gateway, timeout=60) as http:
            form = {"username": "boss", "password": running.password("boss")}
            token = (await http.post("/auth/token", data=form)).json()["access_token"]
            http.headers["Authorization"] = f"Bearer {token}"
            yield Product(running, http)
    finally:
        await asyncio.to_thread(opened.__exit__, None, None, None)


async def frozen(it: Product) -> str:
    """The API of orders keeps its port and says nothing."""
    it.signal("orders api", signal.SIGSTOP)
    began = time.monotonic()
    unavailable(await it.fails("orders"), "answer-lost")
    first = time.monotonic() - began
    began = time.monotonic()
    unavailable(await it.fails("orders"), "service-unavailable")
    assert time.monotonic() - began < 2, "once it is known to be silent nobody waits to find out"
    it.signal("orders api", signal.SIGCONT)
    return f"orders frozen: 503 after {first:.1f} s, back {await it.answers_again('orders'):.1f} s after it thawed"


async def killed(it: Product) -> str:
    """The API of service-desk is killed."""
    it.signal("service_desk api", signal.SIGKILL)
    began = time.monotonic()
    answer = await it.fails("service_desk")
    unavailable(answer, answer.json()["code"])
    assert answer.json()["code"] in ("answer-lost", "service-unavailable")
    first = time.monotonic() - began
    back = await it.answers_again("service_desk")
    return f"service-desk killed: 503 after {first:.2f} s, back after {back:.1f} s"


async def closed(it: Product) -> str:
    """The database of inventory takes no connections."""
    admin = await asyncpg.connect(_admin(it.stack))
    try:
        await admin.execute("ALTER DATABASE inventory ALLOW_CONNECTIONS false")
        ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'inventory'"
        await admin.execute(ended)
        began = time.monotonic()
        unavailable(await it.fails("inventory"), "unavailable")
        first = time.monotonic() - began
        await admin.execute("ALTER DATABASE inventory ALLOW_CONNECTIONS true")
    finally:
        await admin.close()
    back = await it.answers_again("inventory")
    return f"inventory without database: 503 after {first:.2f} s, back {back:.2f} s after it was opened"


async def brokerless(it: Product) -> str:
    """The broker is killed; what is announced meanwhile arrives when it is back."""
    it.signal("nats", signal.SIGKILL)
    began = time.monotonic()
    statuses = [await it.hire(f"A{number:03}") for number in range(5)]
    assert statuses == [201] * 5, statuses
    await until("orders and payroll know them", lambda: _known(it.stack, 5))
    return f"broker killed: five hired meanwhile, known to orders and payroll {time.monotonic() - began:.1f} s later"


async def _known(running: Stack, number: int) -> bool:
    for service, table in (("orders", "employees"), ("payroll", "directory")):
        connection = await asyncpg.connect(running.database(service))
        try:
            found = await connection.fetchval(f"SELECT count(*) FROM {table} WHERE employee_no LIKE 'A00_'")
        finally:
            await connection.close()
        if found != number:
            return False
    return True


def _admin(running: Stack) -> str:
    secret = (running.home / "postgres" / "postgres.password").read_text().strip()
    return f"postgresql://postgres:{secret}@127.0.0.1:{running.processes()['postgres']['port']}/postgres"


async def _undisturbed(it: Product, over: asyncio.Event) -> None:
    """Services that nothing was done to answer all the time."""
    while not over.is_set():
        for service in ("attendance", "payroll"):
            answer = await it.ask(service)
            assert answer.status_code == 200, f"{service}: {answer.text}"
        await asyncio.sleep(0.05)


async def test_each_outage_takes_its_own_routes_away_and_passes_by_itself() -> None:
    async with product() as it:
        over = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            others = group.create_task(_undisturbed(it, over))
            outages: list[Callable[[Product], Any]] = [killed, closed, brokerless]
            under_way = [group.create_task(outage(it)) for outage in ([*outages, frozen] if LONG else outages)]
            for line in await asyncio.gather(*under_way):
                print(line)
            over.set()
            await others
        if LONG:
            print(await everything(it))
        print({service: dict(counted) for service, counted in it.answers.items()})
        assert all(set(counted) <= {200, 503} for counted in it.answers.values()), it.answers
        assert it.answers["attendance"][200] + it.answers["payroll"][200] > 10


async def everything(it: Product) -> str:
    """The whole of PostgreSQL is killed: sign-in and every service are 503, and a token of before serves again."""
    it.signal("postgres", signal.SIGKILL)
    began = time.monotonic()
    form = {"username": "boss", "password": it.stack.password("boss")}
    signing_in = await it.http.post("/auth/token", data=form)
    unavailable(signing_in, "unavailable")
    for service in READS:
        answer = await it.ask(service)
        if not answer.is_success:  # it is started again meanwhile
            unavailable(answer, answer.json()["code"])
    back = [await it.answers_again(service) for service in READS]
    return f"PostgreSQL killed: all back {time.monotonic() - began:.1f} s later, asked for {max(back):.1f} s"
