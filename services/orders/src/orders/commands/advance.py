"""Taking an order a step further: paid, completed, cancelled."""

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.door import door_of
from orders.commands.changing import Changes, take_steps, write_changes
from orders.domain.errors import TimesOutOfOrder
from orders.domain.steps import FIELD, Step, check_step, has_happened, steps_ahead
from orders.queries.standing import standing_order


async def advance(session: AsyncSession, shop: str, order_no: str, step: Step, *, reason: str | None = None) -> bool:
    """Record a step of an order and announce it; returns False where it is recorded already.

    A step whose time was not stated is taken as the recorded one. Raises OrderNotFound, OrderNotPaid,
    OrderAlreadyCompleted, OrderAlreadyCancelled, StepRecordedOtherwise, TimeInFuture, TimesOutOfOrder.
    """
    field = FIELD[step.state]
    has_happened(step.at, field=field, now=door_of(session).now)
    order = await standing_order(session, shop, order_no)
    if not steps_ahead(order.steps, (step,)):
        return False
    check_step(order.steps, step.state)
    if step.at < order.placed_at:
        raise TimesOutOfOrder(
            field=field, field_name=field, at=step.at.isoformat(), placed_at=order.placed_at.isoformat()
        )
    changes = Changes(session)
    take_steps(changes, order, [step], reason=reason)
    await write_changes(changes)
    return True
