"""Shift templates and rosters over HTTP, on a real database."""

import asyncio
from itertools import pairwise

from .conftest import SHIFTS, Office, day


async def test_a_template_has_versions_and_rosters_keep_theirs(office: Office) -> None:
    same = await office.post("/shift-templates", SHIFTS[0])
    assert (same.status_code, same.json()["version"]) == (200, 1)
    await office.roster("A001", (0, "白班"))
    changed = await office.post("/shift-templates", SHIFTS[0] | {"segments": [{"starts": "09:00", "ends": "18:00"}]})
    assert (changed.status_code, changed.json()["version"]) == (201, 2)
    await office.roster("A001", (1, "白班"))
    duties = (await office.read(f"/roster?from={day(0)}&to={day(1)}")).json()["items"]
    assert [d["segments"][0]["starts_at"] for d in duties] == ["2026-03-02T00:30:00Z", "2026-03-03T01:00:00Z"]
    listed = (await office.read("/shift-templates", "employee", "A001")).json()["items"]
    assert sorted(t["code"] for t in listed) == ["晚班", "白班"]
    assert (await office.read("/shift-templates/晚班")).json()["segments"] == [{"starts": "17:30", "ends": "01:00"}]
    assert (await office.read("/shift-templates/夜班")).status_code == 404


async def test_a_draft_is_nobodys_business_until_it_is_published(office: Office) -> None:
    entry = {
        "employee_no": "A001",
        "day": "2026-03-02",
        "shift": "晚班",
        "seats": [{"shop": "天猫", "account": "小二"}],
    }
    planned = await office.post("/roster", {"entries": [entry]}, "lead", "A002")
    assert planned.json() == {"results": ["new"]}
    assert (await office.post("/roster", {"entries": [entry]})).json() == {"results": ["same"]}
    assert await office.said() == []
    period = {"first_day": "2026-03-01", "last_day": "2026-03-31"}
    assert (await office.post("/roster/publish", period, "lead", "A004")).json() == {"published": 0, "warnings": []}
    assert (await office.post("/roster/publish", period, "lead", "A002")).json() == {"published": 1, "warnings": []}
    assert (await office.post("/roster/publish", period)).json() == {"published": 0, "warnings": []}
    [(kind, on, data)] = await office.said()
    assert (kind, on) == ("shift.published", "2026-03-02")
    assert data["segments"] == [{"starts_at": "2026-03-02T09:30:00Z", "ends_at": "2026-03-02T17:00:00Z"}]
    assert data["seats"] == [{"shop": "天猫", "account": "小二"}]


async def test_overlapping_shifts_are_refused_naming_both_and_nothing_is_half_done(office: Office) -> None:
    await office.post(
        "/shift-templates", {"code": "早", "name": "早", "segments": [{"starts": "00:30", "ends": "08:00"}]}
    )
    await office.roster("A001", (0, "晚班"))
    entries = [
        {"employee_no": "A004", "day": "2026-03-03", "shift": "早"},
        {"employee_no": "A001", "day": "2026-03-03", "shift": "早"},
    ]
    refused = await office.post("/roster", {"entries": entries})
    assert (refused.status_code, refused.json()["code"]) == (409, "shifts-overlap")
    assert refused.json()["field"] == "entries.1.shift"
    for shift in ("早 2026-03-03 (03-03 00:30–03-03 08:00)", "晚班 2026-03-02 (03-02 17:30–03-03 01:00)"):
        assert shift in refused.json()["detail"]
        assert shift in refused.json()["detail_zh"]
    assert len(await office.rows("SELECT 1 FROM duties")) == 1


async def test_two_planners_at_once_never_make_an_overlap(office: Office) -> None:
    entries = [{"employee_no": "A001", "day": "2026-03-02", "shift": shift} for shift in ("白班", "晚班", "重叠")]
    overlap = {"code": "重叠", "name": "重叠", "segments": [{"starts": "17:00", "ends": "18:00"}]}
    assert (await office.post("/shift-templates", overlap)).status_code == 201
    answers = await asyncio.gather(*(office.post("/roster", {"entries": [one]}) for one in entries))
    standing = await office.rows("SELECT starts[1] AS s, ends[1] AS e FROM duties ORDER BY starts[1]")
    assert sum(a.status_code == 201 for a in answers) == len(standing)
    assert all(a["e"] <= b["s"] for a, b in pairwise(standing))


async def test_what_a_roster_refuses(office: Office) -> None:
    await office.leave("A004", "2026-03-05")
    wrong = [
        ({"employee_no": "A999"}, "employee-unknown", "entries.0.employee_no"),
        ({"shift": "夜班"}, "shift-unknown", "entries.0.shift"),
        ({"day": "2026-02-28"}, "employee-not-employed", "entries.0.day"),
        ({"employee_no": "A004", "day": "2026-03-06"}, "employee-not-employed", "entries.0.day"),
    ]
    for said, code, field in wrong:
        entry = {"employee_no": "A001", "day": "2026-03-02", "shift": "白班"} | said
        refused = await office.post("/roster", {"entries": [entry]})
        assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (422, code, field)
    entry = {"employee_no": "A003", "day": "2026-03-02", "shift": "白班"}
    above = await office.post("/roster", {"entries": [entry]}, "lead", "A002")
    assert above.json()["code"] == "employee-unknown", "not of the team answers like nobody"
    for role in ("employee", "finance", "keeper", "auditor"):
        assert (await office.post("/roster", {"entries": [entry]}, role, "A001")).status_code == 403
    for hours in ([{"starts": "25:00", "ends": "26:00"}], [{"starts": "08:00", "ends": "8"}]):
        refused = await office.post("/shift-templates", {"code": "X", "name": "X", "segments": hours})
        assert (refused.status_code, refused.json()["field"]) == (422, "segments")


async def test_seven_days_in_a_row_are_pointed_out(office: Office) -> None:
    """B-01.1b: six on, one off."""
    entries = [{"employee_no": "A001", "day": str(day(n)), "shift": "白班"} for n in range(7)]
    await office.post("/roster", {"entries": entries})
    period = {"first_day": str(day(0)), "last_day": str(day(6))}
    answer = (await office.post("/roster/publish", period)).json()
    assert answer == {"published": 7, "warnings": [{"employee_no": "A001", "days": 7}]}


async def test_a_draft_taken_off_is_never_announced(office: Office) -> None:
    entry = {"employee_no": "A001", "day": "2026-03-02", "shift": "白班"}
    await office.post("/roster", {"entries": [entry]})
    [draft] = (await office.read("/roster?from=2026-03-02&to=2026-03-02&state=draft")).json()["items"]
    assert (await office.read("/roster?from=2026-03-02&to=2026-03-02", "employee", "A001")).json()["items"] == []
    path = f"/roster/{draft['duty_id']}/revoke"
    assert (await office.post(path, {"reason": "x"}, "lead", "A004")).status_code == 404
    assert (await office.post(path, {"reason": "x"}, "lead", "A002")).status_code == 200
    assert await office.said() == []
    assert (await office.post("/roster", {"entries": [entry]})).json() == {"results": ["new"]}
