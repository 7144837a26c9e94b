"""Rows of employees from a file: compared and applied in bulk, on a real database."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from attendance.intake.kinds import KINDS
from attendance.settings import Settings
from chassis import clock
from chassis.auth import Principal
from chassis.door import Door
from chassis.imports.jobs import import_job
from chassis.imports.kinds import Outcome, Record

from .conftest import Directory

EMPLOYEES = KINDS[0]
HR = Principal("hr", roles=frozenset({"hr"}))


def row(number: str, **said: object) -> Record:
    fields = dict.fromkeys(EMPLOYEES.fields) | {
        "employee_no": number,
        "name": "林小满",
        "department": "一部",
        "post": "客服",
        "hire_date": date(2026, 3, 1),
    }
    return Record(number, "staff.csv", 2, fields | said, ())


async def apply(directory: Directory, rows: Sequence[Record]) -> Sequence[Outcome]:
    door = Door(clock.now(), "hr", "corr-1", ZoneInfo("Asia/Shanghai"))
    async with directory.db.opened.transaction(door) as session:
        foreseen = await EMPLOYEES.compare(session, rows, by=HR)
        became = await EMPLOYEES.apply(session, rows, by=HR, now=door.now)
    assert foreseen == became, "what the preview says is what happens"
    return became


async def counted(directory: Directory) -> dict[str, int]:
    [counts] = await directory.rows(
        "SELECT (SELECT count(*) FROM employees) AS employees,"
        " (SELECT count(*) FROM employee_records) AS records, (SELECT count(*) FROM outbox) AS events"
    )
    return counts


async def test_the_same_rows_twice_change_nothing(directory: Directory) -> None:
    rows = [row(f"A{i:04}") for i in range(1200)]
    rows[0].fields["leave_date"] = date(2026, 5, 31)  # type: ignore[index]
    assert {o.verdict for o in await apply(directory, rows)} == {"new"}
    expected = {"employees": 1200, "records": 1201, "events": 1201}
    assert await counted(directory) == expected
    assert {o.verdict for o in await apply(directory, rows)} == {"same"}
    assert await counted(directory) == expected


async def test_each_row_is_answered_in_its_order(directory: Directory) -> None:
    await directory.hire()
    outcomes = await apply(
        directory,
        [
            row("A001", department="电商一部"),
            row("A001", department="二部"),
            row("A001", department="二部", leave_date=date(2026, 6, 30)),
            row("A002", manager_no="A003"),
            row("A003", hire_date=date(2036, 1, 1)),
            row("A/4"),
            row("A001", post="组长"),
            row("A005", leave_date=date(2026, 2, 1)),
        ],
    )
    assert [o.verdict for o in outcomes] == [
        "same",
        "amended",
        "amended",
        "new",
        "refused",
        "refused",
        "refused",
        "refused",
    ]
    assert [o.field for o in outcomes[4:]] == ["hire_date", "employee_no", "", "leave_date"]
    assert all(o.reason and o.reason.zh and o.reason.en for o in outcomes[4:])
    assert await counted(directory) == {"employees": 2, "records": 4, "events": 4}
    [lin] = await directory.rows("SELECT department, leave_date FROM employees WHERE employee_no = 'A001'")
    assert lin == {"department": "二部", "leave_date": date(2026, 6, 30)}


STAFF = """工号,姓名,部门,岗位,入职日期,上级工号,工作地点,离职日期
A001,林小满,电商一部,客服,2026-03-01,A002,广州,
A002,陈大海,电商一部,组长,2024年1月15日,,广州,
A003,王五,电商二部,美工,2025/7/1,A002,深圳,2026-06-30
A004,\u202e赵六,电商二部,美工,2025-07-01,,,
A005,孙七,,美工,2025-07-01,,,
A006,周八,电商二部,美工,0206-07-01,,,
A007,吴九,电商二部,美工,2025-07-01,,,2025-06-30
"""


async def send(directory: Directory, text: str, role: str = "hr") -> httpx.Response:
    return await directory.http.post(
        "/imports",
        files={"file": ("员工.csv", text.encode("gb18030"))},
        data={"profile": "generic", "commit": "yes"},
        headers=directory.by(role),
    )


async def imported(directory: Directory, text: str) -> dict[str, Any]:
    sent = await send(directory, text)
    assert sent.status_code == 202, sent.text
    settings = Settings(database_url=directory.db.url)
    while await import_job(KINDS).run(directory.db.opened, settings):
        pass
    shown: dict[str, Any] = (await directory.read(f"/imports/{sent.json()['id']}", "hr")).json()
    assert shown["state"] == "committed", shown
    return shown


async def test_a_staff_file_becomes_the_directory(directory: Directory) -> None:
    shown = await imported(directory, STAFF)
    [lin] = await directory.rows("SELECT * FROM employees WHERE employee_no = 'A001'")
    assert lin == {
        "employee_no": "A001",
        "name": "林小满",
        "department": "电商一部",
        "post": "客服",
        "hire_date": date(2026, 3, 1),
        "manager_no": "A002",
        "work_place": "广州",
        "leave_date": None,
        "valid_from": date(2026, 3, 1),
    }
    assert await counted(directory) == {"employees": 3, "records": 4, "events": 4}
    refused = (await directory.read(f"/imports/{shown['id']}/refusals", "hr")).json()["items"]
    assert {r["row"] for r in refused} == {5, 6, 7, 8}
    assert all(r["reason"]["zh"] and r["reason"]["en"] for r in refused)
    [record] = await directory.rows("SELECT recorded_by FROM employee_records WHERE employee_no = 'A001'")
    assert record == {"recorded_by": "hr"}


async def test_the_same_file_twice_changes_nothing(directory: Directory) -> None:
    first = await imported(directory, STAFF)
    before = await directory.rows("SELECT * FROM employee_records")
    again = await imported(directory, STAFF)
    assert await directory.rows("SELECT * FROM employee_records") == before
    assert first["counts"]["new"] == 3
    assert again["counts"]["same"] == 3


async def test_who_may_not_write_may_not_import(directory: Directory) -> None:
    for role in ("employee", "lead", "finance"):
        assert (await send(directory, STAFF, role)).status_code == 403
        assert (await directory.read("/imports", role)).status_code == 403
