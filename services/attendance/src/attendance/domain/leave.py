"""Leave: how long it is, who may approve it, how early it was asked for, which part of a shift it covers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal
from uuid import UUID

from attendance.domain.errors import (
    ApproverIsInvolved,
    ApproverLacksRank,
    CertificateIsMissing,
    LeaveEndsBeforeItBegins,
    LeaveIsSettled,
    LeaveIsTooLong,
)
from attendance.domain.shifts import Interval
from attendance.domain.thresholds import Thresholds

LeaveType = Literal["personal", "sick"]
State = Literal["requested", "approved", "refused", "withdrawn"]
Needs = Literal["supervisor", "leader"]

LONGEST = 366


@dataclass(frozen=True, slots=True)
class Leave:
    """Time somebody asks to be away: whole business dates, or hours (then both instants are there)."""

    leave_id: UUID
    employee_no: str
    leave_type: LeaveType
    first_day: date
    last_day: date
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    @property
    def days(self) -> int:
        """Count the calendar days that it touches; that length decides who approves (A-000-1.2.4.2b, 1.2.5.4)."""
        return (self.last_day - self.first_day).days + 1

    def covered(self, day: date, segment: Interval) -> Interval | None:
        """Tell which part of a segment of the business date `day` it covers; whole days cover shifts past midnight."""
        if not self.first_day <= day <= self.last_day and self.starts_at is None:
            return None
        if self.starts_at is None or self.ends_at is None:
            return segment
        starts, ends = max(segment[0], self.starts_at), min(segment[1], self.ends_at)
        return (starts, ends) if starts < ends else None


def check_span(leave: Leave) -> None:
    """Raises LeaveEndsBeforeItBegins, LeaveIsTooLong."""
    hours_reversed = leave.starts_at is not None and leave.ends_at is not None and leave.ends_at <= leave.starts_at
    if leave.last_day < leave.first_day or hours_reversed:
        raise LeaveEndsBeforeItBegins(field="last_day" if leave.starts_at is None else "ends_at")
    if leave.days > LONGEST:
        raise LeaveIsTooLong(field="last_day", most=LONGEST)


def needs(leave: Leave, thresholds: Thresholds) -> Needs:
    """Tell whose approval a leave takes: by its consecutive length, as it was when it began."""
    most = thresholds.on(f"{leave.leave_type}_leave_supervisor_days", leave.first_day)
    return "supervisor" if leave.days <= most else "leader"


def needs_certificate(leave: Leave, thresholds: Thresholds) -> bool:
    """Tell whether a hospital certificate is needed (A-000-1.2.4.2a)."""
    return leave.leave_type == "sick" and leave.days > thresholds.on("sick_leave_certificate_days", leave.first_day)


def short_notice(leave: Leave, asked_on: date, thresholds: Thresholds, works: Callable[[date], bool]) -> bool:
    """Tell whether a leave was asked for too late: fewer working days before it than are due (A-004-3.2.2, 3.2.3)."""
    short = leave.days <= thresholds.on("short_leave_days", leave.first_day)
    due = thresholds.on("short_leave_notice_days" if short else "long_leave_notice_days", leave.first_day)
    ahead = max(0, (leave.first_day - asked_on).days)
    if ahead > 3 * due + 31:  # no run of days off is that long
        return False
    return sum(works(asked_on + timedelta(days=n)) for n in range(ahead)) < due


def check_approver(
    leave: Leave,
    *,
    needed: Needs,
    author: str,
    approver: str,
    superiors: Sequence[str],
    is_boss: bool,
) -> None:
    """Decide whether somebody may decide about a leave; `superiors` are the subject's, the nearest first.

    The direct supervisor decides short ones, whoever stands higher decides every one; the boss may always.
    Raises ApproverIsInvolved, ApproverLacksRank.
    """
    if approver in (leave.employee_no, author):
        raise ApproverIsInvolved()
    rank = superiors.index(approver) if approver in superiors else -1
    if not is_boss and rank < (0 if needed == "supervisor" else 1):
        raise ApproverLacksRank(needed=needed)


def check_decidable(state: State, *, approving: bool, certificate_lacks: bool) -> None:
    """Raises LeaveIsSettled, CertificateIsMissing."""
    if state != "requested":
        raise LeaveIsSettled(state=state)
    if approving and certificate_lacks:
        raise CertificateIsMissing(field="certificate")


def hours_of(minutes: int) -> Decimal:
    """Write minutes as hours with two places, half up."""
    return _share(minutes, 60)


def days_of(minutes: int, scheduled: int) -> Decimal:
    """Write minutes as a share of a day's scheduled ones with two places, half up."""
    return _share(minutes, scheduled)


def _share(part: int, whole: int) -> Decimal:
    # integers, so that half is exactly half
    return Decimal((200 * part + whole) // (2 * whole)).scaleb(-2)
