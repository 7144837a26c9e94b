"""Taking reports of orders in, many at a time: new ones are recorded, known ones go on from where they stand."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.door import Door, door_of, new_id
from chassis.problems import Refusal
from orders.commands.changing import Changes, change_content, change_sellers, stands, take_steps, write_changes
from orders.commands.directory import directory_of
from orders.commands.recording import record_orders
from orders.domain.draft import Draft, everybody_in, said
from orders.domain.order import Order, assigned, new_order
from orders.domain.progress import Known, Progress, progress
from orders.domain.sellers import Directory
from orders.domain.steps import FIELD, Step, has_happened
from orders.queries.standing import known_orders, standing_orders

Taken = Literal["new", "same", "amended"] | Refusal


async def judge_orders(session: AsyncSession, drafts: Sequence[Draft]) -> list[Taken]:
    """Tell what `take_orders` would make of each report, changing nothing."""
    judged = await _judged(session, drafts)
    return [_verdict(found) for found in judged]


async def take_orders(session: AsyncSession, drafts: Sequence[Draft]) -> list[Taken]:
    """Take reports of different orders in, and tell what became of each, in their order.

    A report that cannot be taken is answered with its refusal and changes nothing.
    """
    judged = await _judged(session, drafts)
    news = [(i, found) for i, found in enumerate(judged) if isinstance(found, Order)]
    outcome = [_verdict(found) for found in judged]
    again: list[int] = []
    if news:
        door = door_of(session)
        written = await record_orders(session, [(order, drafts[i].steps, door) for i, order in news])
        again = [i for i, order in news if order.order_id not in written]
    ahead = [i for i, found in enumerate(judged) if isinstance(found, Progress) and found]
    if ahead:
        for i, taken in zip(ahead, await _go_on(session, [drafts[i] for i in ahead]), strict=True):
            outcome[i] = taken
    if again:  # somebody else recorded them meanwhile, so now they are known
        for i, taken in zip(again, await take_orders(session, [drafts[i] for i in again]), strict=True):
            outcome[i] = taken
    return outcome


async def _judged(session: AsyncSession, drafts: Sequence[Draft]) -> list[Order | Progress | Refusal]:
    door = door_of(session)
    known = await known_orders(session, [draft.key for draft in drafts])
    directory = await directory_of(session, {who for draft in drafts for who in everybody_in(draft)})
    return [_judge(door, directory, known.get(draft.key), draft) for draft in drafts]


def _judge(door: Door, directory: Directory, known: Known | None, draft: Draft) -> Order | Progress | Refusal:
    try:
        check_times(draft.steps, door)
        if known is None:
            check_sellers(draft, directory, door)
            return new_order(draft, new_id())
        found = progress(known, draft)
        if found.sellers:
            check_sellers(draft, directory, door)
        return found
    except Refusal as refusal:
        return refusal


def _verdict(found: Order | Progress | Refusal) -> Taken:
    if isinstance(found, Order):
        return "new"
    if isinstance(found, Refusal):
        return found
    return "amended" if found else "same"


def check_times(steps: Sequence[Step], door: Door) -> None:
    """Refuse steps that have not happened yet. Raises TimeInFuture."""
    for step in steps:
        if step.stated:  # an inferred time is another step's
            has_happened(step.at, field=FIELD[step.state], now=door.now)


def check_sellers(draft: Draft, directory: Directory, door: Door) -> None:
    """Refuse sellers who cannot have sold it. Raises SellerUnknown, SellerLeft."""
    sold_on = door.business_date(draft.placed_at)
    directory.check(everybody_in(draft), sold_on=sold_on, accepts_leavers=draft.basis == "historical")


async def _go_on(session: AsyncSession, drafts: Sequence[Draft]) -> list[Taken]:
    orders = await standing_orders(session, [draft.key for draft in drafts], hold=True)
    changes = Changes(session)
    taken: list[Taken] = []
    for draft in drafts:
        order = orders[draft.key]
        try:  # judged once more, now that nobody else can change it
            found = progress(Known(order.order_id, order.said, order.steps), draft)
            if found:
                _apply(changes, order, draft, found)
            taken.append("amended" if found else "same")
        except Refusal as refusal:
            taken.append(refusal)
    await write_changes(changes)
    return taken


def _apply(changes: Changes, order: Order, draft: Draft, found: Progress) -> None:
    if found.content:
        order = change_content(changes, order, buyer=draft.buyer, remark=draft.remark, lines=draft.lines)
    if found.sellers:
        order = change_sellers(changes, order, assigned(order, draft.sellers, draft.line_sellers))
    if found.steps:
        order = take_steps(changes, order, found.steps)
    stands(changes, replace(order, said=said(draft)))
