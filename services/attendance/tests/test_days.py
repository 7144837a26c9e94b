"""From a published roster and punches to evaluated days and what is announced about them."""

from typing import Any
from zoneinfo import ZoneInfo

from chassis import clock

from .conftest import Office, day

TODAY = clock.now().astimezone(ZoneInfo("Asia/Shanghai")).date()


async def test_days_are_evaluated_and_announced(office: Office) -> None:
    await office.roster("A001", (0, "白班"), (1, "白班"), (2, "白班"), (3, "晚班"))
    await office.punch("A001", "0 08:20", "0 17:31", "1 08:47:30", "1 17:00", "2 08:30", "3 17:20", "4 01:05")
    assert await office.evaluate() == 8 - 1
    said = (await office.said())[4:]
    assert [(kind, on) for kind, on, _ in said] == [
        ("attendance.day_evaluated", "2026-03-02"),
        ("attendance.day_evaluated", "2026-03-03"),
        ("attendance.late", "2026-03-03"),
        ("attendance.left_early", "2026-03-03"),
        ("attendance.day_evaluated", "2026-03-04"),
        ("attendance.punch_missing", "2026-03-04"),
        ("attendance.day_evaluated", "2026-03-05"),
    ]
    assert said[0][2] == {
        "employee_no": "A001",
        "shift": "白班",
        "kind_of_day": "workday",
        "status": "present",
        "scheduled_minutes": 540,
        "worked_minutes": 540,
        "leave_minutes": 0,
        "late_minutes": 0,
        "left_early_minutes": 0,
        "meal_eligible": True,
    }
    assert (said[2][2]["minutes"], said[3][2]["minutes"], said[5][2]["missing"]) == (17, 30, "out")
    assert (said[6][2]["status"], said[6][2]["worked_minutes"]) == ("present", 450)
    assert await office.evaluate() == 0


async def test_what_still_holds_is_not_announced_again(office: Office) -> None:
    await office.roster("A001", (0, "白班"), (1, "白班"))
    await office.punch("A001", "0 08:40", "0 17:30", "1 08:50", "1 17:30")
    await office.evaluate()
    known = len(await office.said())
    await office.punch("A001", "0 12:00", "0 13:00", "1 08:40")
    assert await office.evaluate() == 4
    changed = await office.said(known)
    assert [kind for kind, _, _ in changed] == [
        "attendance.day_evaluated_revoked",
        "attendance.late_revoked",
        "attendance.day_evaluated",
        "attendance.late",
    ]
    assert changed[3][2]["minutes"] == 10
    assert {on for _, on, _ in changed[:2]} == {str(TODAY)}, "a revocation is dated now"
    assert {data["revoked_business_date"] for _, _, data in changed[:2]} == {"2026-03-03"}


async def test_a_late_upload_turns_an_absence_into_a_lateness(office: Office) -> None:
    await office.roster("A001", (0, "晚班"), (1, "晚班"))
    await office.punch("A001", "1 17:25", "2 01:02")
    await office.evaluate()
    absent = (await office.said())[2:]
    assert [kind for kind, _, _ in absent] == [
        "attendance.day_evaluated",
        "attendance.absent",
        "attendance.day_evaluated",
    ]
    assert absent[1][2] == {
        "employee_no": "A001",
        "shift": "晚班",
        "days": "1.00",
        "minutes": 450,
        "consecutive_days": 1,
    }
    known = len(await office.said())
    await office.punch("A001", "0 17:50", "1 01:00")
    await office.evaluate()
    changed = await office.said(known)
    assert [kind for kind, _, _ in changed] == [
        "attendance.day_evaluated_revoked",
        "attendance.absent_revoked",
        "attendance.day_evaluated",
        "attendance.late",
    ]
    rows = await office.rows("SELECT event_id FROM outbox WHERE type = 'attendance.absent'")
    assert changed[1][2]["revokes"] == str(rows[0]["event_id"])
    assert (changed[3][1], changed[3][2]["minutes"]) == ("2026-03-02", 20)
    assert (await office.day("A001", 1))["status"] == "present"


async def test_days_absent_in_a_row_are_counted_across_days_off(office: Office) -> None:
    await office.roster("A001", (0, "白班"), (1, "白班"), (3, "白班"), (40, "白班"), (41, "白班"))
    await office.evaluate()
    counted = [data["consecutive_days"] for kind, _, data in await office.said() if kind == "attendance.absent"]
    assert counted == [1, 2, 3, 4, 5]
    known = len(await office.said())
    await office.punch("A001", "1 08:30", "1 17:30")
    await office.evaluate()
    changed = await office.said(known)
    counted = [data["consecutive_days"] for kind, _, data in changed if kind == "attendance.absent"]
    assert counted == [1, 2, 3], "of the days after it, also those far away"
    assert (await office.day("A001", 41))["absent_in_a_row"] == 3
    assert (await office.day("A001", 0))["absent_in_a_row"] == 1


