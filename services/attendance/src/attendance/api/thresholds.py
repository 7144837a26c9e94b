"""Dated settings over HTTP."""

from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncSession

from attendance.commands.change_settings import change_setting
from attendance.domain.thresholds import KNOWN, Setting, Thresholds
from attendance.queries.thresholds import recorded_settings
from attendance.schemas.days import SettingAsked, SettingSaid
from chassis.auth import Principal
from chassis.web import Now, Reading, Session, allowed, settings_of

router = APIRouter(prefix="/settings", tags=["settings"])

Reader = Annotated[Principal, allowed("settings.read")]
Writer = Annotated[Principal, allowed("settings.write")]


async def _said(session: AsyncSession, now: datetime, zone: ZoneInfo) -> list[dict[str, Any]]:
    rows = await recorded_settings(session)
    today = now.astimezone(zone).date()
    in_force = Thresholds(Setting(row["name"], row["value"], row["valid_from"]) for row in rows)
    return [
        {
            **known._asdict(),
            "name": name,
            "value": in_force.on(name, today),
            "recorded": [row for row in rows if row["name"] == name],
        }
        for name, known in KNOWN.items()
    ]


@router.get("", response_model=list[SettingSaid])
async def list_settings(request: Request, session: Reading, by: Reader, now: Now) -> Any:
    """List the settings that decide whether something happened."""
    return await _said(session, now, settings_of(request).timezone)


@router.post("", status_code=201, response_model=list[SettingSaid])
async def set_value(request: Request, session: Session, by: Writer, now: Now, body: SettingAsked) -> Any:
    """Set a value from a day on; days since then that a new value touches are evaluated anew."""
    await change_setting(session, body.name, body.value, body.valid_from)
    return await _said(session, now, settings_of(request).timezone)
