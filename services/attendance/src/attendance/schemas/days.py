"""Bodies of evaluated days and of the settings that decide them."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from attendance.schemas.directory import Asked

Status = Literal["present", "incomplete", "absent", "leave", "off"]


class DaySaid(BaseModel):
    """A person's business date as evaluated last."""

    employee_no: str
    day: date
    shift: str
    kind_of_day: Literal["workday", "rest_day", "holiday"]
    status: Status
    scheduled_minutes: int
    worked_minutes: int
    leave_minutes: int
    absent_minutes: int
    late_minutes: int
    left_early_minutes: int
    meal_eligible: bool
    absent_in_a_row: int
    came_at: datetime | None
    left_at: datetime | None
    evaluated_at: datetime


class SettingAsked(Asked):
    """A value in force from a day on."""

    name: Annotated[str, Field(max_length=64, examples=["punch_after_minutes"])]
    value: int
    valid_from: date


class RecordedSetting(BaseModel):
    """What was set once."""

    value: int
    valid_from: date
    recorded_at: datetime
    recorded_by: str


class SettingSaid(BaseModel):
    """A setting: its meaning, what it ships with, its value today, and what was ever set."""

    name: str
    zh: str
    en: str
    default: int
    least: int
    most: int
    value: int
    recorded: list[RecordedSetting]
