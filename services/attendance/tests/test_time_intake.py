"""Shift templates, rosters and punches out of files, in the long and in the wide shape, on a real database."""

import csv
from collections import defaultdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from attendance.intake.kinds import KINDS
from attendance.settings import Settings
from chassis.imports.jobs import import_job

from .conftest import Office

SHIFTS = """班次,名称,时段,打卡,宽限分钟,餐补分钟
晚,晚班,17:30-24:00,每班,0,
主,主班,07:30-11:30+15:00-22:00,每段,5,300
坏,坏班,7点到9点,每班,0,
坏二,坏班,08:00-09:00,随便,0,
"""
ROSTER = """工号,日期,班次,店铺,账号
A001,2026-03-02,晚班,天猫,小二
A001,2026-03-02,晚班,京东,小五
A001,2026年3月3日,白班,,
A001,2026/3/3,晚班,,
A004,2026-03-03,夜班,,
A999,2026-03-03,白班,,
"""
ROSTER_WIDE = """工号,姓名,2026-03-02,2026-03-03,2026-03-04
A001,林,晚班,休,白班
A004,王,白班,白班,
A005,赵,白班,-,-
"""
PUNCHES = """工号,打卡时间,时区,设备
A001,2026-03-02 08:29:10,,前台
A001,2026/3/2 17:31,,前台
A001,2026-03-02 08:29:10,,后门
A999,2026-03-02 08:30,,
A001,2026-03-29 02:30,Europe/Berlin,
A001,2025-10-26 02:30,Europe/Berlin,
A001,2026-03-02 08:30,Mars/Olympus,
A001,2126-03-02 08:30,,
A001,昨天,,
A001,2026-03-29T02:30:00+02:00,Europe/Berlin,
A004,2026-03-29T03:30:00+02:00,Europe/Berlin,
"""


async def take(office: Office, text: bytes | str, profile: str, **said: str) -> dict[str, Any]:
    """Import a file and tell how it went."""
    content = text.encode("gb18030") if isinstance(text, str) else text
    data = {"profile": profile, "commit": "yes", **said}
    sent = await office.http.post("/imports", files={"file": ("f.csv", content)}, data=data, headers=office.by("hr"))
    assert sent.status_code == 202, sent.text
    settings = Settings(database_url=office.db.url)
    while await import_job(KINDS).run(office.db.opened, settings):
        pass
    shown: dict[str, Any] = (await office.read(f"/imports/{sent.json()['id']}", "hr")).json()
    assert shown["state"] == "committed", shown
    return shown


async def refused(office: Office, shown: dict[str, Any]) -> list[tuple[int, str]]:
    items = (await office.read(f"/imports/{shown['id']}/refusals", "hr")).json()["items"]
    assert all(one["reason"]["zh"] and one["reason"]["en"] for one in items)
    return sorted((one["row"], one["column"]) for one in items)


async def test_a_file_of_shifts(office: Office) -> None:
    shown = await take(office, SHIFTS, "generic-shift-templates")
    assert (shown["counts"]["new"], shown["counts"]["refused"]) == (2, 2)
    assert [row for row, _ in await refused(office, shown)] == [4, 5]
    main = (await office.read("/shift-templates/主")).json()
    assert main["segments"] == [{"starts": "07:30", "ends": "11:30"}, {"starts": "15:00", "ends": "22:00"}]
    assert (main["punches"], main["grace_minutes"], main["meal_minutes"]) == ("segment", 5, 300)
    assert (await take(office, SHIFTS, "generic-shift-templates"))["counts"]["same"] == 2


async def test_a_roster_one_row_a_shift(office: Office) -> None:
    shown = await take(office, ROSTER, "generic-roster")
    assert (shown["counts"]["new"], shown["counts"]["refused"]) == (3, 2)
    assert await refused(office, shown) == [(6, "班次"), (7, "工号")]
    items = (await office.read("/roster?from=2026-03-02&to=2026-03-04")).json()["items"]
    assert [(d["day"], d["shift"], d["state"]) for d in items] == [
        ("2026-03-02", "晚班", "draft"),
        ("2026-03-03", "晚班", "draft"),
        ("2026-03-03", "白班", "draft"),
    ]
    assert items[0]["seats"] == [{"shop": "天猫", "account": "小二"}, {"shop": "京东", "account": "小五"}]
    again = await take(office, ROSTER, "generic-roster")
    assert (again["counts"]["new"], again["counts"]["same"]) == (0, 3)


async def test_a_roster_one_row_a_person(office: Office) -> None:
    shown = await take(office, ROSTER_WIDE, "generic-roster-wide")
    assert (shown["counts"]["new"], shown["counts"]["refused"]) == (4, 1)
    items = (await office.read("/roster?from=2026-03-02&to=2026-03-04")).json()["items"]
    assert sorted((d["employee_no"], d["day"][-2:], d["shift"]) for d in items) == [
        ("A001", "02", "晚班"),
        ("A001", "04", "白班"),
        ("A004", "02", "白班"),
        ("A004", "03", "白班"),
    ]


