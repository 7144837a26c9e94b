"""The ledgers cannot be altered by the role the service works as, and what holds is what they say."""

import json

import asyncpg
import pytest

from .conftest import Directory, Office

ATTACKS = [
    "UPDATE employee_records SET post = '组长'",
    "DELETE FROM employee_records",
    "TRUNCATE employee_records",
    "DROP TABLE employee_records",
    "ALTER TABLE employee_records DISABLE TRIGGER ALL",
    "UPDATE outbox SET body = '\\x'",
    "DELETE FROM outbox",
]


async def test_what_is_written_stays(directory: Directory) -> None:
    await directory.hire()
    before = await directory.rows("SELECT * FROM employee_records")
    connection = await directory.db.opened.connect()
    for attack in ATTACKS:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(attack)
    await connection.close()
    assert await directory.rows("SELECT * FROM employee_records") == before


async def test_ledger_and_directory_agree(directory: Directory) -> None:
    await directory.hire()
    await directory.hire(employee_no="A002", manager_no="A001")
    await directory.change("A002", name="林大满", manager_no=None)
    await directory.leave("A001", "2026-06-30")
    columns = "employee_no, name, department, post, hire_date, manager_no, work_place, leave_date"
    newest = f"SELECT DISTINCT ON (employee_no) {columns} FROM employee_records ORDER BY employee_no, id DESC"
    stands = await directory.rows(f"SELECT {columns} FROM employees ORDER BY employee_no")
    assert stands == await directory.rows(newest)
    assert len(stands) == 2


TIME_ATTACKS = [
    f"{act} {table}{rest}"
    for table in (
        "shift_templates",
        "duties",
        "punches",
        "punch_voids",
        "corrections",
        "correction_decisions",
        "leaves",
        "leave_steps",
        "settings",
    )
    for act, rest in (("DELETE FROM", ""), ("UPDATE", " SET recorded_by = 'x'"), ("TRUNCATE", ""))
    if not (act == "UPDATE" and table in {"punch_voids", "corrections", "correction_decisions", "leaves"})
] + [
    "UPDATE punches SET at = at + interval '1 minute'",
    "UPDATE punch_voids SET at = now()",
    "UPDATE corrections SET reason = 'x'",
    "UPDATE correction_decisions SET decision = 'approved'",
    "UPDATE leaves SET last_day = last_day + 1",
]


async def test_what_was_rostered_punched_and_asked_for_stays(office: Office) -> None:
    await office.roster("A001", (0, "白班"))
    await office.punch("A001", "0 08:30")
    before = await office.rows("SELECT * FROM punches")
    connection = await office.db.opened.connect()
    for attack in TIME_ATTACKS:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(attack)
    await connection.close()
    assert await office.rows("SELECT * FROM punches") == before


async def test_what_holds_is_what_the_announcements_add_up_to(office: Office) -> None:
    """Every fact announced and not revoked is one that holds, and the other way round."""
    await office.roster("A001", *((n, "白班") for n in range(5)))
    for times in (("0 08:40", "1 08:20"), ("0 17:00", "2 12:00"), ("1 17:30", "3 08:31", "3 17:30"), ("2 08:30",)):
        await office.punch("A001", *times)
        await office.evaluate()
    rows = await office.rows(
        "SELECT event_id, type, body FROM outbox WHERE type LIKE 'attendance.%' OR type LIKE 'leave.%'"
    )
    revoked = {json.loads(r["body"])["data"]["revokes"] for r in rows if r["type"].endswith("_revoked")}
    said = {str(r["event_id"]) for r in rows if not r["type"].endswith("_revoked")}
    assert revoked < said
    holds = await office.rows("SELECT event_id::text AS id FROM announced")
    assert {r["id"] for r in holds} == said - revoked
