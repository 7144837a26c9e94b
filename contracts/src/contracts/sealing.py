"""What every producer says when a period is over: nothing is in flight any more, and this is what there was."""

from decimal import Decimal
from typing import Annotated, ClassVar

from pydantic import Field

from contracts.base import EventData, Shape


class Total(Shape):
    """Control total of one event type in the period (by business date): how many, and the sum of its measure."""

    type: Annotated[str, Field(max_length=100)]
    count: Annotated[int, Field(ge=0)]
    measure: Annotated[str | None, Field(max_length=64, description="name of the field that was summed")] = None
    sum: Decimal | None = None


class Seal(Shape):
    """Everything said about a period up to `position`; what comes later belongs to the next open period."""

    period: Annotated[str, Field(pattern=r"^\d{4}-\d{2}$")]
    position: Annotated[int, Field(ge=0, description="the last position before the seal")]
    chain: Annotated[str, Field(max_length=64, description="hash chain at that position, hexadecimal")]
    totals: tuple[Total, ...] = ()


class AttendanceSealed(Seal, EventData):
    """Attendance sealed a period."""

    type: ClassVar[str] = "attendance.period_sealed"
    version: ClassVar[int] = 1


class OrdersSealed(Seal, EventData):
    """Orders sealed a period."""

    type: ClassVar[str] = "orders.period_sealed"
    version: ClassVar[int] = 1


class ServiceDeskSealed(Seal, EventData):
    """Service-desk sealed a period."""

    type: ClassVar[str] = "service_desk.period_sealed"
    version: ClassVar[int] = 1


class InventorySealed(Seal, EventData):
    """Inventory sealed a period."""

    type: ClassVar[str] = "inventory.period_sealed"
    version: ClassVar[int] = 1


SEALED: dict[str, type[AttendanceSealed | OrdersSealed | ServiceDeskSealed | InventorySealed]] = {
    data.producer: data for data in (AttendanceSealed, OrdersSealed, ServiceDeskSealed, InventorySealed)
}
"""The event of each producer that seals."""
