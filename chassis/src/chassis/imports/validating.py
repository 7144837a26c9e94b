"""Validation: files into staged records, and what the service would do with them. It changes nothing but staging."""

import asyncio
import fnmatch
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, islice
from typing import Any

from chassis.database import Database, raw
from chassis.imports import stored
from chassis.imports.gathering import as_in_files, next_chunk, refused_by_service, tally
from chassis.imports.kinds import Kind, Outcome, Record
from chassis.imports.layouts import Layout, layouts_of
from chassis.imports.limits import LIMITS, Limits
from chassis.imports.mapping import Batch, Joined, JoinPlan, Plan, Refusal, compile_plan, key_of, wanted_columns
from chassis.imports.opening import open_table
from chassis.imports.profile import FileShape, Profile, read_profile
from chassis.imports.reading import SUSPECT, Row, Table
from chassis.imports.refusing import FileRefused, Reason
from chassis.imports.sources import Told
from chassis.imports.stored import Import, StoredFile
from chassis.imports.unpivoting import unpivoted

AT_ONCE = 4000  # rows
PREVIEW = 20
PREVIEW_LINES = 5
ATTEMPTS = 5
Clock = Callable[[], datetime]


def profile_of(known: Import) -> Profile:
    """Read an import's profile, narrowed to the kind that was asked for."""
    return narrowed(read_profile(known.profile), known.kind)


def narrowed(profile: Profile, kind: str) -> Profile:
    """Leave only the records of one kind in a profile; all of them when `kind` is empty."""
    records = tuple(shape for shape in profile.records if kind in ("", shape.kind))
    if not records:
        raise FileRefused(f"该模板不产生“{kind}”。", f"This profile makes no “{kind}”.")
    return profile.model_copy(update={"records": records})


def assign_files(profile: Profile, files: Sequence[StoredFile]) -> list[StoredFile | None]:
    """Tell which of the files is the first one and which belongs to each join; raises FileRefused."""
    left = list(files)

    def take(shape: FileShape) -> StoredFile | None:
        found = [f for f in left if fnmatch.fnmatchcase(f.name.casefold(), shape.file.casefold())]
        if len(found) > 1:
            names = ", ".join(f.name for f in found)
            raise FileRefused(f"有多个文件符合 {shape.file}：{names}。", f"Several files match {shape.file}: {names}.")
        if found:
            left.remove(found[0])
        return found[0] if found else None

    joined = [take(join) for join in profile.join.values()]
    first = take(profile)
    for shape, file in zip((profile, *profile.join.values()), (first, *joined), strict=True):
        if file is None and not getattr(shape, "optional", False):
            raise FileRefused(f"缺少文件 {shape.file}。", f"The file {shape.file} is missing.")
    if left:
        raise FileRefused(f"模板用不到文件 {left[0].name}。", f"The profile has no use for the file {left[0].name}.")
    return [first, *joined]


@dataclass(slots=True)
class Validation:
    """One attempt at one import."""

    database: Database
    known: Import
    clock: Clock
    limits: Limits
    names: list[str] = field(default_factory=list)
    counts: dict[str, Any] = field(
        default_factory=lambda: {"read": 0, "skipped": 0, "lost": 0, "records": 0, "found": {}, "done": {}}
    )
    refused: int = 0

    async def write(
        self, stage: str, refusals: Sequence[Refusal], *copies: tuple[str, list[str], Sequence[Any]]
    ) -> None:
        """Stage rows and refusals, with the counts so far, in one transaction of the attempt that is in force."""
        self.refused += len(refusals)
        if self.refused > self.limits.refusals:
            raise FileRefused(
                f"超过 {self.limits.refusals} 处被拒绝：请检查模板是否适合这个文件。",
                f"More than {self.limits.refusals} refusals: does this profile belong to this file?",
            )
        now = self.clock()
        async with self.database.transaction(self.known.door(now)) as session:
            connection = await raw(session)
            await stored.locked(connection, self.known.id, self.known.attempt, "validating")
            for table, columns, records in copies:
                await connection.copy_records_to_table(
                    table, columns=["import_id", *columns], records=[(self.known.id, *r) for r in records]
                )
            if refusals:
                await stored.put_refusals(connection, self.known, stage, self.names, refusals)
            await stored.put_counts(connection, self.known.id, self.counts, now)


