"""Boxes and removals: each kind a table, applied in bulk."""

import json
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.auth import Principal
from chassis.database import raw
from chassis.imports.kinds import Amount, Choice, Day, FieldType, Instant, Integer, Kind, Outcome, Record, Text
from chassis.imports.refusing import Reason
from chassis.scope import covers_shop

BOX: dict[str, FieldType] = {
    "place": Text(40, required=True),
    "box_no": Text(40, required=True),
    "packed_at": Instant(required=True),
    "packer": Text(40),
    "state": Choice(("open", "closed")),
    "best_before": Day(),
}
ITEM: dict[str, FieldType] = {
    "line_no": Integer(),
    "item": Text(60, required=True),
    "count": Integer(least=1, required=True),
    "price": Amount(2),
}


def said(record: Record) -> str:
    return json.dumps([record.fields, record.lines], default=str, ensure_ascii=False, sort_keys=True)


async def compare(session: AsyncSession, records: Sequence[Record], *, by: Principal) -> Sequence[Outcome]:
    rows = await (await raw(session)).fetch(
        "SELECT place, box_no, content FROM boxes JOIN unnest($1::text[], $2::text[]) AS k (place, box_no)"
        " USING (place, box_no)",
        [r.fields["place"] for r in records],
        [r.fields["box_no"] for r in records],
    )
    there = {(row["place"], row["box_no"]): row["content"] for row in rows}
    return [judged(record, there.get((record.fields["place"], record.fields["box_no"])), by) for record in records]


def judged(record: Record, there: str | None, by: Principal) -> Outcome:
    if not covers_shop(by, str(record.fields["place"])):
        return Outcome("refused", Reason("不是您的地方。", "Not a place of yours."), "place")
    if any(line["item"] == "dynamite" for line in record.lines):
        return Outcome("refused", Reason("不收炸药。", "No dynamite here."), "box_no")
    if there is None:
        return Outcome("new")
    return Outcome("same" if there == said(record) else "amended")


async def apply(session: AsyncSession, records: Sequence[Record], *, by: Principal, now: datetime) -> Sequence[Outcome]:
    outcomes = await compare(session, records, by=by)
    taken = [r for r, o in zip(records, outcomes, strict=True) if o.verdict in ("new", "amended")]
    await (await raw(session)).execute(
        "INSERT INTO boxes (place, box_no, content, taken_by, writes)"
        " SELECT *, 1 FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])"
        " ON CONFLICT (place, box_no) DO UPDATE SET content = excluded.content, writes = boxes.writes + 1",
        [r.fields["place"] for r in taken],
        [r.fields["box_no"] for r in taken],
        [said(r) for r in taken],
        [by.sub] * len(taken),
    )
    return outcomes


async def compare_removals(session: AsyncSession, records: Sequence[Record], *, by: Principal) -> Sequence[Outcome]:
    found = await (await raw(session)).fetch("SELECT removal_no FROM removals")
    known = {row["removal_no"] for row in found}
    return [Outcome("same" if r.fields["removal_no"] in known else "new") for r in records]


async def apply_removals(
    session: AsyncSession, records: Sequence[Record], *, by: Principal, now: datetime
) -> Sequence[Outcome]:
    outcomes = await compare_removals(session, records, by=by)
    await (await raw(session)).executemany(
        "INSERT INTO removals (removal_no, amount) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        [(r.fields["removal_no"], r.fields["amount"]) for r in records],
    )
    return outcomes


KINDS = (
    Kind("boxes", BOX, ("place", "box_no"), compare, apply, ITEM),
    Kind(
        "removals",
        {"removal_no": Text(40, required=True), "amount": Amount(2, least=Decimal(0), required=True)},
        ("removal_no",),
        compare_removals,
        apply_removals,
    ),
)
