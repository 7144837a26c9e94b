"""Who really came, when, and what the devices at the door noted."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from demo import plan
from demo.leave import on_leave
from demo.month import Month, wall
from demo.shifts import Duty, Interval, cut

DEVICES = {
    "office": "前台考勤机",
    "pre_sales": "客服区考勤机",
    "after_sales": "客服区考勤机",
    "warehouse": "库房考勤机",
}


@dataclass(frozen=True, slots=True)
class Attended:
    """A duty as it went: when somebody came and left (None: did not come), and which punches there are of it."""

    duty: Duty
    came_at: datetime | None = None
    left_at: datetime | None = None
    punches: tuple[datetime, ...] = ()

    @property
    def intervals(self) -> tuple[Interval, ...]:
        """When somebody was at work within the shift."""
        if self.came_at is None or self.left_at is None:
            return ()
        return cut(self.duty.segments, self.came_at, self.left_at)


def attend(month: Month, duties: Iterable[Duty]) -> list[Attended]:
    """Let everybody come and go, as planned or a few minutes off on the harmless side."""
    chance = month.chance("punches")
    return [_attended(duty, chance) for duty in duties]


def _attended(duty: Duty, chance: random.Random) -> Attended:
    early = timedelta(seconds=chance.choice((chance.randrange(40, 600), chance.randrange(200, 1500))))
    after = timedelta(seconds=chance.choice((chance.randrange(15, 420), chance.randrange(100, 1500))))
    seconds = timedelta(seconds=chance.randrange(60))
    who = (duty.person.employee_no, duty.place)
    if who in plan.ABSENT or on_leave(duty):
        return Attended(duty)
    came, left = duty.starts_at - early, duty.ends_at + after
    if who in plan.LATE:
        came = duty.starts_at + timedelta(minutes=plan.LATE[who]) + seconds
    if who in plan.LEFT_EARLY:
        left = duty.ends_at - timedelta(minutes=plan.LEFT_EARLY[who]) - seconds
    if who in plan.LEFT_LATE:
        left = duty.ends_at + timedelta(minutes=plan.LEFT_LATE[who]) + seconds
    punches = {"in": came, "out": left}
    if who in plan.NO_PUNCH_IN:
        del punches["in"]
    if who in plan.NO_PUNCH_OUT:
        del punches["out"]
    return Attended(duty, came, left, tuple(punches.values()))


def punch_rows(attended: Sequence[Attended], *, late_uploads: bool = False) -> list[dict[str, str]]:
    """The notes of the devices in the order of time; those that were uploaded late are a file of their own."""
    noted = [
        (punch, one.duty.person)
        for one in attended
        if ((one.duty.person.employee_no, one.duty.place) in plan.LATE_UPLOADS) == late_uploads
        for punch in one.punches
    ]
    noted.sort(key=lambda punch: (punch[0], punch[1].employee_no))
    return [
        {"工号": person.employee_no, "姓名": person.name, "打卡时间": wall(moment), "设备": DEVICES[person.work]}
        for moment, person in noted
    ]
