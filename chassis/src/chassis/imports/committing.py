"""The commit: staged records into the service, a chunk a transaction, each with its watermark."""

from collections.abc import Sequence

from chassis.database import Database, raw
from chassis.imports import stored
from chassis.imports.gathering import next_chunk, refused_by_service, tally
from chassis.imports.kinds import Kind
from chassis.imports.layouts import layouts_of
from chassis.imports.limits import LIMITS
from chassis.imports.stored import Import
from chassis.imports.validating import Clock, in_order, profile_of


async def commit(database: Database, known: Import, kinds: Sequence[Kind], clock: Clock) -> None:
    """Bring an import's records into the service, from the watermark on.

    The records of a chunk, what is announced about them, the refusals, the counts and the watermark become true
    together or not at all; so a worker killed at any moment leaves nothing half done, and the next one goes on there.
    """
    layouts = in_order(layouts_of(profile_of(known), kinds), kinds)
    files = await stored.files_of(database, known.id)
    position = known.watermark_record
    while position < len(layouts):
        layout = layouts[position]
        now = clock()
        async with database.transaction(known.door(now)) as session:
            connection = await raw(session)
            current = await stored.locked(connection, known.id, known.attempt, "committing")
            if current.watermark_record != position:
                raise stored.Superseded
            chunk = await next_chunk(
                connection, known.id, layout, after=current.watermark_key, file=files[0].name, limits=LIMITS
            )
            if chunk is None:
                position += 1
                await connection.execute(
                    "UPDATE imports SET watermark_record = $2, watermark_key = '' WHERE id = $1", known.id, position
                )
                continue
            outcomes = await layout.kind.apply(session, chunk.records, by=known.created_by, now=now)
            tally(current.counts["done"].setdefault(layout.kind.name, {}), chunk, outcomes)
            if refused := [*chunk.refusals, *refused_by_service(layout, chunk.records, outcomes)]:
                await stored.put_refusals(connection, known, "commit", [files[0].name], refused)
            await stored.put_counts(connection, known.id, current.counts, now)
            await connection.execute("UPDATE imports SET watermark_key = $2 WHERE id = $1", known.id, chunk.last_key)
    await _conclude(database, known, clock)


async def _conclude(database: Database, known: Import, clock: Clock) -> None:
    now = clock()
    async with database.transaction(known.door(now)) as session:
        connection = await raw(session)
        await stored.locked(connection, known.id, known.attempt, "committing")
        await connection.execute("DELETE FROM import_parts WHERE import_id = $1", known.id)
        await connection.execute("UPDATE imports SET state = 'committed', changed_at = $2 WHERE id = $1", known.id, now)
