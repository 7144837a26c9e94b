"""What every producer says when a period is over: nothing is in flight any more, and this is what there was."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from contracts.base import Shape


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