async def test_punches_one_row_each(office: Office) -> None:
    shown = await take(office, PUNCHES, "generic-punches")
    assert (shown["counts"]["new"], shown["counts"]["refused"]) == (3, 7)
    assert await refused(office, shown) == [
        (5, "工号"),
        (6, "打卡时间"),
        (7, "打卡时间"),
        (8, "时区"),
        (9, "打卡时间"),
        (10, "打卡时间"),
        (11, "打卡时间"),
    ]
    rows = await office.rows("SELECT employee_no, at, zone, wall_time, device, source FROM punches ORDER BY at")
    assert [(r["employee_no"], str(r["wall_time"]), r["zone"], r["source"]) for r in rows] == [
        ("A001", "2026-03-02 08:29:10", "Asia/Shanghai", "import"),
        ("A001", "2026-03-02 17:31:00", "Asia/Shanghai", "import"),
        ("A004", "2026-03-29 03:30:00", "Europe/Berlin", "import"),
    ]
    again = await take(office, PUNCHES, "generic-punches")
    assert (again["counts"]["new"], again["counts"]["same"]) == (0, 3)
    assert len(await office.rows("SELECT 1 FROM dirty_days")) == 2, "what is there already marks nothing"


async def test_an_imported_punch_reaches_its_day(office: Office) -> None:
    await office.roster("A001", (0, "白班"))
    await office.evaluate()
    assert (await office.day("A001", 0))["status"] == "absent"
    await take(office, PUNCHES, "generic-punches")
    await office.evaluate()
    assert (await office.day("A001", 0))["status"] == "present"


async def test_days_wait_for_files_that_are_being_taken_in(office: Office) -> None:
    await office.roster("A001", (0, "白班"))
    data = {"profile": "generic-punches", "commit": "yes"}
    files = {"file": ("f.csv", PUNCHES.encode())}
    await office.http.post("/imports", files=files, data=data, headers=office.by("hr"))
    assert await office.evaluate() == 0, "an absence now would only have to be revoked"
    while await import_job(KINDS).run(office.db.opened, Settings(database_url=office.db.url)):
        pass
    assert await office.evaluate() == 1
    assert (await office.day("A001", 0))["status"] == "present"


async def test_a_year_of_real_punches(office: Office, shared: Path) -> None:
    """Minutes late of every day of 2015 for a shift from 10:00, against a plain calculation of its own."""
    folder = shared / "data" / "punches"
    came, left = (_cells(folder / name) for name in ("in_time.csv", "out_time.csv"))
    people = sorted({number for number, _ in came})[:8]  # the others' rows name somebody unknown
    came, left = ({key: value for key, value in cells.items() if key[0] in people} for cells in (came, left))
    staff = "工号,姓名,部门,岗位,入职日期\n" + "".join(
        f"{number},员工{number},销售,客服,2014-01-01\n" for number in people
    )
    await take(office, staff, "generic")
    await take(office, "班次,时段\n十点,10:00-17:00\n", "generic-shift-templates")
    worked = {day for (_, day), value in came.items() if value is not None}
    days = "".join(f"{number},{day},十点\n" for number in people for day in sorted(worked))
    assert (await take(office, f"工号,日期,班次\n{days}", "generic-roster"))["counts"]["refused"] == 0
    published = await office.post("/roster/publish", {"first_day": "2015-01-01", "last_day": "2015-12-31"})
    assert published.json()["published"] == len(people) * len(worked)
    for name, cells in (("in_time.csv", came), ("out_time.csv", left)):
        shown = await take(office, (folder / name).read_bytes(), "generic-punches-wide")
        assert shown["counts"]["new"] == sum(value is not None for value in cells.values())
    await office.evaluate()
    rows = await office.rows("SELECT employee_no, business_date, status, late_minutes, left_early_minutes FROM days")
    found = {(r["employee_no"], r["business_date"].isoformat()): r for r in rows}
    expected: dict[tuple[str, str], tuple[str, int, int]] = defaultdict(lambda: ("absent", 0, 0))
    for key, arrival in came.items():
        departure = left[key]
        if arrival is not None and departure is not None:
            late = int((arrival - arrival.replace(hour=10, minute=0)) / timedelta(minutes=1))
            early = int((departure.replace(hour=17, minute=0) - departure) / timedelta(minutes=1))
            expected[key] = ("present", max(0, late), max(0, early))
    assert len(found) == len(people) * len(worked)
    for key, row in found.items():
        assert (row["status"], row["late_minutes"], row["left_early_minutes"]) == expected[key], key
    assert sum(r["late_minutes"] for r in rows) > 1000


def _cells(path: Path) -> dict[tuple[str, str], datetime | None]:
    with path.open(encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    found: dict[tuple[str, str], datetime | None] = {}
    for row in rows:
        for day, cell in zip(header[1:], row[1:], strict=True):
            date = datetime.strptime(day, "%d/%m/%Y").date()  # noqa: DTZ007
            value = None if cell == "NA" else datetime.strptime(cell, "%d/%m/%Y %H:%M")  # noqa: DTZ007
            found[row[0], date.isoformat()] = value
    return found


@pytest.mark.parametrize(("text", "says"), [("工号,姓名\nA001,林\n", "没有列名"), ("工号,2026-03-02\nA001\n", "1 格")])
async def test_a_wide_file_that_is_none(office: Office, text: str, says: str) -> None:
    data = {"profile": "generic-roster-wide", "commit": "yes"}
    sent = await office.http.post(
        "/imports", files={"file": ("f.csv", text.encode())}, data=data, headers=office.by("hr")
    )
    while await import_job(KINDS).run(office.db.opened, Settings(database_url=office.db.url)):
        pass
    path = f"/imports/{sent.json()['id']}"
    told = (await office.read(path, "hr")).text + (await office.read(f"{path}/refusals", "hr")).text
    assert says in told
    assert await office.rows("SELECT 1 FROM duties") == []
