"""People and their time, as hr and the people themselves enter it: staff, shifts, roster, leave, punches."""

from rich.progress import Progress

from demo.asking import checked, once, pages, until
from demo.attended import Attended
from demo.cast import Cast
from demo.department import Department
from demo.files_in import File, hand_in
from demo.plan import LATE_UPLOADS

STAFF = File("员工名册.csv", "attendance", "employees", "generic")
SHIFTS = File("班次.csv", "attendance", "shift_templates", "generic-shift-templates")
ROSTER = File("排班表.csv", "attendance", "roster", "generic-roster")
PUNCHES = File("打卡记录.csv", "attendance", "punches", "generic-punches")
LATE = File("补传打卡.csv", "attendance", "punches", "generic-punches")


def enter_staff(cast: Cast, files: dict[str, bytes], progress: Progress) -> None:
    """Enter the staff directory, and give accounts to those who act."""
    hand_in(cast["hr"], STAFF, files[STAFF.name], progress)
    cast.make_accounts()


def enter_roster(cast: Cast, files: dict[str, bytes], progress: Progress) -> None:
    """Enter shifts and roster; it is published when leave and punches are in, or everybody would be absent first."""
    hand_in(cast["hr"], SHIFTS, files[SHIFTS.name], progress)
    hand_in(cast["hr"], ROSTER, files[ROSTER.name], progress)


def enter_leave(cast: Cast, made: Department, progress: Progress) -> None:
    """Let everybody ask for their leave, and whoever may approve it."""
    for asked in progress.track(made.leaves, description="请假 / leave"):
        who, approver = asked.leave.employee_no, asked.leave.approver
        found = checked(
            cast[who].post("/api/attendance/leaves", json=asked.body, headers=once(f"leave-{who}-{asked.first_day}"))
        )
        if checked(cast[who].get(f"/api/attendance/leaves/{found['leave_id']}"))["state"] == "requested":
            checked(cast[approver].post(f"/api/attendance/leaves/{found['leave_id']}/approve", json={}))


def enter_punches(cast: Cast, made: Department, files: dict[str, bytes], progress: Progress) -> None:
    """Hand the punches in and publish the roster; those of one device come only after their day was an absence."""
    hand_in(cast["hr"], PUNCHES, files[PUNCHES.name], progress)
    days = {"first_day": str(made.month.first), "last_day": str(made.month.days[-1])}
    checked(cast["hr"].post("/api/attendance/roster/publish", json=days, headers=once("publish")))
    held = [one for one in made.attended if (one.duty.person.employee_no, one.duty.place) in LATE_UPLOADS]
    for one in held:
        _await(cast, one, {"absent", "present"})
    hand_in(cast["hr"], LATE, files[LATE.name], progress)
    for one in held:
        _await(cast, one, {"present"})


def _await(cast: Cast, one: Attended, wanted: set[str]) -> None:
    """Wait until somebody's day is evaluated as one of these."""
    who, day = one.duty.person.employee_no, str(one.duty.day)

    def status() -> str | None:
        found = pages(cast["hr"], "/api/attendance/days", **{"from": day, "to": day, "employee_no": who})
        return str(found[0]["status"]) if found else None

    until(f"{who} on {day}: {wanted}", status, lambda seen: seen in wanted)
