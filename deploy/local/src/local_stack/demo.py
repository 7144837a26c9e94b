"""Loads demo input through the gateway, as the people of the department would: nothing here knows a database."""

import sys
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from rich.table import Table

from chassis import clock
from local_stack.demo_data import (
    STAFF,
    Sales,
    as_csv,
    first_of_last_month,
    refunds_of,
    sales_until,
    staff_rows,
)
from local_stack.troubles import Trouble

ZONE = ZoneInfo("Asia/Shanghai")
PACK, EVERY_SALE, BY_CONVERSION = "night-shop-5", 1, 2
COMMISSION = "B-05.R2.1"
PATIENCE = 120
"""Seconds for one step of the machinery: an import, or the way of the events to payroll."""


class DemoRefused(Trouble):
    """The gateway answered something else than the demo needs."""

    def __init__(self, answer: httpx.Response) -> None:
        asked = f"{answer.request.method} {answer.request.url.path}"
        super().__init__(f"演示数据 / demo input: {asked} -> {answer.status_code} {answer.text[:500]}")


class DemoTooSlow(Trouble):
    """Something that should have come did not."""

    def __init__(self, what: str) -> None:
        super().__init__(f"演示数据等不到 / demo input waited in vain for: {what} ({PATIENCE} s)")


def run_demo(address: str, passwords: dict[str, str]) -> None:
    """Load the demo as a process of its own: trouble is told in words and ends it with exit code 1."""
    try:
        load(address, passwords)
    except (Trouble, httpx.HTTPError) as trouble:
        sys.exit(str(trouble))


def load(address: str, passwords: dict[str, str]) -> None:
    """Import staff and orders, agree terms, adopt a rulebook, issue last month's pay, and show what came of it.

    `passwords` holds those of boss, hr and finance, and of the employees who get an account. Doing it again changes
    nothing. Raises Trouble.
    """
    console = Console()
    now = clock.now().astimezone(ZONE)
    sales = sales_until(now)
    last_month = first_of_last_month(now.date())
    columns = (TextColumn("{task.description:<44}"), BarColumn(), MofNCompleteColumn())
    with ExitStack() as opened:
        boss, hr, finance = (
            opened.enter_context(closing(sign_in(address, login, passwords[login])))
            for login in ("boss", "hr", "finance")
        )
        progress = opened.enter_context(Progress(*columns, console=console))
        _staff(hr, passwords, progress)
        _orders(finance, sales, progress)
        _refunds(finance, refunds_of(sales, last_month), progress)
        _terms(hr, last_month, progress)
        _rulebook(hr, boss, last_month, now.date(), progress)
        _arrived(hr, sales, last_month, progress)
        _pay(hr, boss, finance, last_month, progress)
        progress.stop()
        _show(console, address, finance, passwords, last_month)


def sign_in(address: str, login: str, password: str) -> httpx.Client:
    """Make a client that is signed in as `login`."""
    client = httpx.Client(base_url=address, timeout=60)
    tokens = checked(client.post("/auth/token", data={"username": login, "password": password}))
    client.headers["Authorization"] = f"Bearer {tokens['access_token']}"
    return client


def checked(answer: httpx.Response, *, fine: tuple[int, ...] = ()) -> Any:
    """Read an answer; raises DemoRefused unless it is a success, or one of the other codes in `fine`."""
    if not answer.is_success and answer.status_code not in fine:
        raise DemoRefused(answer)
    return answer.json() if answer.content else None


def _staff(hr: httpx.Client, passwords: dict[str, str], progress: Progress) -> None:
    bar = progress.add_task("员工 / staff", total=len(STAFF))
    _import(hr, "employees", as_csv(staff_rows(STAFF)), service="attendance", progress=progress, bar=bar)
    for employee in STAFF:
        if employee.employee_no.lower() in passwords:
            account = {"login": employee.employee_no, "employee_no": employee.employee_no, "roles": ["employee"]}
            password = passwords[employee.employee_no.lower()]
            checked(hr.post("/auth/accounts", json=account | {"password": password}), fine=(409,))


