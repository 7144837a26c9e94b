"""Everything that bears on somebody's pay, as facts: one handler for all of it, so that batches stay whole."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.door import door_of
from chassis.inbox import Received
from payroll.commands.record_facts import record_facts
from payroll.consumers.rows import ROWS_OF_TYPE


async def on_facts(session: AsyncSession, events: Sequence[Received[Any]]) -> None:
    """Record events as facts, one a person; nothing is judged here, and no order of events is assumed."""
    now = door_of(session).now
    await record_facts(session, [row for event in events for row in ROWS_OF_TYPE[event.type](event, now)])
