"""What came of the month: who can sign in, everybody's payslip, and one payslip line by line."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.table import Table

from demo.asking import checked, pages
from demo.cast import Cast
from demo.month import Month
from demo.people import BY_NUMBER, ROLES

EXPLAINED = "A006"
"""Whose payslip is told line by line: sales, reviews, slow answers, lateness, a refund."""
BASE = "terms.base-salary"
COLUMNS: Mapping[str, Callable[[Mapping[str, Any]], bool]] = {
    "底薪\nbase": lambda line: bool(line["clause_id"] == BASE),
    "奖金\nearned": lambda line: line["kind"] in {"salary", "earning"} and line["clause_id"] != BASE,
    "冲回\nback": lambda line: bool(line["kind"] == "reversal"),
    "缺勤\nabsent": lambda line: line["kind"] == "deduction" and line["legal_class"] == "unworked_time",
    "扣款\ntaken": lambda line: line["kind"] == "deduction" and line["legal_class"] != "unworked_time",
}


def accounts(console: Console, passwords: Mapping[str, str]) -> None:
    """Show who can sign in."""
    people = {number.lower(): person for number, person in BY_NUMBER.items()}
    users = Table("登录 login", "密码 password", "身份 who", title="演示用户 / demo users")
    for login, password in passwords.items():
        person = people.get(login)
        who = f"{person.name} {person.post} · {ROLES.get(person.employee_no, 'employee')}" if person else login
        users.add_row(login, password, who)
    console.print(users)


def payslips(console: Console, cast: Cast, month: Month) -> None:
    """Show the issued payslips in short."""
    table = Table("工号\nno", "姓名\nname", title=f"{month.name} 工资单 / payslips")
    for heading in (*COLUMNS, "实发\nnet"):
        table.add_column(heading, justify="right")
    for short in pages(cast["finance"], "/api/payroll/payslips", period=month.name):
        slip = _payslip(cast, month, short["employee_no"])
        sums = [_sum(filter(belongs, slip["lines"])) for belongs in COLUMNS.values()]
        table.add_row(slip["employee_no"], slip["name"] or "", *map(str, sums), slip["net"])
    console.print(table)


def one_explained(console: Console, cast: Cast, month: Month) -> None:
    """Tell one payslip line by line, each in a sentence of 中文 and one of English."""
    slip = _payslip(cast, month, EXPLAINED)
    console.print(f"\n{slip['employee_no']} {slip['name']}：{month.name} 逐行说明 / every line explained", style="bold")
    console.print(lines_told(slip))


def lines_told(slip: Mapping[str, Any]) -> Table:
    """Lay out what each line comes to and its sentences, wrapped and never cut short."""
    told = Table.grid(padding=(0, 2))
    told.add_column(justify="right")
    told.add_column(overflow="fold")  # by itself rich cuts "CNY" to "CN…" where wide characters fill the line
    for line in slip["lines"]:
        told.add_row(line["allowed"], line["explanation"]["zh"])
        told.add_row("", line["explanation"]["en"], style="dim")
    told.add_row(slip["net"], "实发 / net", style="bold")
    return told


def _payslip(cast: Cast, month: Month, employee_no: str) -> dict[str, Any]:
    found: dict[str, Any] = checked(cast["finance"].get(f"/api/payroll/payslips/{month.name}/{employee_no}"))
    return found


def _sum(lines: Iterable[Mapping[str, Any]]) -> Decimal:
    return sum((Decimal(line["allowed"]) for line in lines), Decimal("0.00"))
