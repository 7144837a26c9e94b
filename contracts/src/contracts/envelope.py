"""The envelope of every event: CloudEvents 1.0, structured JSON."""

from datetime import date, datetime
from typing import Annotated, Generic, Literal, TypeVar
from uuid import UUID

from pydantic import Field

from contracts.base import Shape

E = TypeVar("E", bound=Shape)


class Envelope(Shape, Generic[E]):
    """One event as it lies in the outbox and on the wire; the relay never changes these bytes."""

    specversion: Literal["1.0"] = "1.0"
    id: UUID
    source: Annotated[str, Field(description="the producer, e.g. /orders")]
    type: Annotated[str, Field(description="equals the NATS subject, e.g. order.created")]
    subject: Annotated[str, Field(description="the thing it is about, e.g. an order number")]
    time: Annotated[datetime, Field(description="when it happened")]
    datacontenttype: Literal["application/json"] = "application/json"
    dataschema: str
    recordedat: Annotated[datetime, Field(description="when the producer wrote it down")]
    businessdate: Annotated[date, Field(description="the day it counts for, in the company's time zone")]
    actor: str
    correlationid: str
    causationid: str | None = None
    traceparent: str | None = None
    data: E
