"""What the staff directory says about people who are named."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from inventory.domain.errors import EmployeeGone, EmployeeUnknown


class Directory(NamedTuple):
    """Whether the directory knows anybody yet, and the last day of employment of the people asked about."""

    anybody: bool
    last_day: Mapping[str, date | None]

    def check(self, employee_no: str, day: date, *, field: str) -> None:
        """Refuse somebody who does not exist or had left. Before anybody is known, everybody is taken at their word.

        Raises EmployeeUnknown, EmployeeGone.
        """
        if not self.anybody:
            return
        if employee_no not in self.last_day:
            raise EmployeeUnknown(field=field, employee_no=employee_no)
        last = self.last_day[employee_no]
        if last is not None and last < day:
            raise EmployeeGone(field=field, employee_no=employee_no, leave_date=last, day=day)
