"""What attendance says: the staff directory."""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from contracts.base import EmployeeNo, EventData, Shape


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
