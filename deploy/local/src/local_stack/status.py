"""`status`: what runs, how it is, what it takes."""

import psutil
from rich.console import Console
from rich.table import Table

from local_stack import ports
from local_stack.health import is_healthy
from local_stack.home import Home
from local_stack.nats import OUTSIDER
from local_stack.processes import Identity, family
from local_stack.troubles import NotRunning

SERVERS = ("postgres", "nats")


def show_status(home: Home) -> int:
    """Print a table of the processes; exit code 0 when all are healthy, 3 when some are not. Raises NotRunning."""
    state = home.state()
    who = state.get("supervisor")
    if who is None or Identity(who["pid"], who["started"]).process() is None:
        raise NotRunning(home.root)
    table = Table("进程 process", "pid", "状态 health", "MiB", "重启 restarts", "端口 port")
    for column in table.columns:
        column.no_wrap = True
    total, well = _memory(who["pid"], alone=True), True
    for entry in state["processes"]:
        alive = Identity(entry["pid"], entry["started"]).process() is not None
        healthy = alive and (entry["name"] in SERVERS or is_healthy(entry["port"]))
        memory = _memory(entry["pid"]) if alive else 0.0
        total, well = total + memory, well and healthy
        words = "正常 ok" if healthy else "异常 unwell" if alive else "停止 down"
        pid = str(entry["pid"]) if alive else "-"
        table.add_row(entry["name"], pid, words, f"{memory:.0f}", str(entry["restarts"]), str(entry["port"]))
    console = Console()
    console.print(table)
    console.print(f"http://{ports.HOST}:{state['port']}   {total:.0f} MiB   日志 logs: {home.logs}")
    broker = next(entry["port"] for entry in state["processes"] if entry["name"] == "nats")
    secret = home.root / "nats" / "users" / f"{OUTSIDER}.password"
    console.print(f"事件 events: nats://{OUTSIDER}:$(cat {secret})@{ports.HOST}:{broker}", soft_wrap=True)
    return 0 if well else 3


def _memory(pid: int, *, alone: bool = False) -> float:
    """MiB of a process and all below it; shared pages are counted in equal parts where the system tells (PSS)."""
    total = 0
    for process in family(pid)[: 1 if alone else None]:
        try:
            full = process.memory_full_info()
            total += getattr(full, "pss", 0) or full.rss
        except psutil.Error:
            continue
    return total / 1024**2
