"""What inventory takes in from files: things, goods received and issued, counts of a stocktake, goods that came back.

Goods received are a kind before goods issued, so that a file of both never takes out what stands further down in it.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.auth import Principal
from chassis.door import door_of
from chassis.imports.kinds import Amount, Apply, Compare, Day, FieldType, Instant, Kind, Outcome, Record, Text
from chassis.imports.refusing import Reason
from chassis.problems import Refusal
from inventory.commands.book_documents import book_moves, judge_moves
from inventory.commands.count import Counted, judge_counts, take_counts
from inventory.commands.record_things import Thing, judge_things, record_things
from inventory.domain.errors import StockTooLarge
from inventory.domain.permissions import check_counter
from inventory.domain.shelf import MOST, Move, Why

NOT_NEGATIVE = Decimal(0)

SKU_FIELDS: Mapping[str, FieldType] = {
    "sku": Text(64, required=True),
    "title": Text(300, required=True),
    "unit_cost": Amount(4, least=NOT_NEGATIVE),
    "valid_from": Day(),
}
MOVE_FIELDS: Mapping[str, FieldType] = {
    "warehouse": Text(64, required=True),
    "document_no": Text(64, required=True),
    "sku": Text(64, required=True),
    "quantity": Amount(3, least=NOT_NEGATIVE, required=True),
    "at": Instant(required=True),
    "note": Text(300),
}
COUNT_FIELDS: Mapping[str, FieldType] = {
    "warehouse": Text(64, required=True),
    "sku": Text(64, required=True),
    "counted": Amount(3, least=NOT_NEGATIVE, required=True),
    "counted_at": Instant(required=True),
    "counted_by": Text(64, required=True),
}

Taken = Literal["new", "same", "amended"] | Refusal


def _outcome(taken: Taken) -> Outcome:
    if isinstance(taken, Refusal):
        return Outcome("refused", Reason(taken.detail_zh, taken.detail), taken.field or "")
    return Outcome(taken)


def _things(session: AsyncSession, records: Sequence[Record]) -> list[Thing]:
    door = door_of(session)
    today = door.business_date(door.now)
    said: list[Mapping[str, Any]] = [record.fields for record in records]
    return [Thing(s["sku"], s["title"], s.get("unit_cost"), s.get("valid_from") or today) for s in said]


async def compare_skus(session: AsyncSession, records: Sequence[Record], *, by: Principal) -> Sequence[Outcome]:
    """Tell what `apply_skus` would do with each thing."""
    return [_outcome(v) for v in await judge_things(session, _things(session, records), actor=by.employee_no)]


async def apply_skus(
    session: AsyncSession, records: Sequence[Record], *, by: Principal, now: datetime
) -> Sequence[Outcome]:
    """Record new things; another title or cost amends a known one."""
    return [_outcome(v) for v in await record_things(session, _things(session, records), actor=by.employee_no)]


def _move(record: Record, reason: Why) -> Move:
    said: Mapping[str, Any] = record.fields
    quantity = said["quantity"]
    if quantity > MOST:
        raise StockTooLarge(field="quantity", sku=said["sku"], warehouse=said["warehouse"])
    change = -quantity if reason == "issued" else quantity
    return Move(
        said["warehouse"], said["sku"], change, reason, "document", said["document_no"], said["at"], said.get("note")
    )


def _count(record: Record, by: Principal) -> Counted:
    said: Mapping[str, Any] = record.fields
    counted = said["counted"]
    if counted > MOST:
        raise StockTooLarge(field="counted", sku=said["sku"], warehouse=said["warehouse"])
    check_counter(said["counted_by"], by.employee_no, by.roles, counts_here=False)
    return Counted(said["warehouse"], said["sku"], counted, said["counted_at"], said["counted_by"])


def _moving(reason: Why) -> tuple[Compare, Apply]:
    async def compare(session: AsyncSession, records: Sequence[Record], *, by: Principal) -> Sequence[Outcome]:
        drafts, order = _read(records, lambda record: _move(record, reason))
        return _placed(order, await judge_moves(session, drafts))

    async def apply(
        session: AsyncSession, records: Sequence[Record], *, by: Principal, now: datetime
    ) -> Sequence[Outcome]:
        drafts, order = _read(records, lambda record: _move(record, reason))
        return _placed(order, await book_moves(session, drafts))

    return compare, apply


async def compare_counts(session: AsyncSession, records: Sequence[Record], *, by: Principal) -> Sequence[Outcome]:
    """Tell what `apply_counts` would do with each count."""
    drafts, order = _read(records, lambda record: _count(record, by))
    return _placed(order, await judge_counts(session, drafts))


async def apply_counts(
    session: AsyncSession, records: Sequence[Record], *, by: Principal, now: datetime
) -> Sequence[Outcome]:
    """Record counts in the stocktake that was open at that moment in their warehouse."""
    drafts, order = _read(records, lambda record: _count(record, by))
    return _placed(order, await take_counts(session, drafts))


def _read(records: Sequence[Record], reader: Callable[[Record], Any]) -> tuple[list[Any], list[Refusal | None]]:
    """Make drafts of the records that can be read; for the others a refusal stands in their place."""
    drafts: list[Any] = []
    order: list[Refusal | None] = []
    for record in records:
        try:
            drafts.append(reader(record))
            order.append(None)
        except Refusal as refusal:
            order.append(refusal)
    return drafts, order


def _placed(order: Sequence[Refusal | None], taken: Sequence[Taken]) -> list[Outcome]:
    following = iter(taken)
    return [_outcome(next(following) if refusal is None else refusal) for refusal in order]


MOVE_KEY = ("warehouse", "document_no", "sku")
KINDS = (
    Kind("skus", SKU_FIELDS, key=("sku",), compare=compare_skus, apply=apply_skus),
    *(
        Kind(name, MOVE_FIELDS, key=MOVE_KEY, compare=moving[0], apply=moving[1])
        for name, moving in (("receipts", _moving("received")), ("issues", _moving("issued")))
    ),
    Kind(
        "counts",
        COUNT_FIELDS,
        key=("warehouse", "sku", "counted_by"),
        compare=compare_counts,
        apply=apply_counts,
    ),
)
