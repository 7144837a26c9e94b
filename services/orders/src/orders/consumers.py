"""What others announce that orders must know: the staff directory."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.inbox import Received, Subscription
from contracts.attendance import DirectoryEntry, EmployeeChanged, EmployeeHired, EmployeeLeft
from orders.commands.directory import learn_employees, learn_leaves


async def on_employee_hired(session: AsyncSession, events: Sequence[Received[EmployeeHired]]) -> None:
    """Learn who may sell from now on."""
    await learn_employees(session, [_entry(event.data) for event in events], hired=True)


async def on_employee_changed(session: AsyncSession, events: Sequence[Received[EmployeeChanged]]) -> None:
    """Learn the new entries of people."""
    await learn_employees(session, [_entry(event.data) for event in events], hired=False)


async def on_employee_left(session: AsyncSession, events: Sequence[Received[EmployeeLeft]]) -> None:
    """Learn who sells no more after a day."""
    await learn_leaves(session, [(event.data.employee_no, event.data.leave_date) for event in events])


def _entry(data: DirectoryEntry) -> tuple[str, str, str]:
    return data.employee_no, data.name, data.department


SUBSCRIPTION = Subscription(
    "attendance",
    {
        EmployeeHired: on_employee_hired,
        EmployeeChanged: on_employee_changed,
        EmployeeLeft: on_employee_left,
    },
)