async def test_a_shift_taken_off_takes_its_day_back(office: Office) -> None:
    await office.roster("A001", (0, "白班"))
    await office.evaluate()
    [entry] = (await office.read(f"/roster?from={day(0)}&to={day(0)}")).json()["items"]
    known = len(await office.said())
    for _ in range(2):
        off = await office.post(f"/roster/{entry['duty_id']}/revoke", {"reason": "换班"})
        assert (off.status_code, off.json()["state"]) == (200, "revoked")
    await office.evaluate()
    changed = await office.said(known)
    assert [kind for kind, _, _ in changed] == [
        "shift.published_revoked",
        "attendance.day_evaluated_revoked",
        "attendance.absent_revoked",
    ]
    assert await office.day("A001", 0) == {}


async def test_a_day_waits_until_its_shift_is_over(office: Office) -> None:
    ahead = (TODAY - day(0)).days + 1
    await office.roster("A001", (ahead, "白班"))
    assert await office.evaluate() == 0
    assert await office.rows("SELECT 1 FROM days") == []


async def test_a_threshold_that_changes_is_applied_from_its_day_on(office: Office) -> None:
    await office.roster("A001", (0, "白班"), (1, "白班"))
    await office.punch("A001", "0 08:20", "0 17:25", "0 17:32", "1 08:20", "1 17:22", "1 17:32")
    await office.evaluate()
    assert (await office.day("A001", 1))["left_at"] == "2026-03-03T09:32:00Z"
    asked = {"name": "punch_after_minutes", "value": 0, "valid_from": str(day(1))}
    assert (await office.post("/settings", asked, "hr")).status_code == 403
    answer = await office.post("/settings", asked, "boss")
    assert answer.status_code == 201
    [told] = [one for one in answer.json() if one["name"] == "punch_after_minutes"]
    assert (told["value"], told["default"], len(told["recorded"])) == (0, 360, 1)
    await office.evaluate()
    assert (await office.day("A001", 0))["left_early_minutes"] == 0
    assert (await office.day("A001", 1))["left_early_minutes"] == 8
    for wrong in ({"name": "nothing"}, {"value": 10_000}):
        refused = await office.post("/settings", asked | wrong, "boss")
        assert (refused.status_code, refused.json()["field"]) == (422, next(iter(wrong)))


async def test_two_months_of_two_people_come_out_in_one_batch(office: Office) -> None:
    entries = [(n, "白班") for n in range(60)]
    await office.roster("A001", *entries)
    await office.roster("A004", *entries)
    await office.punch("A001", *(f"{n} 08:{30 + n % 3}" for n in range(60)), *(f"{n} 17:30" for n in range(60)))
    await office.evaluate()
    listed: list[dict[str, Any]] = []
    cursor = ""
    while cursor is not None:
        page = (await office.read(f"/days?from={day(0)}&to={day(59)}&limit=50{cursor}")).json()
        listed += page["items"]
        cursor = page["next"] and f"&cursor={page['next']}"
    assert [d["late_minutes"] for d in listed if d["employee_no"] == "A001"] == [n % 3 for n in range(60)]
    assert [d["absent_in_a_row"] for d in listed if d["employee_no"] == "A004"] == list(range(1, 61))
    assert {d["kind_of_day"] for d in listed} == {"workday", "rest_day", "holiday"}


async def test_who_sees_which_days(office: Office) -> None:
    for number in ("A001", "A002", "A004"):
        await office.roster(number, (0, "白班"))
        await office.punch(number, "0 08:30")
    await office.evaluate()
    period = f"from={day(0)}&to={day(6)}"

    async def seen(path: str, role: str, number: str | None = None, **limits: Any) -> list[str]:
        headers = office.http.auth_of(office.principal(role, employee_no=number, **limits))
        answer = await office.http.get(f"{path}?{period}", headers=headers)
        return sorted({one["employee_no"] for one in answer.json()["items"]})

    for path in ("/days", "/roster", "/punches"):
        for role in ("hr", "finance", "boss", "auditor"):
            assert await seen(path, role) == ["A001", "A002", "A004"]
        assert await seen(path, "employee", "A001") == ["A001"]
        assert await seen(path, "keeper", "A004") == ["A004"]
        assert await seen(path, "lead", "A002") == ["A001", "A002"]
        assert await seen(path, "lead", "A003") == ["A001", "A002", "A004"]
        assert await seen(path, "hr", None, departments={"别的部门"}) == []
        answer = await office.http.get(f"{path}?from={day(6)}&to={day(0)}", headers=office.by("hr"))
        assert (answer.status_code, answer.json()["code"]) == (422, "period-is-backwards")
