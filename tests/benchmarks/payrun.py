"""A pay run of 1,000 people with 300,000 facts, calculated and stored; one running payslip through the gateway."""

import asyncio
import statistics
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import httpx
from benchmarks.files import settle

from chassis.database import open_database
from chassis.door import Door, new_id
from local_stack.trial import Stack, cpu_seconds, stack
from payroll.commands.record_facts import FactRow, record_facts

PEOPLE, FACTS_EACH, BATCH = 1000, 300, 5000
MONTH = date(2026, 5, 1)
SHANGHAI = ZoneInfo("Asia/Shanghai")
OTHERS = {
    250: ("inquiry.counted", None),
    275: ("inquiry.won", None),
    292: ("chat.reply_overdue", '{"waited_seconds":200}'),
    296: ("attendance.late", '{"minutes":7,"shift":"day"}'),
}
"""From which of somebody's facts on they are of another type than a sale, and their measures."""
PREPARE = """
INSERT INTO directory (employee_no, name, department, post, hire_date, work_place)
SELECT DISTINCT employee_no, employee_no, right(employee_no, 2), 'p', date '2020-01-01', '上海' FROM facts;
INSERT INTO terms (employee_no, version, valid_from, base_salary, performance_bonus, decided_at, decided_by)
SELECT employee_no, 1, date '2020-01-01', 3500, 1000, now(), 'bench' FROM directory;
ANALYZE
"""


def rows() -> Iterator[FactRow]:
    """Make everybody's month: mostly sales, and some of what a service desk and a time clock report."""
    for who in range(PEOPLE):
        kind: tuple[str, str | None] = ("order.completed", None)
        for number in range(FACTS_EACH):
            kind, id = OTHERS.get(number, kind), new_id()
            yield fact(f"A{who:05}", number, id, *kind)


def fact(who: str, number: int, id: UUID, type: str, fields: str | None) -> FactRow:
    """Make one row of somebody's month."""
    day, sale = MONTH + timedelta(days=number % 28), type == "order.completed"
    return FactRow(
        period=MONTH,
        event_id=id,
        employee_no=who,
        gives_up=False,
        type=type,
        business_date=day,
        occurred_at=datetime(day.year, day.month, day.day, 4, tzinfo=UTC),
        about=f"bench/{who}-{number}",
        shop="bench",
        amount=Decimal(10000 + number * 37) / 100 if sale else None,
        sale=id if sale else None,
        historical=False,
        fields=fields,
        revokes=None,
        revokes_period=None,
        recorded_at=datetime.now(UTC),
    )


async def fill(url: str) -> None:
    """Write the facts the way the consumer does."""
    database, waiting = open_database(url), list(rows())
    began = time.perf_counter()
    for start in range(0, len(waiting), BATCH):
        async with database.transaction(Door(datetime.now(UTC), "bench", "bench", SHANGHAI)) as session:
            await record_facts(session, waiting[start : start + BATCH])
    print(f"{len(waiting)} facts recorded: {len(waiting) / (time.perf_counter() - began):.0f}/s")
    await database.close()
    connection = await asyncpg.connect(url)
    await connection.execute(PREPARE)
    await connection.close()


def second_person(made: Stack, boss: httpx.Client) -> httpx.Client:
    """Let somebody else in: nobody signs what they drafted."""
    account = {"login": "hr", "password": "correct horse battery", "roles": ["hr"]}
    boss.post("/auth/accounts", json=account).raise_for_status()
    http = httpx.Client(base_url=made.gateway, timeout=120)
    answer = http.post("/auth/token", data={"username": "hr", "password": account["password"]})
    answer.raise_for_status()
    http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    return http


def adopt(hr: httpx.Client, boss: httpx.Client) -> None:
    """Put the newest version of a shipped pack in force."""
    [pack] = [p for p in hr.get("/api/payroll/packs").json()["items"] if p["pack"] == "night-shop-5"]
    body = {"pack": pack["pack"], "pack_version": max(pack["versions"]), "in_force_from": "2026-01-01"}
    drafted = hr.post("/api/payroll/rulebook/versions", json=body)
    drafted.raise_for_status()
    boss.post(f"/api/payroll/rulebook/versions/{drafted.json()['id']}/sign").raise_for_status()


def measure() -> None:
    """Prepare the run three times, then ask for one running payslip fifty times."""
    with stack() as made, closing(made.sign_in("boss")) as boss, closing(second_person(made, boss)) as hr:
        asyncio.run(fill(made.database("payroll")))
        adopt(hr, boss)
        settle(made.processes())  # the worker looks through all facts for deductions to confirm
        api, postgres = (made.processes()[name]["pid"] for name in ("payroll api", "postgres"))
        for _ in range(3):
            before, began = (cpu_seconds(api), cpu_seconds(postgres)), time.perf_counter()
            answer = hr.post("/api/payroll/runs", json={"period": f"{MONTH:%Y-%m}"})
            answer.raise_for_status()
            took, run = time.perf_counter() - began, answer.json()
            used = (cpu_seconds(api) - before[0], cpu_seconds(postgres) - before[1])
            print(f"{run['people']} people, {PEOPLE * FACTS_EACH} facts, stored in {took:.2f} s (net {run['net']})")
            print(f"  processor: payroll {used[0]:.1f} s without ended children, postgres {used[1]:.1f} s")
        times = []
        for number in range(50):
            began = time.perf_counter()
            hr.get(f"/api/payroll/running/A{number:05}", params={"period": f"{MONTH:%Y-%m}"}).raise_for_status()
            times.append((time.perf_counter() - began) * 1000)
        print(f"running payslip: median {statistics.median(times):.0f} ms, slowest {max(times):.0f} ms")
