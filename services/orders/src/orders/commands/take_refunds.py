"""Taking refunds in: of recorded orders, and historic ones without a sale."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from chassis.door import door_of, new_id
from chassis.outbox import announce
from chassis.problems import Refusal
from orders.commands.changing import Changes, stands, write_changes
from orders.commands.directory import directory_of
from orders.commands.recording import Rows, columns
from orders.domain.errors import RefundNotPositive, RefundWithoutOrder
from orders.domain.order import Order, Refunded, refunded
from orders.domain.refund import RefundDraft, refuse_other_refund, written
from orders.domain.sellers import Directory, Holding, held
from orders.domain.steps import has_happened
from orders.outgoing import refund_executed
from orders.queries.standing import Key, standing_orders

Taken = Literal["new", "same"] | Refusal

RECORDED = """
SELECT shop, refund_no, order_no, line_no, amount, executed_at, order_id IS NOT NULL AS linked, sellers
FROM unnest($1::text[], $2::text[]) AS k (shop, refund_no) JOIN refunds USING (shop, refund_no)
"""
REFUNDS = """
INSERT INTO refunds (refund_id, shop, refund_no, order_id, order_no, line_no, amount, executed_at, reason, basis,
                     sellers, event_id, recorded_at, recorded_by)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::text[], $6::integer[], $7::numeric[],
                     $8::timestamptz[], $9::text[], $10::text[], $11::text[], $12::uuid[], $13::timestamptz[],
                     $14::text[])
"""
REFUND_LINES = """
INSERT INTO refund_lines (refund_id, line_no, order_id, amount)
SELECT * FROM unnest($1::uuid[], $2::integer[], $3::uuid[], $4::numeric[])
"""
REFUND_SHARES = """
INSERT INTO refund_shares (refund_id, line_no, place, order_id, assignment, employee_no, amount)
SELECT * FROM unnest($1::uuid[], $2::integer[], $3::integer[], $4::uuid[], $5::integer[], $6::text[], $7::numeric[])
"""


async def hold_refunds(session: AsyncSession, shops: Collection[str]) -> None:
    """Let the refunds of a shop come one transaction at a time, so that a number is judged by what is there.

    Taken before any order is held, here and wherever refunds are decided, so that nobody waits in a circle.
    """
    for shop in sorted(shops):
        await (await raw(session)).execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('orders.refunds ' || $1, 0))", shop
        )


async def judge_refunds(session: AsyncSession, drafts: Sequence[RefundDraft]) -> list[Taken]:
    """Tell what `take_refunds` would make of each, changing nothing."""
    return [_verdict(found) for found in await _judged(session, drafts, hold=False)]


async def take_refunds(session: AsyncSession, drafts: Sequence[RefundDraft]) -> list[Taken]:
    """Record refunds with different numbers, announce them, and tell what became of each, in their order.

    A refund that cannot be taken is answered with its refusal and changes nothing.
    """
    await hold_refunds(session, {draft.shop for draft in drafts})
    judged = await _judged(session, drafts, hold=True)
    changes = Changes(session)
    refunds: Rows = []
    lines: Rows = []
    shares: Rows = []
    for draft, found in zip(drafts, judged, strict=True):
        if isinstance(found, Refunded | tuple):
            row = _row(session, draft, found)
            refunds.append(row)
            if isinstance(found, Refunded):
                stands(changes, found.order)
                lines += [(row[0], no, found.order.order_id, part) for no, part in found.by_line.items()]
            shares += _shares(row[0], found)
    connection = await raw(session)
    for statement, rows in ((REFUNDS, refunds), (REFUND_LINES, lines), (REFUND_SHARES, shares)):
        if rows:
            await connection.execute(statement, *columns(rows, 0))
    await write_changes(changes)
    return [_verdict(found) for found in judged]


Found = Refunded | tuple[Holding, ...] | None | Refusal
"""A refund of a recorded order; what sellers of a historic one give up; nothing new; a refusal."""


async def _judged(session: AsyncSession, drafts: Sequence[RefundDraft], *, hold: bool) -> list[Found]:
    wanted = {(draft.shop, draft.order_no) for draft in drafts if draft.order_no is not None}
    orders = await standing_orders(session, wanted, hold=hold) if wanted else {}
    recorded = await _recorded(session, [(draft.shop, draft.refund_no) for draft in drafts])
    directory = await directory_of(session, {s.employee_no for draft in drafts for s in draft.sellers})
    now = door_of(session).now
    judged: list[Found] = []
    for draft in drafts:
        try:
            has_happened(draft.executed_at, field="executed_at", now=now)
            known = recorded.get((draft.shop, draft.refund_no))
            key = (draft.shop, draft.order_no or "")
            found: Found = None
            if known is not None:
                refuse_other_refund(draft, **known)
            elif key in orders:
                found = refunded(orders[key], draft.line_no, draft.amount)
                orders[key] = found.order
            else:
                found = _historic(draft, directory)
            judged.append(found)
        except Refusal as refusal:
            judged.append(refusal)
    return judged


def _historic(draft: RefundDraft, directory: Directory) -> tuple[Holding, ...]:
    if draft.order_no is not None and draft.basis != "historical":
        raise RefundWithoutOrder(field="order_no", order_no=draft.order_no, shop=draft.shop)
    if draft.amount <= 0:
        raise RefundNotPositive(field="amount")
    people = [seller.employee_no for seller in draft.sellers]
    directory.check(people, sold_on=draft.executed_at.date(), accepts_leavers=True)
    return held({0: draft.amount}, draft.sellers, {})


def _verdict(found: Found) -> Taken:
    if isinstance(found, Refusal):
        return found
    return "same" if found is None else "new"


async def _recorded(session: AsyncSession, keys: Sequence[Key]) -> Mapping[Key, dict[str, Any]]:
    shops, numbers = [shop for shop, _ in keys], [refund_no for _, refund_no in keys]
    rows = await (await raw(session)).fetch(RECORDED, shops, numbers)
    return {(row["shop"], row["refund_no"]): dict(list(row.items())[2:]) for row in rows}


def _row(session: AsyncSession, draft: RefundDraft, found: Refunded | tuple[Holding, ...]) -> tuple[Any, ...]:
    door, event_id = door_of(session), new_id()
    order: Order | None = found.order if isinstance(found, Refunded) else None
    basis = draft.basis or "live" if order else "historical"
    announce(
        session,
        refund_executed(
            shop=draft.shop,
            order_no=draft.order_no,
            refund_no=draft.refund_no,
            line_no=draft.line_no,
            amount=draft.amount,
            taken=found.taken if isinstance(found, Refunded) else found,
            completion=order.completion if order else None,
            basis=basis,
            event_id=event_id,
            at=draft.executed_at,
        ),
    )
    return (
        new_id(),
        draft.shop,
        draft.refund_no,
        order.order_id if order else None,
        draft.order_no,
        draft.line_no,
        draft.amount,
        draft.executed_at,
        draft.reason,
        basis,
        None if order else written(draft.sellers),
        event_id,
        door.now,
        door.actor,
    )


def _shares(refund_id: object, found: Refunded | tuple[Holding, ...]) -> Rows:
    order = found.order if isinstance(found, Refunded) else None
    taken = found.taken if isinstance(found, Refunded) else found
    order_id, assignment = (order.order_id, order.assignment) if order else (None, None)
    return [
        (refund_id, h.line_no, place, order_id, assignment, h.employee_no, h.amount) for place, h in enumerate(taken)
    ]
