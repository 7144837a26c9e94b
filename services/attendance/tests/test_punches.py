"""Punches and their corrections over HTTP, on a real database."""

import asyncio
from datetime import timedelta

from chassis import clock

from .conftest import Office, wall


async def test_a_punch_is_kept_once(office: Office) -> None:
    said = {"employee_no": "A001", "at": "2026-03-02T08:29:10", "device": "前台"}
    first = await office.post("/punches", {"punches": [said, said]})
    assert (first.status_code, first.json()) == (201, {"results": ["new", "same"]})
    again = {"employee_no": "A001", "at": "2026-03-02T00:29:10Z", "zone": None}
    assert (await office.post("/punches", {"punches": [again]})).json() == {"results": ["same"]}
    answers = await asyncio.gather(
        *(office.post("/punches", {"punches": [said | {"at": "2026-03-02T17:30:00"}]}) for _ in range(5))
    )
    assert sorted(a.json()["results"][0] for a in answers) == ["new", "same", "same", "same", "same"]
    listed = (await office.read("/punches?from=2026-03-02&to=2026-03-02&limit=1")).json()
    assert listed["next"] is not None
    [punch] = listed["items"]
    received = punch.pop("received_at")
    assert received.startswith(str(clock.now().year))
    assert punch == {
        "employee_no": "A001",
        "at": "2026-03-02T00:29:10Z",
        "zone": "Asia/Shanghai",
        "wall_time": "2026-03-02T08:29:10",
        "device": "前台",
        "source": "api",
        "recorded_by": "hr",
        "invalid": False,
    }


async def test_what_is_no_punch(office: Office) -> None:
    ahead = (clock.now() + timedelta(hours=1)).isoformat()
    wrong = [
        ({"employee_no": "A999"}, "employee-unknown", "employee_no"),
        ({"zone": "Mars/Olympus"}, "zone-unknown", "zone"),
        ({"zone": "Asia/Shanghai", "at": "2026-03-02T08:29:10+09:00"}, "offset-contradicts-zone", "at"),
        ({"zone": "Europe/Berlin", "at": "2026-03-29T02:30:00"}, "wall-time-never", "at"),
        ({"zone": "Europe/Berlin", "at": "2025-10-26T02:30:00"}, "wall-time-twice", "at"),
        ({"at": ahead}, "punch-in-future", "at"),
    ]
    good = {"employee_no": "A001", "at": "2026-03-02T08:29:10"}
    for said, code, field in wrong:
        refused = await office.post("/punches", {"punches": [good, good | said]})
        assert (refused.status_code, refused.json()["code"]) == (422, code)
        assert refused.json()["field"] == f"punches.1.{field}"
    assert await office.rows("SELECT 1 FROM punches") == [], "nothing is half done"


async def test_who_punches_for_whom(office: Office) -> None:
    mine = await office.post("/punches", {"punches": [{"employee_no": "A001"}]}, "employee", "A001")
    assert mine.json() == {"results": ["new"]}
    [row] = await office.rows("SELECT at, wall_time, zone FROM punches")
    assert abs(row["at"] - clock.now()) < timedelta(minutes=1)
    backdated = {"employee_no": "A001", "at": wall("0 08:29")}
    refused = await office.post("/punches", {"punches": [backdated]}, "employee", "A001")
    assert (refused.status_code, refused.json()["code"]) == (422, "punch-time-is-now")
    for role, number in (("employee", "A001"), ("lead", "A002"), ("finance", "A002")):
        other = await office.post("/punches", {"punches": [{"employee_no": "A004"}]}, role, number)
        assert (other.status_code, other.json()["code"]) == (403, "only-for-yourself")
    assert (await office.post("/punches", {"punches": [backdated]}, "auditor")).status_code == 403
    assert (await office.post("/punches", {"punches": [backdated]}, "service")).json() == {"results": ["new"]}


async def test_a_correction_counts_when_somebody_else_approves_it(office: Office) -> None:
    await office.roster("A001", (0, "白班"))
    await office.punch("A001", "0 08:25")
    await office.evaluate()
    assert (await office.day("A001", 0))["status"] == "incomplete"
    asked = {"employee_no": "A001", "what": "add", "at": wall("0 17:35"), "reason": "忘打卡"}
    asking = await office.post("/corrections", asked, "lead", "A001")
    assert (asking.status_code, asking.json()["state"]) == (201, "requested")
    path = f"/corrections/{asking.json()['correction_id']}"
    own = await office.post(f"{path}/approve", {}, "lead", "A001")
    assert (own.status_code, own.json()["code"]) == (409, "approver-is-involved")
    assert (await office.post(f"{path}/approve", {}, "employee", "A002")).status_code == 403
    assert (await office.post(f"{path}/approve", {}, "lead", "A004")).status_code == 404, "not of the team"
    assert (await office.read(path, "employee", "A004")).status_code == 404
    await office.evaluate()
    assert (await office.day("A001", 0))["status"] == "incomplete"
    for _ in range(2):
        approved = await office.post(f"{path}/approve", {"note": "属实"}, "lead", "A002")
        assert (approved.status_code, approved.json()["state"]) == (200, "approved")
    refused = await office.post(f"{path}/refuse", {}, "hr")
    assert (refused.status_code, refused.json()["code"]) == (409, "correction-is-settled")
    known = len(await office.said())
    await office.evaluate()
    assert [kind for kind, _, _ in await office.said(known)] == [
        "attendance.day_evaluated_revoked",
        "attendance.punch_missing_revoked",
        "attendance.day_evaluated",
    ]
    [punch] = await office.rows("SELECT source FROM punches WHERE source <> 'api'")
    assert punch == {"source": "correction"}


async def test_a_punch_declared_invalid_does_not_count(office: Office) -> None:
    await office.roster("A001", (0, "白班"))
    await office.punch("A001", "0 08:25", "0 17:35")
    await office.evaluate()
    asked = {"employee_no": "A001", "what": "invalidate", "at": wall("0 17:35"), "reason": "代打卡"}
    asking = await office.post("/corrections", asked, "hr", "H001")
    path = f"/corrections/{asking.json()['correction_id']}"
    author = await office.post(f"{path}/approve", {}, "hr", "H001")
    assert author.json()["code"] == "approver-is-involved"
    assert (await office.post(f"{path}/approve", {}, "boss", "B001")).status_code == 200
    await office.evaluate()
    assert (await office.day("A001", 0))["status"] == "incomplete"
    [first, second] = (await office.read("/punches?from=2026-03-02&to=2026-03-02")).json()["items"]
    assert (first["invalid"], second["invalid"]) == (False, True)
    for what, code in (("invalidate", "punch-not-there"), ("add", "punch-is-there")):
        again = await office.post("/corrections", asked | {"what": what}, "hr", "H001")
        assert (again.status_code, again.json()["code"]) == (409, code)
    absent = await office.post("/corrections", asked | {"at": wall("0 12:00")}, "hr", "H001")
    assert absent.json()["code"] == "punch-not-there"
    other = await office.post("/corrections", asked | {"what": "add"}, "employee", "A004")
    assert (other.status_code, other.json()["code"]) == (403, "only-for-yourself")
    [listed] = (await office.read("/corrections?state=approved")).json()["items"]
    assert listed["asked_by"] == "H001"
    assert (await office.read("/corrections", "employee", "A004")).json()["items"] == []
