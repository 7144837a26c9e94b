"""The stack that all journeys share, and the people who use it: everything they do goes through the gateway."""

import asyncio
import csv
import fcntl
import io
import json
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import psutil

from local_stack.ports import free_port
from local_stack.trial import Stack, launcher

PATIENCE = 240
"""Seconds for one step, on a machine that is busy with the other tests."""

PACK, EVERY_SALE, BY_CONVERSION = "night-shop-5", 1, 2
DEPARTMENT = "ecommerce-department"
COMMISSION, BASE_SALARY = "B-05.R2.1", "terms.base-salary"
RULES_FROM = "2010-01-01"


class SignsIn(httpx.Auth):
    """Signs in before the first request, and again when the token has run out (ten minutes)."""

    requires_response_body = True

    def __init__(self, gateway: str, login: str, password: str) -> None:
        self.form = {"username": login, "password": password}
        self.address = f"{gateway}/auth/token"
        self.token: str | None = None

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the token to a request."""
        for fresh in (False, True):
            if fresh or self.token is None:
                answer = yield httpx.Request("POST", self.address, data=self.form)
                self.token = said(answer)["access_token"]
            request.headers["Authorization"] = f"Bearer {self.token}"
            response = yield request
            if response.status_code != 401:
                return


@dataclass(frozen=True)
class House:
    """The running product, and the three people who may decide in it."""

    stack: Stack
    folder: Path
    boss: httpx.Client
    hr: httpx.Client
    finance: httpx.Client

    def person(self, login: str, password: str) -> httpx.Client:
        """Open a client that is signed in; close it."""
        return _client(self.stack, login, password)


@dataclass(frozen=True)
class Employee:
    """Somebody to be entered in the directory, with terms of pay from the first day."""

    employee_no: str
    hire_date: str
    leave_date: str
    base_salary: str = "0.00"
    work_place: str = "guangzhou"
    scheme: str = PACK
    performance_bonus: str = ""
    manager_no: str = ""


def _client(stack: Stack, login: str, password: str) -> httpx.Client:
    return httpx.Client(base_url=stack.gateway, timeout=120, auth=SignsIn(stack.gateway, login, password))


@contextmanager
def locked(folder: Path, name: str) -> Iterator[None]:
    """Keep other test processes out."""
    with (folder / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def shared_house(folder: Path) -> Iterator[House]:
    """Use the stack that the first test process started in `folder`; the last one that leaves ends it."""
    note = folder / "house.json"
    with locked(folder, "house"):
        told = json.loads(note.read_text()) if note.exists() else _started()
        told["users"].append(os.getpid())
        note.write_text(json.dumps(told))
    stack = Stack(Path(told["home"]), told["port"], 0.0)
    try:
        with ExitStack() as opened:
            yield _entered(stack, folder, told["passwords"], opened)
    finally:
        with locked(folder, "house"):
            told = json.loads(note.read_text())
            told["users"] = [pid for pid in told["users"] if pid != os.getpid() and psutil.pid_exists(pid)]
            note.write_text(json.dumps(told))
            if not told["users"]:
                note.unlink()
                launcher("down", home=stack.home)
                shutil.rmtree(stack.home, ignore_errors=True)


def _started() -> dict[str, Any]:
    home = Path(tempfile.mkdtemp(prefix="zhanggui-journeys-"))
    home.chmod(0o711)
    stack = Stack(home, free_port(), 0.0)
    launcher("up", "--detach", "--port", str(stack.port), home=home)
    passwords = {"boss": stack.password("boss")}
    with _client(stack, "boss", passwords["boss"]) as boss:
        for role in ("hr", "finance"):
            passwords[role] = secrets.token_urlsafe(16)
            account = {"login": role, "password": passwords[role], "roles": [role]}
            said(boss.post("/auth/accounts", json=account))
    with ExitStack() as opened:
        house = _entered(stack, home, passwords, opened)
        adopt(house.hr, house.boss, EVERY_SALE, RULES_FROM)
        adopt(house.hr, house.boss, 1, RULES_FROM, pack=DEPARTMENT)
        # while the directory is empty every seller is believed
        employ(house, [Employee("the-first", RULES_FROM, RULES_FROM)])
    return {"home": str(home), "port": stack.port, "passwords": passwords, "users": []}


def _entered(stack: Stack, folder: Path, passwords: Mapping[str, str], opened: ExitStack) -> House:
    people = {who: opened.enter_context(_client(stack, who, password)) for who, password in passwords.items()}
    return House(stack, folder, **people)


def said(answer: httpx.Response) -> Any:
    """Read an answer that must be a success."""
    assert answer.is_success, f"{answer.request.method} {answer.request.url} -> {answer.status_code} {answer.text}"
    return answer.json() if answer.content else None


def until(what: str, condition: Callable[[], Any], *, pause: float = 0.1, patience: float = PATIENCE) -> Any:
    """Ask until the answer is true, and return it; what takes long is asked about less often."""
    began = time.monotonic()
    while not (answer := condition()):
        waited = time.monotonic() - began
        assert waited < patience, f"waited {patience} s in vain for: {what}"
        time.sleep(max(pause, waited / 20))
    return answer


def pages(client: httpx.Client, address: str, **wanted: Any) -> list[dict[str, Any]]:
    """Read a list to its end."""
    items: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = said(client.get(address, params={**wanted, "limit": 200, **cursor}))
        items += page["items"]
        if page["next"] is None:
            return items
        cursor = {"cursor": page["next"]}


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Write a CSV file."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue().encode()


def send(
    client: httpx.Client, service: str, files: Mapping[str, bytes], *, kind: str, profile: str, commit: bool = False
) -> str:
    """Send files to be imported; returns the import's address."""
    asked = {"profile": profile, "kind": kind} | ({"commit": "yes"} if commit else {})
    parts = [("file", (name, content, "text/csv")) for name, content in files.items()]
    number = said(client.post(f"/api/{service}/imports", data=asked, files=parts))["id"]
    return f"/api/{service}/imports/{number}"


