"""What the staff directory announces."""

from datetime import datetime, time

from attendance.domain.employment import Step
from chassis.door import Door
from chassis.outbox import Outgoing
from contracts.attendance import EmployeeChanged, EmployeeHired, EmployeeLeft


def announcement(step: Step, door: Door) -> Outgoing:
    """Say a step of the ledger as an event; it happened when the day it takes effect on began."""
    entry, leave_date = step.after.entry, step.after.leave_date
    data: EmployeeHired | EmployeeChanged | EmployeeLeft
    if step.what == "left":
        assert leave_date is not None
        data = EmployeeLeft(employee_no=entry.employee_no, leave_date=leave_date)
    else:
        kind = EmployeeHired if step.what == "hired" else EmployeeChanged
        data = kind(
            employee_no=entry.employee_no,
            name=entry.name,
            department=entry.department,
            post=entry.post,
            hire_date=entry.hire_date,
            manager_no=entry.manager_no,
            work_place=entry.work_place,
        )
    began = datetime.combine(step.valid_from, time.min, tzinfo=door.timezone)
    return Outgoing(data, about=entry.employee_no, time=began, business_date=step.valid_from)
