"""What attendance says: the staff directory, rosters, evaluated days, leave."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from contracts.base import EmployeeNo, EventData, Revocation, Shape
from contracts.sealing import Seal

Minutes = Annotated[int, Field(ge=0, description="whole minutes, begun ones not counted")]
Hours = Annotated[Decimal, Field(ge=0, max_digits=8, decimal_places=2)]
Days = Annotated[Decimal, Field(ge=0, max_digits=6, decimal_places=2)]
KindOfDay = Annotated[
    Literal["workday", "rest_day", "holiday"], Field(description="holiday: a statutory one, paid at 300 % when worked")
]


class DirectoryEntry(Shape):
    """What the staff directory says about one person from now on."""

    employee_no: EmployeeNo
    name: Annotated[str, Field(max_length=100)]
    department: Annotated[str, Field(max_length=100)]
    post: Annotated[str, Field(max_length=100)]
    hire_date: date
    manager_no: EmployeeNo | None = None
    work_place: Annotated[str | None, Field(max_length=100, description="the place whose wage rules apply")] = None


class EmployeeHired(DirectoryEntry, EventData):
    """Somebody joined."""

    type: ClassVar[str] = "employee.hired"
    version: ClassVar[int] = 1


class EmployeeChanged(DirectoryEntry, EventData):
    """The directory entry of somebody changed; all fields as they are now."""

    type: ClassVar[str] = "employee.changed"
    version: ClassVar[int] = 1


class EmployeeLeft(EventData):
    """Somebody left; the leave date is the last day of employment."""

    type: ClassVar[str] = "employee.left"
    version: ClassVar[int] = 1

    employee_no: EmployeeNo
    leave_date: date


class Segment(Shape):
    """A stretch of a shift; after midnight it still belongs to the business date of its shift."""

    starts_at: datetime
    ends_at: datetime


class Seat(Shape):
    """A shop account that must be staffed during a shift (A-004-1.9c)."""

    shop: Annotated[str, Field(max_length=64)]
    account: Annotated[str | None, Field(max_length=64)] = None


class Duty(Shape):
    """Somebody's shift on one day."""

    employee_no: EmployeeNo
    duty_id: UUID
    shift: Annotated[str, Field(max_length=64, description="code of the shift template")]
    segments: tuple[Segment, ...]
    seats: tuple[Seat, ...] = ()


class ShiftPublished(Duty, EventData):
    """Somebody is on duty; the event's business date is the day of the shift."""

    type: ClassVar[str] = "shift.published"
    version: ClassVar[int] = 1


class ShiftRevoked(Revocation, EventData):
    """A published shift is taken off the roster."""

    type: ClassVar[str] = "shift.published_revoked"
    version: ClassVar[int] = 1

    employee_no: EmployeeNo
    duty_id: UUID


class DayEvaluated(EventData):
    """A person's day as the punches, the roster and leave show it; business date: the day."""

    type: ClassVar[str] = "attendance.day_evaluated"
    version: ClassVar[int] = 1

    employee_no: EmployeeNo
    shift: Annotated[str | None, Field(max_length=64)] = None
    kind_of_day: KindOfDay
    status: Literal["present", "incomplete", "absent", "leave", "off"]
    scheduled_minutes: Minutes
    worked_minutes: Minutes
    leave_minutes: Minutes = 0
    late_minutes: Minutes = 0
    left_early_minutes: Minutes = 0
    meal_eligible: bool = False


class DayEvaluatedRevoked(Revocation, EventData):
    """A day was evaluated anew; the new evaluation is an event of its own."""

    type: ClassVar[str] = "attendance.day_evaluated_revoked"
    version: ClassVar[int] = 1

    employee_no: EmployeeNo


class Late(EventData):
    """Somebody came after a shift had begun."""

    type: ClassVar[str] = "attendance.late"
    version: ClassVar[int] = 1
    measure: ClassVar[str | None] = "minutes"

    employee_no: EmployeeNo
    minutes: Minutes
    shift: Annotated[str, Field(max_length=64)]
    due_at: datetime
    came_at: datetime


class LateRevoked(Revocation, EventData):
    """A lateness did not happen as said."""

    type: ClassVar[str] = "attendance.late_revoked"
    version: ClassVar[int] = 1

    employee_no: EmployeeNo


class LeftEarly(EventData):
    """Somebody left before a shift had ended."""

    type: ClassVar[str] = "attendance.left_early"
    version: ClassVar[int] = 1
    measure: ClassVar[str | None] = "minutes"

    employee_no: EmployeeNo
    minutes: Minutes
    shift: Annotated[str, Field(max_length=64)]
    due_at: datetime
    left_at: datetime


class LeftEarlyRevoked(Revocation, EventData):
    """An early leave did not happen as said."""

    type: ClassVar[str] = "attendance.left_early_revoked"
    version: ClassVar[int] = 1

    employee_no: EmployeeNo


class Absent(EventData):
    """Somebody was on the roster, not on leave, and did not come."""

    type: ClassVar[str] = "attendance.absent"
    version: ClassVar[int] = 1
    measure: ClassVar[str | None] = "minutes"

    employee_no: EmployeeNo
    shift: Annotated[str, Field(max_length=64)]
    days: Days
    minutes: Annotated[Minutes, Field(description="scheduled minutes that were not worked")]
    consecutive_days: Annotated[int, Field(ge=1, description="rostered days in a row without coming, this one last")]


class AbsentRevoked(Revocation, EventData):
    """An absence did not happen as said."""

    type: ClassVar[str] = "attendance.absent_revoked"
    version: ClassVar[int] = 1

    employee_no: EmployeeNo


class PunchMissing(EventData):
    """A shift has one punch where it needs two: neither present nor absent until it is settled."""

    type: ClassVar[str] = "attendance.punch_missing"
    version: ClassVar[int] = 1

    employee_no: EmployeeNo
    shift: Annotated[str, Field(max_length=64)]
    missing: Literal["in", "out"]


class PunchMissingRevoked(Revocation, EventData):
    """A missing punch was found."""

    type: ClassVar[str] = "attendance.punch_missing_revoked"
    version: ClassVar[int] = 1

    employee_no: EmployeeNo


class LeaveTaken(EventData):
    """Approved leave on one rostered day."""

    type: ClassVar[str] = "leave.taken"
    version: ClassVar[int] = 1
    measure: ClassVar[str | None] = "minutes"

    employee_no: EmployeeNo
    leave_id: UUID
    leave_type: Literal["personal", "sick"]
    hours: Hours
    days: Annotated[Days, Field(description="share of the day's scheduled time")]
    minutes: Minutes
    paid_factor: Annotated[
        Decimal | None, Field(ge=0, le=1, description="share of pay kept, where the approval settled it")
    ] = None


class LeaveTakenRevoked(Revocation, EventData):
    """Leave of a day was withdrawn or changed."""

    type: ClassVar[str] = "leave.taken_revoked"
    version: ClassVar[int] = 1

    employee_no: EmployeeNo


class AttendanceSealed(Seal, EventData):
    """A month is over here, and nothing of it is in flight any more."""

    type: ClassVar[str] = "attendance.period_sealed"
    version: ClassVar[int] = 1
