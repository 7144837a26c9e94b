"""Recording that somebody followed an unpaid order up."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from chassis.door import door_of, new_id
from orders.commands.directory import directory_of
from orders.domain.errors import OrderNotWaiting, PersonUnknown, TimesOutOfOrder
from orders.domain.steps import has_happened
from orders.queries.standing import standing_order

APPEND = """
INSERT INTO order_chases (chase_id, order_id, chased_at, chased_by, note, recorded_at, recorded_by)
VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (order_id, chased_by, chased_at) DO NOTHING RETURNING true
"""
LOOK_AGAIN = """
UPDATE order_clocks SET look_at = due_at WHERE order_id = $1 AND clock = 'payment_chase' AND look_at IS NULL
"""


async def record_chase(
    session: AsyncSession, shop: str, order_no: str, *, chased_by: str, at: datetime, note: str | None
) -> bool:
    """Record a follow-up of an unpaid order (B-05.D1.5); returns whether it was new.

    A miss that was announced before a follow-up in time became known is taken back by the worker. Raises OrderNotFound,
    OrderNotWaiting (paid or cancelled before), PersonUnknown, TimeInFuture, TimesOutOfOrder.
    """
    door = door_of(session)
    has_happened(at, field="at", now=door.now)
    order = await standing_order(session, shop, order_no)
    if at < order.placed_at:
        raise TimesOutOfOrder(field="at", field_name="at", at=at.isoformat(), placed_at=order.placed_at.isoformat())
    if any(order.steps[state] < at for state in ("paid", "cancelled") if state in order.steps):
        raise OrderNotWaiting(field="at")
    day = door.business_date(at)
    if not (await directory_of(session, [chased_by])).employs(chased_by, day):
        raise PersonUnknown(field="employee_no", employee_no=chased_by, on=day.isoformat())
    connection = await raw(session)
    # the clocks stand still meanwhile: the worker has either seen this follow-up or looks again
    await connection.execute("SELECT FROM clock_watermark FOR SHARE")
    row = (new_id(), order.order_id, at, chased_by, note, door.now, door.actor)
    new = bool(await connection.fetchval(APPEND, *row))
    if new:
        await connection.execute(LOOK_AGAIN, order.order_id)
    return new