def reached(client: httpx.Client, address: str, state: str) -> dict[str, Any]:
    """Wait until an import is in a state, and read it."""

    def there() -> dict[str, Any] | None:
        found: dict[str, Any] = said(client.get(address))
        assert found["state"] != "failed", found["problem"]
        return found if found["state"] == state else None

    found: dict[str, Any] = until(f"{address} {state}", there)
    return found


def take_in(
    client: httpx.Client, service: str, files: Mapping[str, bytes], *, kind: str = "", profile: str = "generic"
) -> dict[str, Any]:
    """Import files and commit them without looking between; returns the import as it ended."""
    return reached(client, send(client, service, files, kind=kind, profile=profile, commit=True), "committed")


def employ(house: House, people: Sequence[Employee]) -> None:
    """Enter people in the directory, agree their terms, and wait until orders and payroll know them."""
    directory = table(
        ("employee_no", "name", "department", "post", "hire_date", "leave_date", "work_place", "manager_no"),
        (
            (p.employee_no, p.employee_no, "电商一部", "客服", p.hire_date, p.leave_date, p.work_place, p.manager_no)
            for p in people
        ),
    )
    taken = take_in(house.hr, "attendance", {"staff.csv": directory})["counts"]
    assert taken["new"] == len(people), taken
    for consumer in ("orders", "payroll", "service_desk", "inventory"):
        arrived(house, "attendance", consumer)
    terms = table(
        ("employee_no", "valid_from", "base_salary", "scheme", "performance_bonus"),
        ((p.employee_no, p.hire_date, p.base_salary, p.scheme, p.performance_bonus) for p in people),
    )
    taken = take_in(house.hr, "payroll", {"terms.csv": terms})["counts"]
    assert taken["new"] == len(people), taken


def adopt(
    hr: httpx.Client, boss: httpx.Client, pack_version: int, from_day: str, *, pack: str = PACK
) -> dict[str, Any]:
    """Draft a version of a shipped pack as hr, and have the boss sign it."""
    draft = {"pack": pack, "pack_version": pack_version, "in_force_from": from_day}
    version = said(hr.post("/api/payroll/rulebook/versions", json=draft, headers=once()))
    signed: dict[str, Any] = said(boss.post(f"/api/payroll/rulebook/versions/{version['id']}/sign", headers=once()))
    return signed


def once() -> dict[str, str]:
    """Make the header of an act that must not happen twice."""
    return {"Idempotency-Key": secrets.token_hex(16)}


def pay(house: House, period: str) -> dict[str, Any]:
    """Prepare, approve and issue a month as three people; other journeys wait, since an issue outdates their runs."""
    with locked(house.folder, "pay"):
        run = said(house.hr.post("/api/payroll/runs", json={"period": period}, headers=once()))
        assert run["problems"] == 0
        said(house.boss.post(f"/api/payroll/runs/{run['id']}/approve", headers=once()))
        issued: dict[str, Any] = said(house.finance.post(f"/api/payroll/runs/{run['id']}/issue", headers=once()))
    checks = said(house.finance.get(f"/api/payroll/runs/{run['id']}/checks"))
    assert all(check["holds"] for check in checks["checks"]), checks
    return issued


def payslip(house: House, period: str, employee_no: str) -> dict[str, Any]:
    """Read an issued payslip."""
    found: dict[str, Any] = said(house.finance.get(f"/api/payroll/payslips/{period}/{employee_no}"))
    return found


def looked_up(house: House, service: str, query: str, *values: object) -> list[Any]:
    """Look into a service's database; journeys only look, the services act."""

    async def ask() -> list[Any]:
        connection = await asyncpg.connect(house.stack.database(service))
        try:
            return list(await connection.fetch(query, *values))
        finally:
            await connection.close()

    return asyncio.run(ask())


def arrived(house: House, producer: str, consumer: str) -> None:
    """Wait until everything a service has announced up to now is taken in by another one."""
    last = looked_up(house, producer, "SELECT max(id) AS id FROM outbox")[0]["id"]
    waiting = "SELECT FROM outbox WHERE position IS NULL AND id <= $1 LIMIT 1"
    until(f"{producer} relayed", lambda: not looked_up(house, producer, waiting, last))
    position = looked_up(house, producer, "SELECT position FROM relay_state")[0]["position"]
    query = "SELECT position FROM watermarks WHERE producer = $1 AND position >= $2"
    until(f"{consumer} at {producer} {position}", lambda: looked_up(house, consumer, query, producer, position))


# Bytes are searched, not parsed, and only where data begins, with the shop: of a large shop some hundred megabytes are
# said, and most of it are lines.
OF_SHOP = """position(convert_to('"shop":"' || $1 || '"', 'UTF8') IN substring(body FROM 1 FOR 2000)) > 0"""
EVENTS = f"SELECT about, type FROM outbox WHERE {OF_SHOP}"


def announced(house: House, shop: str) -> list[tuple[str, str]]:
    """List what orders has announced about a shop: (number, type), sorted."""
    return sorted((row["about"], row["type"]) for row in looked_up(house, "orders", EVENTS, shop))


def events(house: House, service: str, *types: str) -> list[dict[str, Any]]:
    """Read what a service has announced of these types, in its order: whole events."""
    query = "SELECT body FROM outbox WHERE type = ANY ($1::text[]) ORDER BY id"
    return [json.loads(row["body"]) for row in looked_up(house, service, query, types)]
