"""The rows of an import in the database: what was sent, how far it is, and what was refused."""

import asyncio
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from chassis.auth import Principal
from chassis.database import Database, raw
from chassis.door import Door
from chassis.imports.mapping import Refusal
from chassis.imports.refusing import Reason

WAITING = "SELECT id FROM imports WHERE state IN ('received', 'validating', 'committing') ORDER BY id LIMIT 1"


class Superseded(Exception):
    """Another worker took this import over; whatever this one still does must not count."""


@dataclass(frozen=True, slots=True)
class Import:
    """One import as a worker sees it."""

    id: UUID
    profile: str
    kind: str
    parameters: dict[str, str]
    timezone: ZoneInfo
    state: str
    commit_asked: bool
    attempt: int
    counts: dict[str, Any]
    watermark_record: int
    watermark_key: str
    columns: tuple[str, ...]
    created_by: str
    importer: Principal
    correlation_id: str

    def door(self, now: datetime) -> Door:
        """Open the door through which work on this import comes in: in the name of who sent it."""
        return Door(now=now, actor=self.created_by, correlation_id=self.correlation_id, timezone=self.timezone)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that was sent."""

    file_no: int
    name: str


COLUMNS = (
    "id, profile, kind, parameters, timezone, state, commit_asked, attempt, counts, watermark_record, watermark_key,"
    " columns, created_by, importer, correlation_id"
)


def _import(row: asyncpg.Record) -> Import:
    values = dict(row)
    values |= {name: json.loads(values[name]) for name in ("parameters", "counts")}
    values["columns"] = tuple(json.loads(values["columns"]))
    values["importer"] = _principal(json.loads(values["importer"]))
    return Import(**{**values, "timezone": ZoneInfo(values["timezone"])})


def importer_text(by: Principal) -> str:
    """Write down who hands an import in, with what limits them at this moment."""
    return json.dumps({name: sorted(v) if isinstance(v, frozenset) else v for name, v in asdict(by).items()})


def _principal(told: dict[str, Any]) -> Principal:
    limits = {name: frozenset(told.get(name, ())) for name in ("roles", "departments", "shops")}
    return Principal(told["sub"], told.get("employee_no"), **limits)


async def waiting(database: Database) -> bool:
    """Tell whether any import waits for a worker."""
    return await database.glance(WAITING) is not None


async def next_import(database: Database) -> Import | None:
    """Find the import that has waited longest."""
    async with database.reading() as session:
        row = await (await raw(session)).fetchrow(f"SELECT {COLUMNS} FROM imports WHERE id = ({WAITING})")
    return None if row is None else _import(row)


async def locked(connection: asyncpg.Connection, import_id: UUID, attempt: int, state: str) -> Import:
    """Lock an import for this transaction; raises Superseded when it is not as this worker believes."""
    row = await connection.fetchrow(f"SELECT {COLUMNS} FROM imports WHERE id = $1 FOR UPDATE", import_id)
    if row is None or row["attempt"] != attempt or row["state"] != state:
        raise Superseded
    return _import(row)


async def put_counts(connection: asyncpg.Connection, import_id: UUID, counts: dict[str, Any], now: datetime) -> None:
    """Write how far an import is."""
    await connection.execute(
        "UPDATE imports SET counts = $2, changed_at = $3 WHERE id = $1", import_id, json.dumps(counts), now
    )


async def put_columns(database: Database, known: Import, columns: Sequence[str], now: datetime) -> None:
    """Keep how the columns of an import's files are called, so that what is refused can name them."""
    async with database.transaction(known.door(now)) as session:
        connection = await raw(session)
        await locked(connection, known.id, known.attempt, "validating")
        await connection.execute(
            "UPDATE imports SET columns = $2 WHERE id = $1", known.id, json.dumps(columns, ensure_ascii=False)
        )


