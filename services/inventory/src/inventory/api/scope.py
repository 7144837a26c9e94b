"""What a caller may name and see."""

from datetime import datetime
from zoneinfo import ZoneInfo

from fastapi import Request

from chassis.auth import Principal
from chassis.door import Door
from chassis.scope import Scope, scope_of
from chassis.web import settings_of
from inventory.domain.errors import IdentityUnusable
from inventory.domain.permissions import SEES_ALL


def seen_by(by: Principal) -> Scope:
    """Tell whose stocktakes and mismatches a caller sees."""
    return scope_of(by, sees_all=SEES_ALL)


def reading_door(request: Request, by: Principal, now: datetime) -> Door:
    """Make the circumstances of a question: it needs the company's day, and announces nothing."""
    zone: ZoneInfo = settings_of(request).timezone
    return Door(now=now, actor=by.employee_no or by.sub, correlation_id="", timezone=zone)


def check_identity(value: str, *, field: str) -> None:
    """Refuse a name that no address can carry. Raises IdentityUnusable."""
    if "/" in value or value.strip(".") == "":
        raise IdentityUnusable(field=field, value=value)