async def validate(
    database: Database, known: Import, kinds: Sequence[Kind], clock: Clock, limits: Limits = LIMITS
) -> None:
    """Validate an import from the beginning; raises FileRefused when the files cannot be read with the profile."""
    if known.attempt >= ATTEMPTS:
        raise FileRefused("多次尝试均未完成，已放弃。", "Given up: several attempts did not come to an end.")
    attempt = await stored.start_over(database, known, clock())
    known = replace(known, state="validating", attempt=attempt)
    profile = profile_of(known)
    layouts = layouts_of(profile, kinds)
    validation = Validation(database, known, clock, limits)
    files = assign_files(profile, await stored.files_of(database, known.id))
    validation.names = [file.name if file else "" for file in files]
    tables = await _open(validation, profile, files)
    if profile.unpivot is not None and tables[0] is not None:
        tables[0] = unpivoted(tables[0], profile.unpivot, limits)
    told = Told(profile, known.parameters, known.timezone)
    plan = compile_plan(profile, layouts, tables, told)
    await stored.put_columns(database, known, plan.columns.names, clock())
    for join_no, (join, table) in enumerate(zip(plan.joins, tables[1:], strict=True), 1):
        if table is not None:
            await _stage_joined(validation, join_no, join, table)
    assert tables[0] is not None
    await _stage_rows(validation, plan, tables[0])
    for join_no, join in enumerate(plan.joins, 1):
        if join.told.unmatched == "refuse":
            await _refuse_unmatched(validation, join_no, join)
    validation.counts["records"] = await _count(validation)
    preview = await _compare(validation, [as_in_files(layout, plan.columns.names) for layout in layouts], kinds)
    await _conclude(validation, preview)


async def _open(validation: Validation, profile: Profile, files: Sequence[StoredFile | None]) -> list[Table | None]:
    tables: list[Table | None] = []
    wanted = [wanted_columns(profile), *(list(chain(*join.on.values())) for join in profile.join.values())]
    for file, shape, columns in zip(files, (profile, *profile.join.values()), wanted, strict=True):
        if file is None:
            tables.append(None)
            continue
        chunks = stored.chunks_of(validation.database, validation.known.id, file)
        tables.append(await asyncio.to_thread(open_table, chunks, shape, columns, validation.limits))
    return tables


async def _rows(table: Table) -> list[Row]:
    return await asyncio.to_thread(lambda: list(islice(table.rows, AT_ONCE)))


async def _stage_joined(validation: Validation, join_no: int, join: JoinPlan, table: Table) -> None:
    while rows := await _rows(table):
        staged, refusals = [], []
        for number, cells, flaw in rows:
            reason = flaw
            if reason is None and len(cells) != join.width:
                reason = Reason(
                    f"该行有 {len(cells)} 格，而列名有 {join.width} 个。",
                    f"The row has {len(cells)} cells for {join.width} columns.",
                )
            if reason is not None:
                refusals.append(Refusal(join_no, number, "", "", "", "", reason))
                cells = cells + [""] * (join.width - len(cells))  # noqa: PLW2901
            key = key_of(cells, join.key_there)
            if not SUSPECT.search(key):
                staged.append((join_no, key[:400], number, "" if reason else json.dumps(cells, ensure_ascii=False)))
        await validation.write("read", refusals, ("import_joined", ["join_no", "key", "row_no", "cells"], staged))
    async with validation.database.reading() as session:
        crowded = await (await raw(session)).fetchrow(
            "SELECT key, count(*) FROM import_joined WHERE import_id = $1 AND join_no = $2 GROUP BY key"
            " HAVING count(*) > $3 LIMIT 1",
            validation.known.id,
            join_no,
            validation.limits.joined_rows,
        )
    if crowded is not None:
        raise FileRefused(
            f"文件 {join.told.file} 有 {crowded['count']} 行对应“{crowded['key']}”，"
            f"超过 {validation.limits.joined_rows} 行。",
            f"{join.told.file} has {crowded['count']} rows for “{crowded['key']}”,"
            f" more than {validation.limits.joined_rows}.",
        )


async def _stage_rows(validation: Validation, plan: Plan, table: Table) -> None:
    writing: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    writing.set_result(None)
    try:
        while rows := await _rows(table):
            joined = [await _joined(validation, no, join, rows) for no, join in enumerate(plan.joins, 1)]
            batch = await asyncio.to_thread(plan.map_rows, rows, joined)
            await writing
            # the next rows are read and mapped while these are written
            writing = asyncio.ensure_future(_write_batch(validation, batch))
    finally:
        await writing


async def _write_batch(validation: Validation, batch: Batch) -> None:
    counts = validation.counts
    counts["read"] += batch.read
    counts["skipped"] += batch.skipped
    counts["lost"] += batch.lost
    columns = ["record_no", "key", "row_no", "rows", "body"]
    await validation.write("read", batch.refusals, ("import_parts", columns, batch.parts))


