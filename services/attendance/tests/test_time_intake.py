"""Shift templates, rosters and punches out of files, in the long and in the wide shape, on a real database."""

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
