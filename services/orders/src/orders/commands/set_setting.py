"""Setting what holds in a shop from a day on."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from chassis.door import door_of
from orders.commands.directory import directory_of
from orders.domain.errors import OwnSeatNotGrantable, PersonUnknown, SeatTaken
from orders.domain.refund import written
from orders.domain.shop_settings import REFUND_SEAT, Name, read_value
from orders.queries.shop_settings import shop_settings

APPEND = """
INSERT INTO shop_settings (name, shop, value, valid_from, recorded_at, recorded_by) VALUES ($1, $2, $3, $4, $5, $6)
"""


async def set_setting(
    session: AsyncSession, *, name: Name, shop: str | None, value: str, valid_from: date | None
) -> bool:
    """Set a threshold, or who answers for something, from a day on (today unless said); False where that holds already.

    Without a shop it counts for every shop that has no value of its own. What was announced before stays. Raises
    SettingUnusable, SellersUnreadable, SellerListedTwice, PersonUnknown.
    """
    door = door_of(session)
    since = valid_from or door.business_date(door.now)
    people = read_value(name, value)
    for who in people:
        await _employed(session, who.employee_no, since)
    return await _append(session, name, shop, written(people) or str(int(value)), since)


async def grant_refund_seat(
    session: AsyncSession,
    *,
    shop: str,
    employee_no: str,
    replaces: str | None,
    valid_from: date | None,
    by: str | None,
) -> bool:
    """Give a shop's one refund seat to somebody from a day on (today unless said); False where they hold it already.

    Where somebody holds it on that day, `replaces` must name them, so that nobody loses the seat by an oversight
    (A-004-1.25c). Raises SeatTaken, OwnSeatNotGrantable (`by` grants), PersonUnknown.
    """
    if employee_no == by:
        raise OwnSeatNotGrantable(field="employee_no")
    door = door_of(session)
    since = valid_from or door.business_date(door.now)
    await _employed(session, employee_no, since)
    # two grants at once: the second finds the first
    await (await raw(session)).execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('orders.refund_seat ' || $1, 0))", shop
    )
    holder = (await shop_settings(session, [shop])).holder(shop, since)
    if holder == employee_no:
        return False
    if holder is not None and holder != replaces:
        raise SeatTaken(field="replaces", shop=shop, holder=holder)
    return await _append(session, REFUND_SEAT, shop, employee_no, since)


async def _employed(session: AsyncSession, employee_no: str, on: date) -> None:
    if not (await directory_of(session, [employee_no])).employs(employee_no, on):
        raise PersonUnknown(field="employee_no", employee_no=employee_no, on=on.isoformat())


async def _append(session: AsyncSession, name: str, shop: str | None, value: str, since: date) -> bool:
    known = (await shop_settings(session, [shop] if shop else [])).rows.get((name, shop), ())
    held = [setting for setting in known if setting.valid_from <= since]
    if held and held[-1].value == value:
        return False
    door = door_of(session)
    await (await raw(session)).execute(APPEND, name, shop, value, since, door.now, door.actor)
    return True