async def _joined(validation: Validation, join_no: int, join: JoinPlan, rows: Sequence[Row]) -> dict[str, list[Joined]]:
    keys = {key_of(cells, join.key_here) for _, cells, _ in rows if len(cells) > max(join.key_here)}
    storable = [key for key in keys if not SUSPECT.search(key)]
    arguments = (validation.known.id, join_no, storable)
    async with validation.database.transaction(validation.known.door(validation.clock())) as session:
        connection = await raw(session)
        found = await connection.fetch(
            "SELECT key, row_no, cells FROM import_joined WHERE import_id = $1 AND join_no = $2 AND key = ANY($3)"
            " ORDER BY key, row_no",
            *arguments,
        )
        if join.told.unmatched == "refuse":
            await connection.execute(
                "UPDATE import_joined SET met = true"
                " WHERE import_id = $1 AND join_no = $2 AND key = ANY($3) AND NOT met",
                *arguments,
            )
    joined: dict[str, list[Joined]] = {}
    for row in found:
        joined.setdefault(row["key"], []).append((row["row_no"], json.loads(row["cells"]) if row["cells"] else None))
    return joined


async def _refuse_unmatched(validation: Validation, join_no: int, join: JoinPlan) -> None:
    async with validation.database.reading() as session:
        rows = await (await raw(session)).fetch(
            "SELECT key, row_no FROM import_joined WHERE import_id = $1 AND join_no = $2 AND NOT met AND cells <> ''"
            " ORDER BY row_no LIMIT $3",
            validation.known.id,
            join_no,
            validation.limits.refusals,
        )
    reason = Reason(
        "第一个文件中没有与之对应的行。如属正常，请在模板中写 unmatched: ignore。",
        "No row of the first file names it. If that is usual, say unmatched: ignore in the profile.",
    )
    column = ", ".join(" / ".join(names) for names in join.told.on.values())
    refusals = [Refusal(join_no, r["row_no"], "", "", column, r["key"][:200], reason) for r in rows]
    validation.counts["lost"] += len(refusals)
    await validation.write("read", refusals)


async def _count(validation: Validation) -> int:
    async with validation.database.reading() as session:
        found: int = await (await raw(session)).fetchval(
            "SELECT count(*) FROM (SELECT DISTINCT record_no, key FROM import_parts WHERE import_id = $1) AS records",
            validation.known.id,
        )
    return found


async def _compare(validation: Validation, layouts: Sequence[Layout], kinds: Sequence[Kind]) -> list[dict[str, Any]]:
    preview: list[dict[str, Any]] = []
    for layout in in_order(layouts, kinds):
        counts = validation.counts["found"].setdefault(layout.kind.name, {})
        after = ""
        while True:
            async with validation.database.reading() as session:
                session.info["door"] = validation.known.door(validation.clock())
                connection = await raw(session)
                chunk = await next_chunk(
                    connection,
                    validation.known.id,
                    layout,
                    after=after,
                    file=validation.names[0],
                    limits=validation.limits,
                )
                if chunk is None:
                    break
                outcomes = (
                    await layout.kind.compare(session, chunk.records, by=validation.known.importer)
                    if chunk.records
                    else []
                )
            tally(counts, chunk, outcomes)
            await validation.write("compare", [*chunk.refusals, *refused_by_service(layout, chunk.records, outcomes)])
            for record, outcome in zip(chunk.records, outcomes, strict=True):
                if len(preview) < PREVIEW:
                    preview.append(_previewed(layout, record, outcome))
            after = chunk.last_key
            if validation.known.commit_asked:
                break  # nobody waits for the answer: the commit itself will tell
    return preview


def in_order(layouts: Sequence[Layout], kinds: Sequence[Kind]) -> list[Layout]:
    """Bring layouts into the order in which the service wants its kinds applied."""
    names = [kind.name for kind in kinds]
    return sorted(layouts, key=lambda layout: names.index(layout.kind.name))


def _previewed(layout: Layout, record: Record, outcome: Outcome) -> dict[str, Any]:
    return {
        "kind": layout.kind.name,
        "key": record.key,
        "row": record.row,
        "verdict": outcome.verdict,
        "fields": {name: _shown(value) for name, value in record.fields.items()},
        "lines": [{n: _shown(v) for n, v in line.items()} for line in record.lines[:PREVIEW_LINES]],
        "line_count": len(record.lines),
    }


def _shown(value: object) -> object:
    return str(value) if isinstance(value, Decimal) else value.isoformat() if isinstance(value, date) else value


async def _conclude(validation: Validation, preview: list[dict[str, Any]]) -> None:
    known, now = validation.known, validation.clock()
    async with validation.database.transaction(known.door(now)) as session:
        connection = await raw(session)
        current = await stored.locked(connection, known.id, known.attempt, "validating")
        await connection.execute("DELETE FROM import_joined WHERE import_id = $1", known.id)
        await connection.execute(
            "UPDATE imports SET state = $2, preview = $3, changed_at = $4 WHERE id = $1",
            known.id,
            "committing" if current.commit_asked else "validated",
            json.dumps(preview, ensure_ascii=False),
            now,
        )
