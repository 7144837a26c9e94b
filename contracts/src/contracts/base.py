"""What all event data has in common, and the register of every released shape."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.subjects import producer_of

EmployeeNo = Annotated[str, Field(min_length=1, max_length=64, description="工号, as the staff directory knows it")]
Amount = Annotated[Decimal, Field(max_digits=14, decimal_places=2, description="CNY with two places")]


class Shape(BaseModel):
    """A frozen piece of event data; unknown fields are passed over, so that shapes may grow."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class EventData(Shape):
    """The `data` of one event type in one version. Released shapes may only grow optional fields."""

    type: ClassVar[str]
    version: ClassVar[int]
    producer: ClassVar[str]
    data_schema: ClassVar[str]
    measure: ClassVar[str | None] = None
    """The field that control totals add up when a period is sealed, if it has one that adds up."""

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        cls.producer = producer_of(cls.type)
        cls.data_schema = f"zhanggui:{cls.type}.v{cls.version}"
        if (cls.type, cls.version) in EVENTS:
            raise TypeError(f"{cls.type} v{cls.version} is declared twice")
        EVENTS[cls.type, cls.version] = cls


EVENTS: dict[tuple[str, int], type[EventData]] = {}


class Party(Shape):
    """One of several responsible people; weights are integers so that thirds are exact."""

    employee_no: EmployeeNo
    weight: Annotated[int, Field(gt=0)] = 1


class Share(Shape):
    """What one person's part of an amount comes to; the shares of an amount add up to it to the cent."""

    employee_no: EmployeeNo
    amount: Amount


class Revocation(Shape):
    """An earlier event no longer holds; where something else holds instead, an event of its own says so."""

    revokes: Annotated[UUID, Field(description="id of the event that no longer holds")]
    revoked_business_date: date
    reason: Annotated[str, Field(max_length=300)]
