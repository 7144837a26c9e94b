"""What a service can take in: kinds of record with typed fields, and what it answers to each record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, NamedTuple, Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.auth import Principal
from chassis.imports.refusing import Reason

Value = str | int | Decimal | datetime | date | None
Verdict = Literal["new", "same", "amended", "refused"]


@dataclass(frozen=True, slots=True)
class Text:
    """Text, NFC-normalised, without bidi controls; `longest` in characters."""

    longest: int = 200
    required: bool = False


@dataclass(frozen=True, slots=True)
class Integer:
    """A whole number between `least` and `most`."""

    least: int = -(2**31)
    most: int = 2**31 - 1
    required: bool = False


@dataclass(frozen=True, slots=True)
class Amount:
    """A decimal with `places` decimals and at most twelve digits before the point: NUMERIC(12 + places, places)."""

    places: int = 2
    least: Decimal | None = None
    required: bool = False


@dataclass(frozen=True, slots=True)
class Instant:
    """A point in time, handed on in UTC."""

    required: bool = False


@dataclass(frozen=True, slots=True)
class Moment:
    """A date with its time as the file says it: with its offset, else without any, for the service to find its zone."""

    required: bool = False


@dataclass(frozen=True, slots=True)
class Day:
    """A calendar day."""

    required: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the words the service knows; a profile maps the file's words to them."""

    words: tuple[str, ...]
    required: bool = False


FieldType = Text | Integer | Amount | Instant | Moment | Day | Choice


@dataclass(frozen=True, slots=True)
class Record:
    """One thing out of a file: all fields of its kind (None where the file says nothing) and the lines under it."""

    key: str
    file: str
    row: int
    fields: Mapping[str, Value]
    lines: Sequence[Mapping[str, Value]]


class Outcome(NamedTuple):
    """What a record is, or became: `reason` and `field` only when it is refused."""

    verdict: Verdict
    reason: Reason | None = None
    field: str = ""


class Compare(Protocol):
    """Tell what `apply` would do with each record, in their order, changing nothing (the session is read only)."""

    async def __call__(
        self, session: AsyncSession, records: Sequence[Record], *, by: Principal
    ) -> Sequence[Outcome]: ...


class Apply(Protocol):
    """Take records in, in bulk, and tell what became of each, in their order.

    A record that cannot be taken is an outcome `refused` and changes nothing; an exception fails the whole import.
    `by` is who handed the file in, with roles, departments and shops as they were then: a record outside of them is to
    be refused like any other, whoever commits the import later.
    """

    async def __call__(
        self, session: AsyncSession, records: Sequence[Record], *, by: Principal, now: datetime
    ) -> Sequence[Outcome]: ...


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of record that a service takes in.

    `key` names the fields that identify a record (all required, text); rows with the same key are one record where the
    kind has `lines` or the profile says `group`. A service hands its kinds in the order in which they must be applied.
    """

    name: str
    fields: Mapping[str, FieldType]
    key: tuple[str, ...]
    compare: Compare
    apply: Apply
    lines: Mapping[str, FieldType] = field(default_factory=dict)