def _orders(finance: httpx.Client, sales: Sales, progress: Progress) -> None:
    bar = progress.add_task("订单 / orders", total=sales.orders)
    _import(finance, "orders", as_csv(sales.rows), service="orders", progress=progress, bar=bar)


def _import(client: httpx.Client, kind: str, content: bytes, *, service: str, progress: Progress, bar: TaskID) -> None:
    """Send a file, wait for its validation, commit it, and wait for that.

    Orders know their sellers from events: a file sent before those arrived has refused rows, and is sent again.
    """

    def state(number: str) -> dict[str, Any]:
        found: dict[str, Any] = checked(client.get(f"/api/{service}/imports/{number}"))
        if found["state"] == "failed":
            raise Trouble(f"{kind}: {found['problem']}")
        counts = found["counts"]
        progress.update(bar, completed=counts["new"] + counts["same"] + counts["amended"])
        return found

    def validated() -> str | None:
        sent = client.post(
            f"/api/{service}/imports",
            data={"kind": kind, "profile": "generic"},
            files={"file": (f"{kind}.csv", content, "text/csv")},
        )
        number = str(checked(sent)["id"])
        _until(f"{kind} validated", lambda: state(number)["state"] == "validated")
        return number if state(number)["counts"]["refused"] == 0 else None

    number = _until(f"{kind} without refused rows", validated, pause=1.0)
    checked(client.post(f"/api/{service}/imports/{number}/commit"))
    _until(f"{kind} committed", lambda: state(number)["state"] == "committed")


def _refunds(finance: httpx.Client, refunds: list[dict[str, Any]], progress: Progress) -> None:
    for refund in progress.track(refunds, description="退款 / refunds"):
        body = {name: value for name, value in refund.items() if name not in ("shop", "order_no")}
        address = f"/api/orders/orders/{refund['shop']}/{refund['order_no']}/refunds"
        checked(finance.post(address, json=body, headers=_once(refund["refund_no"])))


def _terms(hr: httpx.Client, from_day: date, progress: Progress) -> None:
    for employee in progress.track(STAFF, description="薪资约定 / terms of pay"):
        body = {"valid_from": str(from_day), "base_salary": employee.base_salary}
        checked(hr.put(f"/api/payroll/terms/{employee.employee_no}", json=body))


def _rulebook(hr: httpx.Client, boss: httpx.Client, last_month: date, today: date, progress: Progress) -> None:
    """Adopt 1 % of every sale from last month on, and the tiers by conversion from this month on."""
    there = {
        (version["pack"], version["pack_version"]): version
        for version in checked(hr.get("/api/payroll/rulebook/versions"))["items"]
    }
    wanted = ((EVERY_SALE, last_month), (BY_CONVERSION, today.replace(day=1)))
    for pack_version, from_day in progress.track(wanted, description="制度 / rulebook"):
        version = there.get((PACK, pack_version))
        if version is None:
            draft = {"pack": PACK, "pack_version": pack_version, "in_force_from": str(from_day)}
            version = checked(hr.post("/api/payroll/rulebook/versions", json=draft))
        if version["signed_at"] is None:
            checked(boss.post(f"/api/payroll/rulebook/versions/{version['id']}/sign"))


def _arrived(hr: httpx.Client, sales: Sales, month: date, progress: Progress) -> None:
    """Wait until the running payslips show a commission for every order that was completed in `month`."""
    wanted = sales.commissions(month)
    bar = progress.add_task("提成事实到达 / commissions arrived", total=wanted)

    def all_there() -> bool:
        progress.update(bar, completed=sum(_commissions(hr, employee.employee_no, month) for employee in STAFF))
        return progress.tasks[bar].completed >= wanted

    _until("every commission", all_there, pause=0.3)


