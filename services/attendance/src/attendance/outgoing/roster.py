"""What the roster announces."""

from uuid import UUID

from attendance.domain.roster import Planned
from chassis.door import Door
from chassis.outbox import Outgoing
from contracts.attendance import Seat, Segment, ShiftPublished, ShiftRevoked


def shift_published(planned: Planned, door: Door) -> Outgoing:
    """Say that somebody is on duty; the business date is the day of the shift."""
    data = ShiftPublished(
        employee_no=planned.employee_no,
        duty_id=planned.duty_id,
        shift=planned.shift,
        segments=tuple(Segment(starts_at=starts, ends_at=ends) for starts, ends in planned.segments),
        seats=tuple(Seat(shop=shop, account=account) for shop, account in planned.seats),
    )
    return Outgoing(data, about=planned.employee_no, time=door.now, business_date=planned.day)


def shift_revoked(planned: Planned, event_id: UUID, reason: str, door: Door) -> Outgoing:
    """Say that a published shift is taken off; dated now."""
    data = ShiftRevoked(
        employee_no=planned.employee_no,
        duty_id=planned.duty_id,
        revokes=event_id,
        revoked_business_date=planned.day,
        reason=reason,
    )
    return Outgoing(data, about=planned.employee_no, time=door.now)
