"""The commit: staged records into the service, a chunk a transaction, each with its watermark."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from chassis.backlog import Backlog
from chassis.database import Database, raw
from chassis.imports import stored
from chassis.imports.gathering import Chunk, as_in_files, next_chunk, refused_by_service, tally
from chassis.imports.kinds import Kind
from chassis.imports.layouts import Layout, layouts_of
from chassis.imports.limits import LIMITS
from chassis.imports.stored import Import
from chassis.imports.validating import Clock, in_order, profile_of


async def commit(database: Database, known: Import, kinds: Sequence[Kind], clock: Clock, backlog: Backlog) -> None:
    """Bring an import's records into the service, from the watermark on.

    The records of a chunk, what is announced about them, the refusals, the counts and the watermark become true
    together or not at all; so a worker killed at any moment leaves nothing half done, and the next one goes on there.
    While the outbox is full it waits between two chunks. Raises Superseded when another worker moved the watermark.
    """
    found = layouts_of(profile_of(known), kinds)
    layouts = [as_in_files(layout, known.columns) for layout in in_order(found, kinds)]
    file = (await stored.files_of(database, known.id))[0].name
    after = known.watermark_key
    for position in range(known.watermark_record, len(layouts)):
        coming = asyncio.create_task(_read(database, known, layouts[position], after, file))
        try:
            while (chunk := await coming) is not None:
                # the next chunk is read and put together while the database is busy with this one
                coming = asyncio.create_task(_read(database, known, layouts[position], chunk.last_key, file))
                await backlog.drained()
                await _take(
                    database, known, layouts[position], watermark=(position, after), chunk=chunk, file=file, now=clock()
                )
                after = chunk.last_key
        finally:
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)
        await _pass(database, known, (position, after), clock)
        after = ""
    await _conclude(database, known, clock)


async def _read(database: Database, known: Import, layout: Layout, after: str, file: str) -> Chunk | None:
    async with database.reading() as session:
        return await next_chunk(await raw(session), known.id, layout, after=after, file=file, limits=LIMITS)


async def _take(
    database: Database,
    known: Import,
    layout: Layout,
    *,
    watermark: tuple[int, str],
    chunk: Chunk,
    file: str,
    now: datetime,
) -> None:
    async with database.transaction(known.door(now)) as session:
        connection = await raw(session)
        current = await stored.locked(connection, known.id, known.attempt, "committing")
        if (current.watermark_record, current.watermark_key) != watermark:
            raise stored.Superseded
        outcomes = await layout.kind.apply(session, chunk.records, by=known.importer, now=now)
        tally(current.counts["done"].setdefault(layout.kind.name, {}), chunk, outcomes)
        if refused := [*chunk.refusals, *refused_by_service(layout, chunk.records, outcomes)]:
            await stored.put_refusals(connection, known, "commit", [file], refused)
        await stored.put_counts(connection, known.id, current.counts, now)
        await connection.execute("UPDATE imports SET watermark_key = $2 WHERE id = $1", known.id, chunk.last_key)


async def _pass(database: Database, known: Import, watermark: tuple[int, str], clock: Clock) -> None:
    """Move the watermark past a kind that has no more records."""
    async with database.transaction(known.door(clock())) as session:
        connection = await raw(session)
        current = await stored.locked(connection, known.id, known.attempt, "committing")
        if (current.watermark_record, current.watermark_key) != watermark:
            raise stored.Superseded
        await connection.execute(
            "UPDATE imports SET watermark_record = watermark_record + 1, watermark_key = '' WHERE id = $1", known.id
        )


async def _conclude(database: Database, known: Import, clock: Clock) -> None:
    now = clock()
    async with database.transaction(known.door(now)) as session:
        connection = await raw(session)
        await stored.locked(connection, known.id, known.attempt, "committing")
        await stored.drop_content(connection, known.id)
        await connection.execute("UPDATE imports SET state = 'committed', changed_at = $2 WHERE id = $1", known.id, now)
