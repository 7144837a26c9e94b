"""Importing punches, chats and counts: 60,000 lines each through the gateway, upload to last commit."""

import csv
import io
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from local_stack.trial import cpu_seconds, stack

LINES, PEOPLE = 60_000, 200
FIRST = datetime(2026, 3, 2, 9, tzinfo=ZoneInfo("Asia/Shanghai"))  # files say the company's wall time
WATCHED = ("attendance worker", "service_desk worker", "inventory worker", "payroll worker", "postgres")


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Write a CSV file."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue().encode()


def take_in(http: httpx.Client, service: str, profile: str, content: bytes) -> tuple[dict[str, Any], float]:
    """Upload a file and wait until it is committed; answers its report and the seconds."""
    began = time.perf_counter()
    files, asked = {"files": ("lines.csv", content)}, {"profile": profile, "commit": "true"}
    answer = http.post(f"/api/{service}/imports", files=files, data=asked)
    answer.raise_for_status()
    where = f"/api/{service}/imports/{answer.json()['id']}"
    while (said := http.get(where).json())["state"] not in ("committed", "failed"):
        time.sleep(0.05)
    return said, time.perf_counter() - began


def settle(processes: Mapping[str, Mapping[str, Any]]) -> None:
    """Wait until what the last file set going has come to its end, a minute at most."""
    used = 0.0
    for _ in range(60):
        before, used = used, sum(cpu_seconds(process["pid"]) for process in processes.values())
        if used - before < 0.3:  # seconds of processor time in one second
            return
        time.sleep(1)


def told(what: str, said: dict[str, Any], seconds: float) -> None:
    """Print one import's figures; a file that is refused measures nothing."""
    assert said["state"] == "committed", said
    assert not said["counts"]["refused"], said["counts"]
    counts = {name: said["counts"][name] for name in ("read", "new", "same", "refused")}
    print(f"{what}: {said['state']}, {counts}, {counts['read'] / seconds:.0f} lines/s ({seconds:.1f} s)")


def measure() -> None:
    """Enter people and things, then import each file with nothing else going on but its own events."""
    staff = table(
        ("employee_no", "name", "department", "post", "hire_date"),
        ((f"A{n:04}", f"员工{n}", "电商一部", "客服", "2020-01-01") for n in range(PEOPLE)),
    )
    punches = table(
        ("employee_no", "at"),
        (
            (f"A{n % PEOPLE:04}", f"{FIRST + timedelta(hours=9 * (n // PEOPLE)):%Y-%m-%d %H:%M:%S}")
            for n in range(LINES)
        ),
    )
    messages = table(
        ("shop", "chat_no", "message_no", "sent_at", "sender", "employee_no", "buyer", "text"),
        (
            (
                "bench",
                f"C{n // 6}",
                f"M{n}",
                f"{FIRST + timedelta(minutes=n // 60, seconds=40 * (n % 6)):%Y-%m-%d %H:%M:%S}",
                "agent" if n % 2 else "customer",
                f"A{(n // 6) % PEOPLE:04}" if n % 2 else "",
                f"buyer-{n // 6}",
                "请问这款有货吗" if n % 2 == 0 else "亲，有的哦",
            )
            for n in range(LINES)
        ),
    )
    things = [f"S{n:05}" for n in range(LINES)]
    with stack() as made, closing(made.sign_in()) as http:
        processes = made.processes()
        take_in(http, "attendance", "generic", staff)
        skus = table(("sku", "title", "unit_cost"), ((sku, f"货品{sku}", "9.90") for sku in things))
        warehouse = {"warehouse": "W", "title": "主仓", "keeper": "A0000", "keeper_from": "2020-01-01"}
        time.sleep(2)  # inventory hears of its keeper
        http.post("/api/inventory/warehouses", json=warehouse).raise_for_status()
        told("things", *take_in(http, "inventory", "generic-skus", skus))
        opened = {"warehouse": "W", "opened_at": FIRST.isoformat()}
        http.post("/api/inventory/stocktakes", json=opened).raise_for_status()
        counts = table(
            ("warehouse", "sku", "counted", "counted_at", "counted_by"),
            (("W", sku, 0, f"{FIRST + timedelta(hours=1):%Y-%m-%d %H:%M:%S}", "A0001") for sku in things),
        )
        settle(processes)
        before = {name: cpu_seconds(processes[name]["pid"]) for name in WATCHED}
        told("punches", *take_in(http, "attendance", "generic-punches", punches))
        settle(processes)
        told("chats", *take_in(http, "service-desk", "generic-messages", messages))
        settle(processes)
        told("counts", *take_in(http, "inventory", "generic-counts", counts))
        print("CPU:", {name: f"{cpu_seconds(processes[name]['pid']) - before[name]:.1f} s" for name in WATCHED})
