"""Joining, changing, leaving: whether it can be, and what the ledger then says."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import Literal

from attendance.domain.errors import (
    ChangeIsOutOfOrder,
    DateIsImplausible,
    EmployeeHasLeft,
    EmployeeNumberTaken,
    LeavesBeforeHire,
    ManagesThemselves,
    TextIsBlank,
)
from attendance.domain.text import clean, clean_number

EARLIEST = date(1950, 1, 1)
AHEAD = timedelta(days=366)  # what is agreed today begins or ends within a year

What = Literal["hired", "changed", "left"]


@dataclass(frozen=True, slots=True)
class Entry:
    """What the directory says about one person; `work_place` is the place whose wage rules apply."""

    employee_no: str
    name: str
    department: str
    post: str
    hire_date: date
    manager_no: str | None = None
    work_place: str | None = None


@dataclass(frozen=True, slots=True)
class Employment:
    """An entry as it stands: in force since `valid_from`; `leave_date` is the last day of employment."""

    entry: Entry
    valid_from: date
    leave_date: date | None = None

    def ended(self, today: date) -> bool:
        """Tell whether the last day is over."""
        return self.leave_date is not None and self.leave_date < today


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the ledger: what happened, the day it takes effect, and the employment as it stands then."""

    what: What
    valid_from: date
    after: Employment


def normal(entry: Entry, today: date) -> Entry:
    """Bring an entry to the form in which it is kept. Raises the refusals of `text` and of dates, by field."""
    number = clean_number(entry.employee_no, "employee_no")
    manager = clean_number(entry.manager_no, "manager_no") if entry.manager_no else None
    if manager == number:
        raise ManagesThemselves(field="manager_no")
    return Entry(
        employee_no=number,
        name=clean(entry.name, "name"),
        department=clean(entry.department, "department"),
        post=clean(entry.post, "post"),
        hire_date=_plausible(entry.hire_date, "hire_date", today),
        manager_no=manager,
        work_place=clean(entry.work_place, "work_place") if entry.work_place else None,
    )


def hire(before: Employment | None, entry: Entry, today: date) -> Step:
    """Decide that somebody joins; a number may come back after its last day, for the same person hired again.

    Raises EmployeeNumberTaken beside what `normal` raises.
    """
    entry = normal(entry, today)
    if before is not None and (before.leave_date is None or entry.hire_date <= before.leave_date):
        raise EmployeeNumberTaken(field="employee_no", employee_no=entry.employee_no)
    return Step("hired", entry.hire_date, Employment(entry, valid_from=entry.hire_date))


def change(
    before: Employment, changes: Mapping[str, str | date | None], valid_from: date | None, today: date
) -> Step | None:
    """Decide a change of some fields; None when the entry says all that already.

    It takes effect today, or on `valid_from`: not before what is recorded last and not in the future, so that the
    newest row of the ledger is what is true. (Somebody who begins next week can be changed from that day on.)

    Raises EmployeeHasLeft, ChangeIsOutOfOrder, LeavesBeforeHire beside what `normal` raises.
    """
    for name in ("name", "department", "post", "hire_date"):
        if name in changes and changes[name] is None:
            raise TextIsBlank(field=name)
    entry = normal(replace(before.entry, **changes), today)  # type: ignore[arg-type]
    if entry == before.entry:
        return None
    if before.ended(today):
        raise EmployeeHasLeft(employee_no=entry.employee_no, leave_date=before.leave_date)
    if before.leave_date is not None:
        _in_order(entry.hire_date, before.leave_date, "hire_date")
    latest = max(today, before.valid_from)
    effective = valid_from or latest
    if not before.valid_from <= effective <= latest:
        raise ChangeIsOutOfOrder(field="valid_from", earliest=before.valid_from, latest=latest, date=effective)
    return Step("changed", effective, replace(before, entry=entry, valid_from=effective))


def leave(before: Employment, leave_date: date, today: date) -> Step | None:
    """Decide somebody's last day of employment; None when it is recorded so already.

    Raises EmployeeHasLeft for another date than the recorded one, LeavesBeforeHire, DateIsImplausible.
    """
    _plausible(leave_date, "leave_date", today)
    if before.leave_date == leave_date:
        return None
    if before.leave_date is not None:
        raise EmployeeHasLeft(field="leave_date", employee_no=before.entry.employee_no, leave_date=before.leave_date)
    _in_order(before.entry.hire_date, leave_date, "leave_date")
    return Step("left", leave_date, replace(before, leave_date=leave_date))


def take_in(before: Employment | None, entry: Entry, leave_date: date | None, today: date) -> tuple[Step, ...]:
    """Decide what a row of a file adds to the directory: nothing, when it says what is there already.

    A row says nothing about what it leaves empty: manager, work place and leave date stay as they are.
    Raises what `hire`, `change` and `leave` raise.
    """
    if before is None or (before.leave_date is not None and before.leave_date < entry.hire_date):
        first: Step | None = hire(before, entry, today)
    else:
        said = {name: value for name, value in asdict(entry).items() if value is not None}
        first = change(before, said, None, today)
    now = first.after if first else before
    assert now is not None
    last = leave(now, leave_date, today) if leave_date is not None else None
    return tuple(step for step in (first, last) if step is not None)


def _in_order(hire_date: date, leave_date: date, field: str) -> None:
    if leave_date < hire_date:
        raise LeavesBeforeHire(field=field, leave_date=leave_date, hire_date=hire_date)


def _plausible(day: date, field: str, today: date) -> date:
    latest = today + AHEAD
    if not EARLIEST <= day <= latest:
        raise DateIsImplausible(field=field, date=day, earliest=EARLIEST, latest=latest)
    return day
