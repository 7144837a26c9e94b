"""The street under fire: database, broker, orders (API and two relays), payroll (consumer), each a real process."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

from chassis.migrations import migrate
from chassis.testing import TestKeys
from local_stack import databases, nats, ports, postgres
from local_stack.testing import declare_streams

PASSWORD = "faults"
HERE = Path(__file__).parent
PARTS = {"api": ("orders", "api"), "relay": ("orders", "worker"), "stand-by": ("orders", "worker")}
PARTS |= {"consumer": ("payroll", "worker")}


@dataclass
class Street:
    """Everything that runs, by name; `bug` is planted in relay and consumer."""

    folder: Path
    keys: TestKeys
    bug: str | None
    database: postgres.Postgres
    broker: nats.Nats
    yard: subprocess.Popen[str]
    pids: dict[str, int] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)

    def url(self, service: str, role: str = "app") -> str:
        return self.database.url(service, f"{service}_{role}", PASSWORD)

    def start(self, name: str) -> None:
        """Start one of PARTS; nothing waits for it."""
        package, part = PARTS[name]
        port = self.ports.setdefault(name, ports.free_port())
        seeded = self.bug is not None and part == "worker"
        asked = {
            "name": name,
            "module": "seeded" if seeded else "chassis.serve",
            "arguments": [*([self.bug] if seeded else []), package, part, "--port", str(port)],
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
        else:
            self.start(name)

    @property
    def api(self) -> str:
        return f"http://127.0.0.1:{self.ports['api']}"


@asynccontextmanager
async def street(keys: TestKeys, bug: str | None = None) -> AsyncIterator[Street]:
    """Open a street of its own: a durable cluster, a broker, migrated databases, four processes."""
    with tempfile.TemporaryDirectory(prefix="zhanggui-faults-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o711)  # the cluster runs as another account when we are root
        cluster = postgres.start(folder / "postgres")
        for service in ("orders", "payroll"):
            await databases.create_service_database(
                cluster.admin_url, service, owner_password=PASSWORD, runtime_password=PASSWORD
            )
            await migrate(service, cluster.url(service, f"{service}_owner", PASSWORD))
        broker = nats.start(folder / "nats")
        await declare_streams(broker)
        yard = subprocess.Popen(
            [sys.executable, str(HERE / "yard.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(HERE)},
        )
        made = Street(folder, keys, bug, cluster, broker, yard)
        try:
            for part in PARTS:
                made.start(part)
            yield made
        finally:
            for part in made.pids:
                made.kill(part)
            yard.communicate()
            nats.kill(made.broker)
            postgres.kill(made.database)


async def facts(made: Street) -> list[tuple[str, str, str]]:
    """Read what payroll recorded: (event type, order number, amount) for each fact."""
    connection = await asyncpg.connect(made.url("payroll", "owner"), timeout=5)
    try:
        rows = await connection.fetch("SELECT type, about, amount FROM facts")
        return [(row["type"], row["about"], str(row["amount"])) for row in rows]
    finally:
        await connection.close()


async def quarantined(made: Street) -> int:
    """Count what payroll put into quarantine."""
    connection = await asyncpg.connect(made.url("payroll", "owner"), timeout=5)
    try:
        return int(await connection.fetchval("SELECT count(*) FROM quarantine"))
    finally:
        await connection.close()
