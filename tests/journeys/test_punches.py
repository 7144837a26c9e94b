"""A real attendance export: twenty people, a year of punches in the wide shape, every day to the minute."""

from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

from . import oracle_punches as oracle
from .house import Employee, House, employ, events, looked_up, once, pages, reached, said, send, table, take_in, until

SHIFT = "ten-to-six"
ANNOUNCED = ("attendance.late", "attendance.left_early", "attendance.absent")


def test_a_year_of_wide_punches_is_evaluated_to_the_minute(house: House, punches: Path) -> None:
    year = oracle.read(punches)
    employ(house, [Employee(number, "2015-01-01", "2015-12-31") for number in year.people])
    _hand_in(house, punches, year)
    _publish(house, year)
    counted = "SELECT count(*) AS days FROM days WHERE employee_no = ANY ($1::text[])"
    until(
        "every day evaluated",
        lambda: looked_up(house, "attendance", counted, year.people)[0]["days"] == len(year.days),
    )
    _compare_days(house, year)
    _compare_events(house, year)


def _hand_in(house: House, folder: Path, year: oracle.Year) -> None:
    """Import arrivals, then departures; both before the roster is published, or days would be evaluated between."""
    sent = {}
    for name in year.punches:
        file = {name: (folder / name).read_bytes()}
        sent[name] = send(house.hr, "attendance", file, kind="", profile="generic-punches-wide", commit=True)
    for name, address in sent.items():
        counts = reached(house.hr, address, "committed")["counts"]
        assert (counts["new"], counts["refused"]) == (year.punches[name], 0)


def _publish(house: House, year: oracle.Year) -> None:
    template = {"code": SHIFT, "name": "十点到六点", "segments": [{"starts": "10:00", "ends": "18:00"}]}
    said(house.hr.post("/api/attendance/shift-templates", json=template))
    roster = table(
        ("工号", *map(str, year.working_days)), ((who, *[SHIFT] * len(year.working_days)) for who in year.people)
    )
    counts = take_in(house.hr, "attendance", {"roster.csv": roster}, profile="generic-roster-wide")["counts"]
    assert (counts["new"], counts["refused"]) == (len(year.days), 0)
    whole = {"first_day": "2015-01-01", "last_day": "2015-12-31", "employee_nos": year.people}
    published = said(house.hr.post("/api/attendance/roster/publish", json=whole, headers=once()))
    assert published == {"published": len(year.days), "warnings": []}


def _compare_days(house: House, year: oracle.Year) -> None:
    listed = pages(house.finance, "/api/attendance/days", **{"from": "2015-01-01", "to": "2015-12-31"})
    found = {(day["employee_no"], day["day"]): day for day in listed if day["employee_no"] in year.people}
    assert found.keys() == {(day.employee_no, str(day.day)) for day in year.days}
    for expected in year.days:
        day = found[expected.employee_no, str(expected.day)]
        assert _measures(day) == {
            "status": "absent" if expected.absent else "present",
            "late_minutes": expected.late_minutes,
            "left_early_minutes": expected.early_minutes,
            "absent_minutes": oracle.SHIFT_MINUTES if expected.absent else 0,
            "absent_in_a_row": expected.absent_in_a_row,
            "came_at": expected.came_at,
            "left_at": expected.left_at,
        }, (expected.employee_no, expected.day)


def _measures(day: dict[str, Any]) -> dict[str, Any]:
    plain = ("status", "late_minutes", "left_early_minutes", "absent_minutes", "absent_in_a_row")
    times = {name: day[name] and datetime.fromisoformat(day[name]) for name in ("came_at", "left_at")}
    return {name: day[name] for name in plain} | times


def _compare_events(house: House, year: oracle.Year) -> None:
    """Hold what was announced against the calculation: each lateness and absence once, and nothing taken back."""
    own = [event for event in events(house, "attendance", *ANNOUNCED) if event["data"]["employee_no"] in year.people]
    found = Counter(_said(event["type"], event["businessdate"], event["data"]) for event in own)
    expected = Counter(
        (type, day.employee_no, str(day.day), minutes)
        for day in year.days
        for type, minutes in (
            ("attendance.late", (day.late_minutes, day.begins_at, day.came_at)),
            ("attendance.left_early", (day.early_minutes, day.ends_at, day.left_at)),
            ("attendance.absent", (oracle.SHIFT_MINUTES * day.absent, 1.0, day.absent_in_a_row)),
        )
        if minutes[0]
    )
    assert found == expected
    of_types = Counter(type for type, *_ in expected)
    assert all(of_types[type] > 100 for type in ANNOUNCED)  # a year that had none of them would show nothing
    revoked = "SELECT FROM outbox WHERE about = ANY ($1::text[]) AND type LIKE '%revoked' LIMIT 1"
    assert looked_up(house, "attendance", revoked, year.people) == []


def _said(type: str, business_date: str, data: dict[str, Any]) -> tuple[Any, ...]:
    about = type, data["employee_no"], business_date
    if type == "attendance.absent":
        return *about, (data["minutes"], float(data["days"]), data["consecutive_days"])
    at = data["came_at"] if type == "attendance.late" else data["left_at"]
    return *about, (data["minutes"], datetime.fromisoformat(data["due_at"]), datetime.fromisoformat(at))
