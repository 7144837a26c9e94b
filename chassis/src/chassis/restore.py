"""`python -m chassis.restore PRODUCER`, `python -m chassis.restore accept PRODUCER`: after an older copy was restored.

A producer's database that was restored from an older copy knows less than its stream: its relay stops, for it would
publish over positions that are taken. Run the first form on that database before its API is started again: the outbox
takes over what the stream tells beyond the copy, so that nothing told is told otherwise, and the epoch is raised. It
prints one JSON line for each event whose act the copy does not know; people enter or correct these acts. Consumers
stop at the first event of the new epoch until the second form, run on their own database, says that they may go on.

Both need ZHANGGUI_OWNER_DATABASE_URL and ZHANGGUI_NATS_URL. Start the stopped worker again afterwards.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Any

import asyncpg
from nats.aio.client import Client
from pydantic_settings import BaseSettings, SettingsConfigDict

from chassis import streams
from chassis.relay import LOCK, chained

TAKE_OVER = """
INSERT INTO outbox (event_id, type, about, business_date, recorded_at, body, position, chain)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (event_id) DO UPDATE SET position = excluded.position, chain = excluded.chain WHERE outbox.position IS NULL
RETURNING xmax = 0 AS unknown
"""
RAISE = "UPDATE relay_state SET position = $1, chain = $2, epoch = greatest(epoch, $3) + 1 RETURNING epoch"


class CannotRestore(Exception):
    """What the stream holds and what this database holds leave nothing to be done here; the text says why."""


async def restore(connection: asyncpg.Connection, broker: Client, producer: str) -> list[dict[str, Any]]:
    """Take over what the stream holds beyond this database and raise the epoch, in one transaction.

    Returns the envelopes of events whose acts this database does not know. Raises CannotRestore.
    """
    async with connection.transaction():
        if not await connection.fetchval("SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0))", LOCK):
            raise CannotRestore("a relay is at work on this database; stop its worker first")
        state = await connection.fetchrow("SELECT position, chain FROM relay_state FOR UPDATE")
        assert state is not None
        last = int((await streams.check(broker, producer))["last_seq"])
        position, chain = state["position"], state["chain"]
        if last <= position:
            raise CannotRestore(f"the stream ends at {last}, this database at {position}: the relay goes on by itself")
        if position and (await _told(broker, producer, position)).headers.get("chain") != chain.hex():
            raise CannotRestore(
                f"at position {position} the stream tells another event than this database: something gave positions"
                " after the copy was restored; restore the copy again and run this before the API is started"
            )
        unknown, epoch = [], 0
        for place in range(position + 1, last + 1):
            message = await _told(broker, producer, place)
            chain, epoch = chained(chain, message.body), max(epoch, int(message.headers["epoch"]))
            if message.headers.get("chain") != chain.hex():
                raise CannotRestore(f"at position {place} the stream's own hash chain breaks")
            said = json.loads(message.body)
            if await connection.fetchval(TAKE_OVER, *_row(said), message.body, place, chain):
                unknown.append(said)
        await connection.execute(RAISE, last, chain, epoch)
    return unknown


async def accept(connection: asyncpg.Connection, broker: Client, producer: str) -> int:
    """Let this consumer's database go on with the epoch in which the producer speaks now; returns that epoch.

    Raises CannotRestore when the stream is not what was consumed here.
    """
    async with connection.transaction():
        mark = await connection.fetchrow(
            "SELECT position, chain FROM watermarks WHERE producer = $1 FOR UPDATE", producer
        )
        if mark is None:
            raise CannotRestore(f"nothing of {producer} was ever consumed here")
        position = mark["position"]
        if position and (await _told(broker, producer, position)).headers.get("chain") != mark["chain"].hex():
            raise CannotRestore(f"position {position} of the stream is not what was consumed here")
        last = int((await streams.check(broker, producer))["last_seq"])
        epoch = int((await _told(broker, producer, last)).headers["epoch"])
        await connection.execute("UPDATE watermarks SET epoch = $1 WHERE producer = $2", epoch, producer)
        return epoch


async def _told(broker: Client, producer: str, position: int) -> streams.Stored:
    message = await streams.stored(broker, producer, position)
    if message is None:
        raise CannotRestore(f"the stream holds no event at position {position}")
    return message


def _row(said: dict[str, Any]) -> tuple[Any, ...]:
    day, recorded = date.fromisoformat(said["businessdate"]), datetime.fromisoformat(said["recordedat"])
    return said["id"], said["type"], said["subject"], day, recorded


class RestoreSettings(BaseSettings):
    """What the command is told: the owner role of one database, and the broker."""

    model_config = SettingsConfigDict(env_prefix="ZHANGGUI_", extra="ignore")

    owner_database_url: str
    nats_url: str


async def _run(act: Callable[[asyncpg.Connection, Client, str], Awaitable[Any]], producer: str) -> Any:
    settings = RestoreSettings()
    connection = await asyncpg.connect(settings.owner_database_url, timeout=10)
    broker = await streams.connect(settings.nats_url, name="restore")
    try:
        return await act(connection, broker, producer)
    finally:
        await streams.leave(broker)
        await connection.close()


if __name__ == "__main__":
    try:
        match sys.argv[1:]:
            case ["accept", name]:
                print(f"{name}: goes on in epoch {asyncio.run(_run(accept, name))}")
            case [name]:
                for event in asyncio.run(_run(restore, name)):
                    print(json.dumps(event, ensure_ascii=False))
            case _:
                sys.exit("usage: python -m chassis.restore [accept] PRODUCER")
    except CannotRestore as reason:
        sys.exit(str(reason))