def _commissions(hr: httpx.Client, employee_no: str, month: date) -> int:
    payslip = checked(hr.get(f"/api/payroll/running/{employee_no}", params={"period": f"{month:%Y-%m}"}), fine=(404,))
    return sum(
        len(line["entries"])
        for line in payslip.get("lines", [])
        if line["clause_id"] == COMMISSION and line["kind"] == "earning"
    )


def _pay(hr: httpx.Client, boss: httpx.Client, finance: httpx.Client, month: date, progress: Progress) -> None:
    """Prepare, approve and issue the month's pay, three people for three acts; one that is issued stays as it is."""
    bar = progress.add_task("工资单 / pay run", total=3)
    runs = checked(hr.get("/api/payroll/runs"))["items"]
    if not any(run["period"] == f"{month:%Y-%m}" and run["state"] == "issued" for run in runs):
        _loss(hr, month)
        run = checked(hr.post("/api/payroll/runs", json={"period": f"{month:%Y-%m}"}))
        progress.advance(bar)
        checked(boss.post(f"/api/payroll/runs/{run['id']}/approve"))
        progress.advance(bar)
        checked(finance.post(f"/api/payroll/runs/{run['id']}/issue"))
    progress.update(bar, completed=3)


def _loss(hr: httpx.Client, month: date) -> None:
    """Decide a loss that is more than the law lets one month's wage bear: the rest is carried over."""
    day = str(month.replace(day=20))
    loss = {
        "employee_no": "A005",
        "clause_id": "B-05.D1.1",
        "amount": "1200.00",
        "finding": "改价失误：将 1299.00 元改为 99.00 元成交",
        "proof": "改价记录与聊天记录",
        "noticed_on": day,
        "decided_on": day,
    }
    checked(hr.post("/api/payroll/losses", json=loss, headers=_once(f"loss-{month}")))


def _show(console: Console, address: str, finance: httpx.Client, passwords: dict[str, str], month: date) -> None:
    names = {employee.employee_no.lower(): employee for employee in STAFF}
    users = Table("登录 login", "密码 password", "身份 who", title="演示用户 / demo users")
    for login, password in passwords.items():
        person = names.get(login)
        users.add_row(login, password, f"{person.name} {person.post}" if person else login)
    console.print(users)

    period = f"{month:%Y-%m}"
    payslips = Table("工号\nno", "姓名\nname", title=f"{period} 工资单 / payslips")
    for heading in ("底薪\nbase", "提成\ncommission", "冲回\nreversal", "赔偿\ndeduction", "实发\nnet"):
        payslips.add_column(heading, justify="right")
    for short in checked(finance.get("/api/payroll/payslips", params={"period": period, "limit": 200}))["items"]:
        slip = checked(finance.get(f"/api/payroll/payslips/{period}/{short['employee_no']}"))
        sums = {kind: _sum(slip, kind) for kind in ("salary", "earning", "reversal", "deduction")}
        payslips.add_row(slip["employee_no"], slip["name"] or "", *map(str, sums.values()), slip["net"])
    console.print(payslips)
    console.print(f"逐行说明 / every line explained:\n{address}/docs  GET /api/payroll/payslips/{period}/A005")


def _sum(payslip: dict[str, Any], kind: str) -> Decimal:
    amounts = (Decimal(line["allowed"]) for line in payslip["lines"] if line["kind"] == kind)
    return sum(amounts, Decimal("0.00"))


def _once(key: str) -> dict[str, str]:
    return {"Idempotency-Key": f"demo-{key}"}


def _until(what: str, condition: Callable[[], Any], pause: float = 0.1) -> Any:
    """Ask until the answer is true, and return it. Raises DemoTooSlow."""
    deadline = time.monotonic() + PATIENCE
    while not (answer := condition()):
        if time.monotonic() > deadline:
            raise DemoTooSlow(what)
        time.sleep(pause)
    return answer
