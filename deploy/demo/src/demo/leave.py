"""Leave: asked for by the person, approved by somebody above them, taken on whole shifts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from demo.plan import LEAVES, Leave
from demo.shifts import Duty


@dataclass(frozen=True, slots=True)
class LeaveAsked:
    """A leave with its days."""

    leave: Leave
    first_day: date
    last_day: date

    @property
    def body(self) -> dict[str, str | None]:
        """What its owner sends."""
        return {
            "employee_no": self.leave.employee_no,
            "leave_type": self.leave.kind,
            "first_day": str(self.first_day),
            "last_day": str(self.last_day),
            "certificate": self.leave.certificate,
            "reason": self.leave.reason,
        }


def on_leave(duty: Duty) -> bool:
    """Tell whether a duty falls into a planned leave."""
    return any(
        leave.employee_no == duty.person.employee_no and leave.first <= duty.place <= leave.last for leave in LEAVES
    )


def leaves(duties: Iterable[Duty]) -> list[LeaveAsked]:
    """Find the days of the planned leaves."""
    placed = {(duty.person.employee_no, duty.place): duty for duty in duties}
    return [
        LeaveAsked(leave, placed[leave.employee_no, leave.first].day, placed[leave.employee_no, leave.last].day)
        for leave in LEAVES
    ]
