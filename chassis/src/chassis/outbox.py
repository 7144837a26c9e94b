"""Announcing facts: one outbox row per event, written in the transaction that made the fact true."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

import asyncpg
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.door import Door, door_of, new_id
from contracts.base import EventData, Shape


class Cause(Protocol):
    """The event that led to another one."""

    @property
    def id(self) -> UUID: ...
    @property
    def correlation_id(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A fact to be announced: what, about which thing, when it happened.

    `written` is `data` as JSON already, where several events say the same.
    """

    data: EventData
    about: str
    time: datetime
    business_date: date | None = None
    event_id: UUID | None = None
    because: Cause | None = None
    written: str | None = None


@dataclass(frozen=True, slots=True)
class OutboxRow:
    event_id: UUID
    type: str
    about: str
    business_date: date
    recorded_at: datetime
    body: bytes


def encode(outgoing: Outgoing, door: Door) -> OutboxRow:
    """Put a fact into its envelope; these bytes are what every consumer will read, unchanged.

    Written field by field, in the order of `contracts.envelope.Envelope`: every write of the product passes here, and
    building the model first costs several times as much. A test reads them back.
    """
    data, because = outgoing.data, outgoing.because
    event_id = outgoing.event_id or new_id()
    business_date = outgoing.business_date or door.business_date(outgoing.time)
    caused = str(because.id) if because else door.causation_id
    body = (
        f'{{"specversion":"1.0","id":"{event_id}","source":"/{data.producer}","type":"{data.type}",'
        f'"subject":{quoted(outgoing.about)},"time":"{instant(outgoing.time)}",'
        f'"datacontenttype":"application/json","dataschema":"{data.data_schema}",'
        f'"recordedat":"{instant(door.now)}","businessdate":"{business_date.isoformat()}",'
        f'"actor":{quoted(door.actor)},'
        f'"correlationid":{quoted(because.correlation_id if because else door.correlation_id)},'
        + (f'"causationid":{quoted(caused)},' if caused else "")
        + (f'"traceparent":{quoted(door.traceparent)},' if door.traceparent else "")
        + f'"data":{outgoing.written or written(data)}}}'
    ).encode()
    return OutboxRow(event_id, data.type, outgoing.about, business_date, door.now, body)


quoted = json.encoder.encode_basestring


def written(data: Shape) -> str:
    """Write event data as JSON; what is not known is left out."""
    return data.model_dump_json(exclude_none=True)


def instant(time: datetime) -> str:
    """Write an instant as RFC 3339 does, UTC as `Z`."""
    return time.isoformat().replace("+00:00", "Z")


def announce(session: AsyncSession, outgoing: Outgoing) -> UUID:
    """Announce a fact with the transaction of `session`; the door writes it just before it commits.

    Returns the event's id, so that the fact can refer to it.
    """
    row = encode(outgoing, door_of(session))
    announce_written(session, [row])
    return row.event_id


def announce_written(session: AsyncSession, rows: Sequence[OutboxRow]) -> None:
    """Announce what `encode` has put into bytes already, while the transaction waited for its database."""
    session.info.setdefault("outbox", []).extend(rows)


SEAL_LOCK = 0x7365616C
"""Advisory lock: shared by every transaction that announces, held alone while a period is sealed."""

INSERT = f"""
WITH writing AS MATERIALIZED (SELECT pg_advisory_xact_lock_shared({SEAL_LOCK}))
INSERT INTO outbox (event_id, type, about, business_date, recorded_at, body)
SELECT t.* FROM writing, unnest($1::uuid[], $2::text[], $3::text[], $4::date[], $5::timestamptz[], $6::bytea[]) AS t
"""


async def write_outbox(connection: asyncpg.Connection, rows: Sequence[OutboxRow]) -> None:
    """Write announced rows in one statement; called by the door as the last act before the commit."""
    await connection.execute(
        INSERT,
        [r.event_id for r in rows],
        [r.type for r in rows],
        [r.about for r in rows],
        [r.business_date for r in rows],
        [r.recorded_at for r in rows],
        [r.body for r in rows],
    )
