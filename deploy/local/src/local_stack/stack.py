"""`up`: everything in order, watched, and ended in order."""

import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from local_stack import environment, forks, nats, ports, postgres
from local_stack.accounts import FirstAccount, make_accounts
from local_stack.health import await_health
from local_stack.home import Home
from local_stack.keys import make_keys
from local_stack.members import GATEWAY, MEMBERS, SERVICES
from local_stack.nats import Nats
from local_stack.postgres import Postgres
from local_stack.processes import Identity, identity, tail
from local_stack.supervisor import Child, end_in_order, end_leftovers, look_after, require_alive
from local_stack.troubles import DiskFull, PortTaken, ProcessFailed

ROOM = 300 * 1024**2
"""Bytes a new home needs: the cluster, its log, the broker's store, a copy of the programs."""

HEALTH_SECONDS = 90
LOG_LIMIT = 20 * 1024**2


class Stopped(BaseException):
    """Somebody asked the stack to end (Ctrl-C, SIGTERM, a closed terminal)."""


@dataclass(slots=True)
class Stack:
    """What runs: servers first, then the members' processes in the order they were started."""

    home: Home
    port: int
    who: Identity
    servers: list[Child] = field(default_factory=list)
    members: list[Child] = field(default_factory=list)

    def write_down(self, *, ready: bool) -> None:
        """Tell other commands, and a later run, what runs."""
        self.home.write_state(
            {
                "supervisor": {"pid": self.who.pid, "started": self.who.started},
                "port": self.port,
                "ready": ready,
                "processes": [child.described() for child in (*self.servers, *self.members)],
            }
        )


def up(
    home: Home,
    port: int,
    *,
    logins: tuple[str, ...],
    visit: Callable[[list[FirstAccount]], forks.Forked | None],
    settled: Callable[[int], None],
    tell: Callable[[str], None],
) -> None:
    """Start everything with accounts for `logins`, and watch until told to stop.

    Once all are healthy `visit` is called with the accounts; it may leave a child at work beside the stack. `settled`
    hears its exit code, or 0 when there is none. Returns when everything has ended. Raises Trouble when the stack
    cannot start.
    """
    home.make()
    with home.held(), _stoppable():
        end_leftovers(home.state())
        if not ports.is_free(port):
            raise PortTaken(port, ports.holder(port))
        if shutil.disk_usage(home.root).free < ROOM:
            raise DiskFull(home.root)
        _turn_logs(home.logs)
        stack = Stack(home, port, identity(os.getpid()))
        try:
            visitor = visit(_start(stack, logins, tell))
            if visitor is None:
                settled(0)
            while True:
                time.sleep(0.2)
                if look_after([*stack.servers, *stack.members], tell):
                    stack.write_down(ready=True)
                if visitor is not None and (code := visitor.poll()) is not None:
                    visitor = None
                    settled(code)
        except Stopped:
            tell("正在停止 / Stopping")
        finally:
            _ignore_signals()
            end_in_order(reversed(stack.members), patience=15)  # a visitor ends by itself without the gateway
            for server in reversed(stack.servers):
                end_in_order([server], patience=30)
            home.forget_state()


def _start(stack: Stack, logins: tuple[str, ...], tell: Callable[[str], None]) -> list[FirstAccount]:
    home, began = stack.home, time.monotonic()

    def step(text: str) -> None:
        tell(f"· {text} ({time.monotonic() - began:.1f} s)")

    make_keys(MEMBERS, home.private_keys, home.public_keys)
    cluster, broker = _start_servers(stack)
    environment.make_databases(home, cluster)
    step("PostgreSQL 18, NATS")
    forks.preload()
    _prepare(home, cluster, broker)
    accounts = make_accounts(home, logins, environment.serving(GATEWAY, home, cluster, broker, {}))
    step("数据库已迁移，消息流已声明 / migrated, streams declared")
    _start_members(stack, cluster, broker)
    wanted = {child.name: child.port for child in stack.members}
    unwell = await_health(wanted, seconds=HEALTH_SECONDS, meanwhile=lambda: require_alive(stack.members))
    for child in stack.members:
        if child.name in unwell:
            raise ProcessFailed(child.name, f"not healthy after {HEALTH_SECONDS} s", child.log, tail(child.log))
    stack.write_down(ready=True)
    step("服务与网关已就绪 / services and gateway are healthy")
    return accounts


def _start_servers(stack: Stack) -> tuple[Postgres, Nats]:
    home = stack.home
    cluster_log, broker_log = home.logs / "postgres.log", home.logs / "nats.log"
    cluster = postgres.start(home.postgres, log=cluster_log)
    again = Child(
        "postgres",
        lambda: postgres.start(home.postgres, port=cluster.port, log=cluster_log).process,
        cluster_log,
        cluster.port,
        parting=signal.SIGINT,
    )
    again.adopt(cluster.process)
    stack.servers.append(again)
    broker = nats.start(home.nats, log=broker_log)
    again = Child(
        "nats",
        lambda: nats.start(home.nats, port=broker.port, log=broker_log).process,
        broker_log,
        broker.port,
        spoilt=lambda: nats.is_spoilt(broker.monitor_port),
    )
    again.adopt(broker.process)
    stack.servers.append(again)
    stack.write_down(ready=False)
    return cluster, broker


def _prepare(home: Home, cluster: Postgres, broker: Nats) -> None:
    """Declare the streams and migrate the databases, all at the same time; each does nothing when nothing is to do."""
    log = home.logs / "prepare.log"
    steps = {
        "streams": forks.fork_module(
            "chassis.streams", "declare", title="streams", environment=environment.declaring(broker), log=log
        )
    }
    for member in MEMBERS:
        told = environment.migrating(member, home, cluster)
        steps[f"migrate {member}"] = forks.fork_module(
            "chassis.migrate", member, title=f"migrate-{member}", environment=told, log=log
        )
    for name, forked in steps.items():
        if code := forked.wait():
            raise ProcessFailed(name, f"exit {code}", log, tail(log))


def _start_members(stack: Stack, cluster: Postgres, broker: Nats) -> None:
    upstreams = {service: ports.free_port() for service in SERVICES}
    for member in MEMBERS:
        told = environment.serving(member, stack.home, cluster, broker, upstreams)
        public = stack.port if member == GATEWAY else upstreams[member]
        stack.members.append(_member(member, "api", public, told, stack.home.logs))
        stack.members.append(_member(member, "worker", ports.free_port(), told, stack.home.logs))
    for child in stack.members:
        child.start()
    stack.write_down(ready=False)


def _member(member: str, part: str, port: int, told: dict[str, str], logs: Path) -> Child:
    log = logs / f"{member}-{part}.log"
    arguments = (member, part, "--host", ports.HOST, "--port", str(port))
    return Child(
        f"{member} {part}",
        lambda: forks.fork_module("chassis.serve", *arguments, title=f"{member}-{part}", environment=told, log=log),
        log,
        port,
    )


def _turn_logs(logs: Path) -> None:
    """Set long logs aside, one older generation each."""
    for log in logs.glob("*.log"):
        if log.stat().st_size > LOG_LIMIT:
            log.replace(log.with_suffix(".log.1"))


@contextmanager
def _stoppable() -> Iterator[None]:
    """Turn SIGTERM, SIGINT and SIGHUP into `Stopped` in the main thread."""

    def stop(number: int, frame: FrameType | None) -> None:
        _ignore_signals()  # the end is under way: a second Ctrl-C must not leave orphans
        raise Stopped

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _ignore_signals() -> None:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
