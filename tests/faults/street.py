"""The street under fire: database, broker, APIs and workers of services, each a real process."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from chassis.migrations import migrate
from chassis.testing import TestKeys
from local_stack import databases, nats, ports, postgres
from local_stack.testing import declare_streams

PASSWORD = "faults"
HERE = Path(__file__).parent
SEED = int(os.environ.get("ZHANGGUI_FAULT_SEED", "20261121"))
SERVICES = ("attendance", "orders", "service_desk", "inventory", "payroll")
Parts = Mapping[str, tuple[str, str]]
"""What runs: a name for each process, its package, and `api` or `worker`."""

PAIR: Parts = {
    "api": ("orders", "api"),
    "relay": ("orders", "worker"),
    "stand-by": ("orders", "worker"),
    "consumer": ("payroll", "worker"),
}
WHOLE: Parts = {f"{service}-{part}": (service, part) for service in SERVICES for part in ("api", "worker")} | {
    "orders-standby": ("orders", "worker"),
    "payroll-standby": ("payroll", "worker"),
}


@dataclass
class Street:
    """Everything that runs, by name."""

    folder: Path
    keys: TestKeys
    parts: Parts
    database: postgres.Postgres
    broker: nats.Nats
    yard: subprocess.Popen[str]
    pids: dict[str, int] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)
    planted: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def url(self, service: str, role: str = "app") -> str:
        return self.database.url(service, f"{service}_{role}", PASSWORD)

    def start(self, name: str, *planted: str) -> None:
        """Start one of the parts; nothing waits for it.

        `planted`: a module of this folder that runs it instead, and what is planted in it: here, and whenever it is
        restarted.
        """
        package, part = self.parts[name]
        port = self.ports.setdefault(name, ports.free_port())
        module, *what = self.planted[name] = planted or ("chassis.serve",)
        asked = {
            "name": name,
            "package": package,
            "module": module,
            "arguments": [*what, package, part, "--port", str(port)],
            "environment": {
                "ZHANGGUI_DATABASE_URL": self.url(package),
                "ZHANGGUI_NATS_URL": self.broker.url(package),
                "ZHANGGUI_NATS_MONITOR_URL": self.broker.monitor_url,
                "ZHANGGUI_PUBLIC_KEYS": str(self.keys.folder),
            },
            "log": str(self.folder / f"{name}.log"),
        }
        assert self.yard.stdin is not None and self.yard.stdout is not None
        print(json.dumps(asked), file=self.yard.stdin, flush=True)
        self.pids[name] = int(self.yard.stdout.readline())

    def wipe(self) -> None:
        """Kill the broker and lose everything it ever stored."""
        nats.wipe(self.broker)

    def kill(self, name: str) -> None:
        """SIGKILL one part, with no chance to tidy up."""
        if name == "database":
            postgres.kill(self.database)
        elif name == "broker":
            nats.kill(self.broker)
        else:
            os.kill(self.pids[name], signal.SIGKILL)
            while Path(f"/proc/{self.pids[name]}").exists():
                time.sleep(0.002)

    def freeze(self, name: str) -> None:
        """SIGSTOP one part: it holds its locks and connections and says nothing."""
        if name == "database":
            postgres.freeze(self.database)
        elif name == "broker":
            nats.freeze(self.broker)
        else:
            os.kill(self.pids[name], signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        if name == "database":
            postgres.thaw(self.database)
        elif name == "broker":
            nats.thaw(self.broker)
        else:
            os.kill(self.pids[name], signal.SIGCONT)

    def restart(self, name: str) -> None:
        """Start again what was killed."""
        if name == "database":
            self.database = postgres.start(self.database.folder)
        elif name == "broker":
            self.broker = nats.start(self.broker.folder)
        elif self.planted[name][0] == "chassis.serve":
            self.start(name)
        else:
            self.start(name, *self.planted[name])

    def address(self, name: str) -> str:
        """Tell where a process answers."""
        return f"http://127.0.0.1:{self.ports[name]}"


def _yard(services: Iterable[str], folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(HERE / "yard.py"), *services],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=folder,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(HERE), *filter(None, [os.environ.get("PYTHONPATH")])])},
    )


@asynccontextmanager
async def street(keys: TestKeys, parts: Parts = PAIR) -> AsyncIterator[Street]:
    """Open a street of its own: a durable cluster, a broker, migrated databases, the processes of `parts`."""
    with tempfile.TemporaryDirectory(prefix="zhanggui-faults-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o711)  # the cluster runs as another account when we are root
        services = dict.fromkeys(package for package, _ in parts.values())
        yard = _yard(services, folder)
        cluster = postgres.start(folder / "postgres")
        for service in services:
            await databases.create_service_database(
                cluster.admin_url, service, owner_password=PASSWORD, runtime_password=PASSWORD
            )
            await migrate(service, cluster.url(service, f"{service}_owner", PASSWORD))
        broker = nats.start(folder / "nats")
        await declare_streams(broker)
        made = Street(folder, keys, parts, cluster, broker, yard)
        try:
            for part in parts:
                made.start(part)
            yield made
        finally:
            for part in made.pids:
                made.kill(part)
            yard.communicate()
            nats.kill(made.broker)
            postgres.kill(made.database)


async def answering(made: Street, *names: str) -> None:
    """Wait until these processes are there; what is not a process of ours is there as soon as it has been started."""
    async with httpx.AsyncClient() as http, asyncio.timeout(60):
        for name in names:
            while name in made.parts and not await _answers(http, made.address(name)):
                await asyncio.sleep(0.02)


async def _answers(http: httpx.AsyncClient, address: str) -> bool:
    try:
        await http.get(f"{address}/healthz")
    except httpx.TransportError:
        return False
    return True


async def looked_up(made: Street, service: str, query: str) -> Any:
    """Read one value of a service's database."""
    connection = await asyncpg.connect(made.url(service, "owner"), timeout=5)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def rows_of(made: Street, service: str, query: str) -> list[asyncpg.Record]:
    """Read rows of a service's database."""
    connection = await asyncpg.connect(made.url(service, "owner"), timeout=5)
    try:
        return list(await connection.fetch(query))
    finally:
        await connection.close()


async def facts(made: Street) -> list[tuple[str, str, str]]:
    """Read what payroll recorded: (event type, order number, amount) for each fact."""
    rows = await rows_of(made, "payroll", "SELECT type, about, amount FROM facts")
    return [(row["type"], row["about"], str(row["amount"])) for row in rows]


async def quarantined(made: Street, service: str = "payroll") -> int:
    """Count what a service put into quarantine."""
    return int(await looked_up(made, service, "SELECT count(*) FROM quarantine"))