async def start_over(database: Database, known: Import, now: datetime) -> int:
    """Begin a validation from nothing; whatever an earlier attempt left is dropped. Returns the attempt's number."""
    async with database.transaction(known.door(now)) as session:
        connection = await raw(session)
        await locked(connection, known.id, known.attempt, known.state)
        for table in ("import_parts", "import_joined"):
            await connection.execute(f"DELETE FROM {table} WHERE import_id = $1", known.id)
        await connection.execute(
            "UPDATE imports SET state = 'validating', attempt = attempt + 1, counts = '{}', changed_at = $2"
            " WHERE id = $1",
            known.id,
            now,
        )
    return known.attempt + 1


async def fail(database: Database, known: Import, reason: Reason, now: datetime) -> None:
    """End an import that cannot go on, saying why; what was committed before stays, its files and staged rows go."""
    async with database.transaction(known.door(now)) as session:
        connection = await raw(session)
        await connection.execute(
            "UPDATE imports SET state = 'failed', problem = $2, changed_at = $3 WHERE id = $1",
            known.id,
            json.dumps({"zh": reason.zh, "en": reason.en}),
            now,
        )
        await drop_content(connection, known.id)


async def drop_content(connection: asyncpg.Connection, import_id: UUID) -> None:
    """Remove the files and staged rows of an import that is over; counts and what was refused stay."""
    for table in ("import_chunks", "import_parts", "import_joined"):
        await connection.execute(f"DELETE FROM {table} WHERE import_id = $1", import_id)


async def expire_one(database: Database, *, before: datetime, door: Door) -> bool:
    """End one import that was validated and left uncommitted since before an instant; tells whether there was one.

    One whose commit is being asked for at this moment is left alone.
    """
    async with database.transaction(door) as session:
        connection = await raw(session)
        import_id = await connection.fetchval(
            "SELECT id FROM imports WHERE state = 'validated' AND changed_at < $1 LIMIT 1 FOR UPDATE SKIP LOCKED",
            before,
        )
        if import_id is None:
            return False
        await connection.execute(
            "UPDATE imports SET state = 'expired', preview = '[]', changed_at = $2 WHERE id = $1", import_id, door.now
        )
        await drop_content(connection, import_id)
    return True


async def files_of(database: Database, import_id: UUID) -> list[StoredFile]:
    """List the files of an import in the order in which they were sent."""
    async with database.reading() as session:
        rows = await (await raw(session)).fetch(
            "SELECT file_no, name FROM import_files WHERE import_id = $1 ORDER BY file_no", import_id
        )
    return [StoredFile(row["file_no"], row["name"]) for row in rows]


def chunks_of(database: Database, import_id: UUID, file: StoredFile) -> Callable[[], Iterator[bytes]]:
    """Make a function that reads a stored file chunk by chunk, to be called in a thread beside the running loop."""
    loop = asyncio.get_running_loop()

    async def fetch(chunk_no: int) -> bytes | None:
        async with database.reading() as session:
            body: bytes | None = await (await raw(session)).fetchval(
                "SELECT body FROM import_chunks WHERE import_id = $1 AND file_no = $2 AND chunk_no = $3",
                import_id,
                file.file_no,
                chunk_no,
            )
        return body

    def read() -> Iterator[bytes]:
        chunk_no = 0
        while (chunk := asyncio.run_coroutine_threadsafe(fetch(chunk_no), loop).result(60)) is not None:
            yield chunk
            chunk_no += 1

    return read


async def put_refusals(
    connection: asyncpg.Connection, known: Import, stage: str, files: Sequence[str], refusals: Sequence[Refusal]
) -> None:
    """Append refused cells, rows and records; they are never changed."""
    await connection.copy_records_to_table(
        "import_refusals",
        columns=[
            "import_id",
            "attempt",
            "stage",
            "file",
            "row_no",
            "kind",
            "key",
            "column_name",
            "value",
            "reason_zh",
            "reason_en",
        ],
        records=[
            (known.id, known.attempt, stage, files[r.file], r.row, r.kind, r.key, r.column, r.value, *r.reason)
            for r in refusals
        ],
    )
