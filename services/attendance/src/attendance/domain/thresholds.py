"""Dated settings that decide whether something happened: names, meanings, shipped values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from attendance.domain.errors import SettingOutOfRange, SettingUnknown


class Known(NamedTuple):
    """A setting: the value it ships with, the least and most it may be, what it means."""

    default: int
    least: int
    most: int
    zh: str
    en: str


KNOWN: Mapping[str, Known] = {
    "punch_before_minutes": Known(
        240, 0, 720, "上班前多少分钟内的打卡算到岗", "minutes before a shift in which a punch counts as coming"
    ),
    "punch_after_minutes": Known(
        360,
        0,
        720,
        "下班后多少分钟内的打卡算离岗；此后才核算当天",
        "minutes after a shift in which a punch counts as leaving; the day is evaluated when they are over",
    ),
    "punch_repeat_minutes": Known(
        5, 0, 60, "相隔不超过多少分钟的打卡算一次", "punches that follow within so many minutes are one"
    ),
    # A-000-1.2.5.4, A-000-1.2.4.2b
    "personal_leave_supervisor_days": Known(
        2, 0, 366, "事假多少天以内由直接上级批准", "personal leave up to so many days is the direct supervisor's"
    ),
    "sick_leave_supervisor_days": Known(
        3, 0, 366, "病假多少天以内由直接上级批准", "sick leave up to so many days is the direct supervisor's"
    ),
    # A-000-1.2.4.2a
    "sick_leave_certificate_days": Known(
        1, 0, 366, "病假超过多少天需要医院证明", "sick leave beyond so many days needs a hospital certificate"
    ),
    # A-004-3.2.2, A-004-3.2.3
    "short_leave_days": Known(3, 0, 366, "多少天以内算短假", "leave up to so many days is short"),
    "short_leave_notice_days": Known(1, 0, 60, "短假提前多少个工作日申请", "working days of notice of a short leave"),
    "long_leave_notice_days": Known(5, 0, 60, "长假提前多少个工作日申请", "working days of notice of a longer leave"),
    # B-01.1b
    "longest_run_days": Known(
        6, 1, 31, "连续上班超过多少天时发布排班会提示", "publishing a roster warns beyond so many days on duty in a row"
    ),
}


@dataclass(frozen=True, slots=True)
class Setting:
    """A value in force from a day on; of several for one day the last recorded holds."""

    name: str
    value: int
    valid_from: date


class Thresholds:
    """What every setting is on any day."""

    def __init__(self, recorded: Iterable[Setting]) -> None:
        """Take the recorded settings in the order in which they were recorded."""
        self._by_name: dict[str, list[Setting]] = {}
        for setting in recorded:
            self._by_name.setdefault(setting.name, []).append(setting)
        for settings in self._by_name.values():
            settings.sort(key=lambda setting: setting.valid_from)  # stable: the last recorded stays last of its day

    def on(self, name: str, day: date) -> int:
        """Tell the value of a setting on a day."""
        value = KNOWN[name].default
        for setting in self._by_name.get(name, ()):
            if setting.valid_from <= day:
                value = setting.value
        return value

    def minutes(self, name: str, day: date) -> timedelta:
        """Tell the value of a setting that counts minutes."""
        return timedelta(minutes=self.on(name, day))


def check_setting(name: str, value: int) -> None:
    """Raises SettingUnknown, SettingOutOfRange."""
    known = KNOWN.get(name)
    if known is None:
        raise SettingUnknown(field="name", name=name, names=", ".join(KNOWN))
    if not known.least <= value <= known.most:
        raise SettingOutOfRange(field="value", name=name, least=known.least, most=known.most)
