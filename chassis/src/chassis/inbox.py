"""The receiving side of an event: from bytes to a typed fact, and which facts a service wants."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any, Generic, TypeVar
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from contracts.base import EventData, Shape
from contracts.envelope import Envelope

E = TypeVar("E", bound=Shape)


@dataclass(frozen=True, slots=True)
class Message:
    """An event as it came from the stream: still bytes."""

    position: int
    epoch: int
    chain: bytes
    type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Received(Generic[E]):
    """An event, parsed; `data` is the contract class of its type and version, or what the subscription reads of it.

    `follows` is the stream's hash chain up to the event before, `chain` including this one, as computed here from what
    was consumed; both are empty for an event that comes out of quarantine.
    """

    data: E
    id: UUID
    type: str
    about: str
    time: datetime
    business_date: date
    actor: str
    correlation_id: str
    position: int
    follows: bytes = b""
    chain: bytes = b""


Handler = Callable[[AsyncSession, Sequence[Received[Any]]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a service wants from one producer: per event class, the act that follows.

    A handler gets the events of consecutive positions that go to it, in order, in one call and one transaction. What it
    needs little of is named in `reads` with a shape of those fields: the others are passed over, which for an order of
    many lines is four fifths of the work.
    """

    producer: str
    handlers: Mapping[type[EventData], Handler]
    reads: Mapping[type[EventData], type[Shape]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for data in self.handlers:
            if data.producer != self.producer:
                raise ValueError(f"{data.type} comes from {data.producer}, not from {self.producer}")
        if len(self.by_type()) != len(self.handlers):
            raise ValueError("subscribed to two versions of one type: every fact would count twice")
        for data, shape in self.reads.items():
            if data not in self.handlers or not shape.model_fields.keys() <= data.model_fields.keys():
                raise ValueError(f"{shape.__name__} is no part of a {data.type} that is subscribed to")

    def by_type(self) -> dict[str, type[EventData]]:
        """Map each subscribed subject to its class; a new version is a new subject (`order.created.v2`)."""
        return {data.type: data for data in self.handlers}


class UnknownSchema(Exception):
    """A subscribed type came in a schema this service cannot read; upgrade the service before going on."""


class Malformed(Exception):
    """The bytes are not the event their subject says."""


@cache
def _envelope(shape: type[Shape]) -> type[Envelope[Shape]]:
    return Envelope[shape]  # type: ignore[valid-type]


def parse(
    message: Message, data: type[EventData], follows: bytes = b"", shape: type[Shape] | None = None
) -> Received[Any]:
    """Read an event of the class `data` that comes after the chain `follows`, as `shape` where less of it is wanted.

    Raises Malformed for bytes that break the contract, UnknownSchema for a well-formed event of a schema that this
    service does not know.
    """
    try:
        envelope = _envelope(shape or data).model_validate_json(message.body)
    except ValidationError as error:
        if (schema := _schema_of(message.body)) is not None and schema != data.data_schema:
            raise UnknownSchema(
                f"{message.type} at {message.position} has schema {schema}, not {data.data_schema}"
            ) from error
        first = error.errors(include_url=False, include_input=False)[0]
        raise Malformed(f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}") from error
    if envelope.dataschema != data.data_schema:
        raise UnknownSchema(
            f"{message.type} at {message.position} has schema {envelope.dataschema}, not {data.data_schema}"
        )
    if envelope.type != message.type:
        raise Malformed(f"type: {envelope.type} came under the subject {message.type}")
    return Received(
        data=envelope.data,
        id=envelope.id,
        type=envelope.type,
        about=envelope.subject,
        time=envelope.time,
        business_date=envelope.businessdate,
        actor=envelope.actor,
        correlation_id=envelope.correlationid,
        position=message.position,
        follows=follows,
        chain=message.chain,
    )


def _schema_of(body: bytes) -> str | None:
    try:
        said = json.loads(body)
    except ValueError:
        return None
    schema = said.get("dataschema") if isinstance(said, dict) else None
    return schema if isinstance(schema, str) else None
