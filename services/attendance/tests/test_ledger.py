"""The ledger of the directory cannot be altered by the role the service works as."""

import asyncpg
import pytest

from .conftest import Directory

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
