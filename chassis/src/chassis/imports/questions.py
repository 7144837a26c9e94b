"""Imports as people ask for them: one, many, their refusals."""

import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import asyncpg

from chassis.database import Database, raw
from chassis.imports.schemas import Counts, ImportDetail, ImportSummary, Preview, Refused, Texts
from chassis.problems import NotFound

SUMMARY = """
SELECT i.id, i.state, i.profile_name, i.counts, i.created_by, i.created_at, i.changed_at, i.preview, i.problem,
       ARRAY(SELECT name FROM import_files f WHERE f.import_id = i.id ORDER BY file_no) AS files
FROM imports i WHERE ($1::text IS NULL OR i.importer::json->>'sub' = $1)
"""
REFUSALS = """
SELECT r.id, r.file, r.row_no, r.kind, r.key, r.column_name, r.value, r.reason_zh, r.reason_en
FROM import_refusals r JOIN imports i ON i.id = r.import_id AND i.attempt = r.attempt
WHERE r.import_id = $1 AND r.id > $2 AND ($4::text IS NULL OR i.importer::json->>'sub' = $4)
  AND r.stage IN ('read', CASE WHEN i.state IN ('committing', 'committed') THEN 'commit' ELSE 'compare' END)
ORDER BY r.id LIMIT $3
"""
SHOWN = 20


def _counts(told: dict[str, Any], kinds: dict[str, dict[str, int]]) -> Counts:
    sums = {
        verdict: sum(kind.get(verdict, 0) for kind in kinds.values())
        for verdict in ("new", "same", "amended", "refused")
    }
    sums["refused"] += told.get("lost", 0)
    return Counts(read=told.get("read", 0), skipped=told.get("skipped", 0), **sums)


def _summary(row: asyncpg.Record) -> dict[str, Any]:
    told = json.loads(row["counts"])
    kinds = told.get("found" if row["state"] in ("validating", "validated", "expired") else "done", {})
    done = sum(sum(kind.values()) for kind in told.get("done", {}).values())
    return {
        "id": row["id"],
        "state": row["state"],
        "profile": row["profile_name"],
        "files": row["files"],
        "counts": _counts(told, kinds),
        "created_by": row["created_by"],
        "created_at": row["created_at"],
        "changed_at": row["changed_at"],
        "kinds": {name: Counts(**kind) for name, kind in kinds.items()},
        "progress": 1.0 if row["state"] == "committed" else round(done / (told.get("records") or 1), 3),
    }


async def summaries(
    connection: asyncpg.Connection, of: str | None, before: UUID | None, limit: int
) -> list[ImportSummary]:
    """List imports, the latest first; only those that `of` handed in unless it is None."""
    rows = await connection.fetch(
        f"{SUMMARY} AND ($2::uuid IS NULL OR i.id < $2) ORDER BY i.id DESC LIMIT $3", of, before, limit
    )
    return [ImportSummary.model_validate(_summary(row), extra="ignore") for row in rows]


async def state_for_update(connection: asyncpg.Connection, of: str | None, import_id: UUID) -> str:
    """Tell an import's state and hold it for this transaction; raises NotFound, also for one that `of` did not send."""
    state: str | None = await connection.fetchval(
        "SELECT state FROM imports WHERE id = $1 AND ($2::text IS NULL OR importer::json->>'sub' = $2) FOR UPDATE",
        import_id,
        of,
    )
    if state is None:
        raise NotFound
    return state


async def detail(connection: asyncpg.Connection, of: str | None, import_id: UUID) -> ImportDetail:
    """Tell everything about one import; raises NotFound, also for one that `of` did not send."""
    row = await connection.fetchrow(f"{SUMMARY} AND i.id = $2", of, import_id)
    if row is None:
        raise NotFound
    refused = [entry for _, entry in await refusals(connection, of, import_id, 0, SHOWN + 1)]
    return ImportDetail(
        **_summary(row),
        preview=[Preview(**record) for record in json.loads(row["preview"])],
        refusals=refused[:SHOWN],
        refusals_more=len(refused) > SHOWN,
        problem=Texts(**json.loads(row["problem"])) if row["problem"] else None,
    )


async def refusals(
    connection: asyncpg.Connection, of: str | None, import_id: UUID, after: int, limit: int
) -> list[tuple[int, Refused]]:
    """List what was refused, in the order in which it was found, each with its number for the next page."""
    rows = await connection.fetch(REFUSALS, import_id, after, limit, of)
    return [
        (
            row["id"],
            Refused(
                file=row["file"],
                row=row["row_no"],
                kind=row["kind"],
                key=row["key"],
                column=row["column_name"],
                value=row["value"],
                reason=Texts(zh=row["reason_zh"], en=row["reason_en"]),
            ),
        )
        for row in rows
    ]


async def all_refusals(database: Database, of: str | None, import_id: UUID) -> AsyncIterator[Refused]:
    """Stream what was refused, with sessions of one's own (a request's is closed while its answer streams)."""
    after = 0
    while True:
        async with database.reading() as session:
            page = await refusals(await raw(session), of, import_id, after, 1000)
        if not page:
            return
        for after, refused in page:  # noqa: B007
            yield refused
