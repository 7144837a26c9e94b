"""What attendance says about people, translated into the directory's acts."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.inbox import Received, Subscription
from contracts.attendance import EmployeeChanged, EmployeeHired, EmployeeLeft
from gateway.commands.directory import enter_employees, enter_leave


async def on_hired(session: AsyncSession, events: Sequence[Received[EmployeeHired]]) -> None:
    """Enter the people who joined."""
    await enter_employees(session, [_entry(event) for event in events], hired=True)


async def on_changed(session: AsyncSession, events: Sequence[Received[EmployeeChanged]]) -> None:
    """Enter what changed about people."""
    await enter_employees(session, [_entry(event) for event in events], hired=False)


async def on_left(session: AsyncSession, events: Sequence[Received[EmployeeLeft]]) -> None:
    """Enter the last days of people who leave."""
    for event in events:
        await enter_leave(session, event.data.employee_no, event.data.leave_date)


def _entry(event: Received[EmployeeHired] | Received[EmployeeChanged]) -> dict[str, str]:
    return {
        "employee_no": event.data.employee_no,
        "name": event.data.name,
        "department": event.data.department,
    }


DIRECTORY = Subscription("attendance", {EmployeeHired: on_hired, EmployeeChanged: on_changed, EmployeeLeft: on_left})
