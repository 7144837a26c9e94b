"""Rows of employees from a file: compared and applied in bulk, on a real database."""

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from attendance.intake import KINDS
from chassis import clock
from chassis.door import Door
from chassis.imports.kinds import Outcome, Record

from .conftest import Directory

[EMPLOYEES] = KINDS


def row(number: str, **said: object) -> Record:
    fields = dict.fromkeys(EMPLOYEES.fields) | {
        "employee_no": number,
        "name": "林小满",
        "department": "一部",
        "post": "客服",
        "hire_date": date(2026, 3, 1),
    }
    return Record(number, "staff.csv", 2, fields | said, ())  # type: ignore[arg-type]


async def apply(directory: Directory, rows: Sequence[Record]) -> Sequence[Outcome]:
    door = Door(clock.now(), "hr", "corr-1", ZoneInfo("Asia/Shanghai"))
    async with directory.db.opened.transaction(door) as session:
        foreseen = await EMPLOYEES.compare(session, rows)
        became = await EMPLOYEES.apply(session, rows, by="hr", now=door.now)
    assert foreseen == became, "what the preview says is what happens"
    return became


async def counted(directory: Directory) -> dict[str, int]:
    [counts] = await directory.rows(
        "SELECT (SELECT count(*) FROM employees) AS employees,"
        " (SELECT count(*) FROM employee_records) AS records, (SELECT count(*) FROM outbox) AS events"
    )
    return counts


async def test_the_same_rows_twice_change_nothing(directory: Directory) -> None:
    rows = [row(f"A{i:04}") for i in range(2500)]
    rows[0].fields["leave_date"] = date(2026, 5, 31)  # type: ignore[index]
    assert {o.verdict for o in await apply(directory, rows)} == {"new"}
    expected = {"employees": 2500, "records": 2501, "events": 2501}
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
