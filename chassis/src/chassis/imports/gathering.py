"""Staged parts back into records, in key order, a bounded number of rows at a time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from uuid import UUID

import asyncpg

from chassis.imports.kinds import Outcome, Record, Value
from chassis.imports.layouts import SEPARATOR, Layout, Part, RecordRefused
from chassis.imports.limits import Limits
from chassis.imports.mapping import Refusal
from chassis.imports.profile import Source
from chassis.imports.reading import column_name
from chassis.imports.refusing import Reason

AT_ONCE = 1000  # records
ROWS_AT_ONCE = 5000

KEYS = """
SELECT key, sum(rows)::integer AS rows, min(row_no) AS row_no FROM import_parts
WHERE import_id = $1 AND record_no = $2 AND key > $3 GROUP BY key ORDER BY key LIMIT $4
"""
PARTS = """
SELECT record_no, key, row_no, rows, body FROM import_parts
WHERE import_id = $1 AND record_no = $2 AND key > $3 AND key <= $4 AND key <> ALL($5) ORDER BY key, row_no
"""
STEER = """
SELECT set_config(name, $1, true)
FROM unnest(ARRAY['enable_seqscan', 'enable_bitmapscan', 'enable_hashagg', 'enable_sort']) AS name
"""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Records up to `last_key`, those that could not be put together, and how many of these were reported before."""

    last_key: str
    records: list[Record]
    refusals: list[Refusal]
    told: int


async def next_chunk(
    connection: asyncpg.Connection, import_id: UUID, layout: Layout, *, after: str, file: str, limits: Limits
) -> Chunk | None:
    """Read the records that follow the key `after`; None when there are no more."""
    # the table was filled a moment ago and has no statistics yet; left alone, the planner sorts all of it each time
    await connection.execute(STEER, "off")
    keys = await connection.fetch(KEYS, import_id, layout.record_no, after, AT_ONCE)
    if not keys:
        return None
    taken: list[asyncpg.Record] = []
    rows = 0
    for key in keys:
        if key["rows"] <= limits.record_lines:
            rows += key["rows"]
            if taken and rows > ROWS_AT_ONCE:
                break
        taken.append(key)
    large = [key for key in taken if key["rows"] > limits.record_lines]
    found = await connection.fetch(
        PARTS, import_id, layout.record_no, after, taken[-1]["key"], [key["key"] for key in large]
    )
    await connection.execute(STEER, "on")
    chunk = Chunk(taken[-1]["key"], [], [_too_large(layout, key, limits) for key in large], 0)
    return _gathered(chunk, layout, [Part(*row) for row in found], file)


def _gathered(chunk: Chunk, layout: Layout, parts: Sequence[Part], file: str) -> Chunk:
    told = 0
    for key, group in groupby(parts, key=lambda part: part.key):
        own = list(group)
        try:
            chunk.records.append(layout.record(own, file))
        except RecordRefused as refused:
            if refused.told:
                told += 1
            else:
                name = key.replace(SEPARATOR, " / ")
                chunk.refusals.append(
                    Refusal(0, own[0].row, layout.kind.name, name, refused.column, "", refused.reason)
                )
    return Chunk(chunk.last_key, chunk.records, chunk.refusals, told)


def _too_large(layout: Layout, key: asyncpg.Record, limits: Limits) -> Refusal:
    reason = Reason(
        f"这条记录有 {key['rows']} 行，超过 {limits.record_lines} 行。",
        f"This record has {key['rows']} rows, more than {limits.record_lines}.",
    )
    return Refusal(0, key["row_no"], layout.kind.name, key["key"].replace(SEPARATOR, " / "), "", "", reason)


def tally(counts: dict[str, int], chunk: Chunk, outcomes: Sequence[Outcome]) -> None:
    """Add what became of a chunk to the counts of its kind."""
    for outcome in outcomes:
        counts[outcome.verdict] = counts.get(outcome.verdict, 0) + 1
    if lost := len(chunk.refusals) + chunk.told:
        counts["refused"] = counts.get("refused", 0) + lost


def refused_by_service(layout: Layout, records: Sequence[Record], outcomes: Sequence[Outcome]) -> list[Refusal]:
    """List the records that the service refused, with the columns its field came from."""
    found = []
    for record, outcome in zip(records, outcomes, strict=True):
        if outcome.verdict == "refused":
            column, value = _culprit(layout, record, outcome.field)
            reason = outcome.reason or Reason("服务拒绝了这条记录。", "The service refused this record.")
            found.append(
                Refusal(
                    0, record.row, layout.kind.name, record.key, column, "" if value is None else str(value), reason
                )
            )
    return found


def as_in_files(layout: Layout, names: Iterable[str]) -> Layout:
    """Leave of each field's columns those that the files have, as written there: that is where people look for them."""
    there = {column_name(name): name for name in names}

    def told(sources: Mapping[str, Source]) -> dict[str, Source]:
        found = {
            name: [there[key] for key in map(column_name, s.column) if key in there] for name, s in sources.items()
        }
        return {name: s.model_copy(update={"column": tuple(found[name]) or s.column}) for name, s in sources.items()}

    return replace(layout, fields=told(layout.fields), lines=told(layout.lines))


def _culprit(layout: Layout, record: Record, field: str) -> tuple[str, Value]:
    """Find the column and the value behind a field the service named: `buyer`, or `lines.2.quantity` of a line."""
    sources, values, name = layout.fields, record.fields, field
    group, _, rest = field.partition(".")
    number, _, of_line = rest.partition(".")
    if group == "lines" and number.isdigit() and 1 <= int(number) <= len(record.lines):
        sources, values, name = layout.lines, record.lines[int(number) - 1], of_line
    source = sources.get(name)
    return (" / ".join(source.column) if source and source.column else field), values.get(name)
