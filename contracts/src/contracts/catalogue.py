"""Every event type in every version, with the modules that declare them loaded."""

from contracts import attendance, inventory, orders, payroll, service_desk
from contracts.base import EVENTS, EventData

MODULES = (attendance, orders, service_desk, inventory, payroll)


def every_class() -> dict[tuple[str, int], type[EventData]]:
    """Give every released shape by (type, version)."""
    return dict(EVENTS)


def event_class(type: str, version: int) -> type[EventData] | None:
    """Find the released shape of `type` in `version`; None when it was never released."""
    return EVENTS.get((type, version))
