"""Leave over HTTP, on a real database: the chain by length, what days come to, withdrawal."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx
import pytest

from attendance.domain import errors
from attendance.domain.leave import Leave, LeaveType, check_approver, days_of, needs, needs_certificate, short_notice
from attendance.domain.thresholds import Setting, Thresholds
from attendance.queries.calendar import works
from chassis import clock

from .conftest import MONDAY, Office, day, wall

TODAY = clock.now().astimezone(ZoneInfo("Asia/Shanghai")).date()
SHIPPED = Thresholds([])


def leave(kind: LeaveType, days: int, first: date = MONDAY) -> Leave:
    return Leave(UUID(int=1), "A001", kind, first, first + timedelta(days=days - 1))


def test_whose_approval_it_takes() -> None:
    """A-000-1.2.5.4, A-000-1.2.4.2b."""
    assert [needs(leave("personal", n), SHIPPED) for n in (1, 2, 3)] == ["supervisor", "supervisor", "leader"]
    assert [needs(leave("sick", n), SHIPPED) for n in (1, 3, 4)] == ["supervisor", "supervisor", "leader"]
    later = Thresholds([Setting("personal_leave_supervisor_days", 1, MONDAY + timedelta(days=1))])
    assert needs(leave("personal", 2), later) == "supervisor", "as it was when the leave began"
    assert needs(leave("personal", 2, MONDAY + timedelta(days=1)), later) == "leader"


def test_who_has_that_rank() -> None:
    def check(approver: str, needed: Any = "supervisor", author: str = "A001", boss: bool = False) -> None:
        check_approver(
            leave("personal", 1),
            needed=needed,
            author=author,
            approver=approver,
            superiors=["A002", "A003"],
            is_boss=boss,
        )

    check("A002")
    check("A003")
    check("A003", "leader")
    check("B001", "leader", boss=True)
    for approver, needed in (("A002", "leader"), ("A004", "supervisor")):
        with pytest.raises(errors.ApproverLacksRank):
            check(approver, needed)
    for approver, author in (("A001", "A002"), ("A002", "A002"), ("A001", "A001")):
        with pytest.raises(errors.ApproverIsInvolved):
            check(approver, author=author, boss=True)


def test_a_certificate_is_needed_beyond_a_day() -> None:
    """A-000-1.2.4.2a."""
    assert [needs_certificate(leave("sick", n), SHIPPED) for n in (1, 2)] == [False, True]
    assert not needs_certificate(leave("personal", 5), SHIPPED)


def test_notice_counts_working_days() -> None:
    """A-004-3.2.2, A-004-3.2.3; 2026-03-02 is a Monday."""
    friday, sunday = date(2026, 2, 27), date(2026, 3, 1)
    assert not short_notice(leave("personal", 3), friday, SHIPPED, works)
    assert short_notice(leave("personal", 3), sunday, SHIPPED, works)
    assert short_notice(leave("personal", 1), MONDAY, SHIPPED, works)
    assert short_notice(leave("personal", 4), friday, SHIPPED, works)
    assert not short_notice(leave("personal", 4), date(2026, 2, 21), SHIPPED, works)
    assert not short_notice(leave("personal", 4), date(2020, 1, 1), SHIPPED, works)


def test_shares_are_rounded_half_up() -> None:
    assert [days_of(m, 480) for m in (480, 240, 12, 6)] == [Decimal(t) for t in ("1.00", "0.50", "0.03", "0.01")]
    assert days_of(1, 200) == Decimal("0.01"), "half a hundredth counts as one"


async def ask(office: Office, role: str = "employee", by: str = "A001", **said: Any) -> httpx.Response:
    body = {"employee_no": "A001", "leave_type": "personal", "reason": "家中有事"} | said
    return await office.post("/leaves", body, role, by)


async def test_leave_of_days_takes_effect_when_approved(office: Office) -> None:
    await office.roster("A001", (0, "白班"), (1, "白班"), (2, "晚班"))
    await office.punch("A001", "1 08:30", "1 17:30", "2 17:30", "3 01:00")
    asked = await ask(office, first_day=str(day(0)), last_day=str(day(0)))
    assert (asked.status_code, asked.json()["state"], asked.json()["short_notice"]) == (201, "requested", True)
    await office.evaluate()
    assert (await office.day("A001", 0))["status"] == "absent"
    path = f"/leaves/{asked.json()['leave_id']}"
    assert (await office.post(f"{path}/approve", {}, "hr", "H001")).json()["code"] == "approver-lacks-rank"
    assert (await office.post(f"{path}/approve", {}, "lead", "A004")).status_code == 404
    for _ in range(2):
        assert (await office.post(f"{path}/approve", {}, "lead", "A002")).json()["state"] == "approved"
    known = len(await office.said())
    await office.evaluate()
    changed = await office.said(known)
    assert [kind for kind, _, _ in changed] == [
        "attendance.day_evaluated_revoked",
        "attendance.absent_revoked",
        "attendance.day_evaluated",
        "leave.taken",
    ]
    assert changed[3][2] == {
        "employee_no": "A001",
        "leave_id": asked.json()["leave_id"],
        "leave_type": "personal",
        "hours": "9.00",
        "days": "1.00",
        "minutes": 540,
    }
    assert (await office.day("A001", 0))["status"] == "leave"
    known = len(await office.said())
    assert (await office.post(f"{path}/withdraw", {"note": "没去"}, "employee", "A001")).status_code == 200
    await office.evaluate()
    assert [kind for kind, _, _ in await office.said(known)] == [
        "attendance.day_evaluated_revoked",
        "leave.taken_revoked",
        "attendance.day_evaluated",
        "attendance.absent",
    ]
    told = (await office.read(path, "employee", "A001")).json()
    assert [(s["what"], s["recorded_by"]) for s in told["steps"]] == [("approved", "A002"), ("withdrawn", "A001")]


async def test_hours_of_a_night_shift_turn_lateness_into_leave(office: Office) -> None:
    """A-000-1.2.5.3."""
    await office.roster("A001", (0, "晚班"))
    await office.punch("A001", "0 17:30", "1 00:10")
    await office.evaluate()
    assert (await office.day("A001", 0))["left_early_minutes"] == 50
    asked = await ask(office, starts_at=wall("1 00:00"), ends_at=wall("1 01:00"))
    assert (asked.json()["first_day"], asked.json()["starts_at"]) == (str(day(1)), "2026-03-02T16:00:00Z")
    await office.post(f"/leaves/{asked.json()['leave_id']}/approve", {}, "boss", "B001")
    await office.evaluate()
    found = await office.day("A001", 0)
    assert (found["status"], found["left_early_minutes"], found["leave_minutes"]) == ("present", 0, 60)


async def test_the_chain_by_length(office: Office) -> None:
    long = (await ask(office, first_day=str(day(0)), last_day=str(day(2)))).json()
    refused = await office.post(f"/leaves/{long['leave_id']}/approve", {}, "lead", "A002")
    assert (refused.status_code, refused.json()["code"]) == (409, "approver-lacks-rank")
    assert (await office.post(f"/leaves/{long['leave_id']}/approve", {}, "lead", "A003")).status_code == 200
    sick = {"leave_type": "sick", "first_day": str(day(7)), "last_day": str(day(8))}
    ill = (await ask(office, **sick)).json()
    path = f"/leaves/{ill['leave_id']}"
    lacking = await office.post(f"{path}/approve", {}, "lead", "A002")
    assert (lacking.status_code, lacking.json()["code"]) == (409, "certificate-is-missing")
    assert (await office.post(f"{path}/certificate", {"certificate": "Z-1"}, "employee", "A001")).status_code == 200
    assert (await office.post(f"{path}/approve", {}, "lead", "A002")).json()["certificate"] == "Z-1"


async def test_what_leave_refuses(office: Office) -> None:
    first = await ask(office, first_day=str(day(0)), last_day=str(day(1)))
    wrong: list[tuple[dict[str, Any], int, str]] = [
        ({"first_day": str(day(1)), "last_day": str(day(3))}, 409, "leaves-overlap"),
        ({"starts_at": wall("1 09:00"), "ends_at": wall("1 10:00")}, 409, "leaves-overlap"),
        ({"first_day": str(day(6)), "last_day": str(day(5))}, 422, "leave-ends-before-it-begins"),
        ({"starts_at": wall("6 10:00"), "ends_at": wall("6 09:00")}, 422, "leave-ends-before-it-begins"),
        ({"first_day": str(day(5))}, 422, "leave-mixes-days-and-hours"),
        (
            {"first_day": str(day(5)), "last_day": str(day(5)), "starts_at": wall("5 09:00")},
            422,
            "leave-mixes-days-and-hours",
        ),
        ({"first_day": str(day(5)), "last_day": str(day(400))}, 422, "leave-is-too-long"),
        ({"first_day": str(day(5)), "last_day": str(day(5)), "leave_type": "annual"}, 422, "request-invalid"),
    ]
    for said, status, code in wrong:
        refused = await ask(office, **said)
        assert (refused.status_code, refused.json()["code"]) == (status, code), said
    assert str(first.json()["leave_id"]) in (await ask(office, **wrong[0][0])).json()["detail"]
    other = {"first_day": str(day(5)), "last_day": str(day(5))}
    assert (await ask(office, by="A004", **other)).json()["code"] == "only-for-yourself"
    assert (await ask(office, "lead", "A004", **other)).json()["code"] == "employee-unknown"
    assert (await ask(office, "auditor", "A004", **other)).status_code == 403
    assert len(await office.rows("SELECT 1 FROM leaves")) == 1


async def test_who_sees_leave(office: Office) -> None:
    asked = (await ask(office, "hr", "H001", first_day=str(day(0)), last_day=str(day(0)))).json()
    path = f"/leaves/{asked['leave_id']}"
    for role, number in (("employee", "A001"), ("lead", "A002"), ("lead", "A003"), ("auditor", "X"), ("finance", "F")):
        assert (await office.read(path, role, number)).status_code == 200
        assert len((await office.read("/leaves?state=requested", role, number)).json()["items"]) == 1
    foreign = await office.read(path, "employee", "A004")
    absent = await office.read("/leaves/00000000-0000-7000-8000-000000000000", "employee", "A004")
    assert foreign.status_code == absent.status_code == 404
    assert foreign.json()["detail"] == absent.json()["detail"]
    assert (await office.read("/leaves", "employee", "A004")).json()["items"] == []
    other = await office.post(f"{path}/withdraw", {}, "finance", "F001")
    assert (other.status_code, other.json()["code"]) == (403, "only-for-yourself")
    own = await office.post(f"{path}/approve", {}, "boss", "H001")
    assert own.json()["code"] == "approver-is-involved", "who asked for it cannot approve it, the boss neither"
