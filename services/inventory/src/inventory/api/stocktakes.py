"""Stocktakes over HTTP: opening, blind counting, findings, completing."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request

from chassis.auth import Principal
from chassis.idempotency import Once
from chassis.pagination import Page, Paged, cut
from chassis.web import Now, Reading, Session, allowed
from inventory.api.scope import reading_door, seen_by
from inventory.commands.count import take_sheet
from inventory.commands.open_stocktake import Plan, abandon_stocktake, open_stocktake
from inventory.commands.settle import complete_stocktake, find_out
from inventory.domain.answering import Answerer
from inventory.domain.permissions import counts_blind
from inventory.queries import stocktakes
from inventory.schemas.asked import AbandonAsked, CompletionAsked, CountsAsked, FindingAsked, StocktakeAsked
from inventory.schemas.said import (
    CountsTaken,
    ItemSaid,
    Recorded,
    StocktakeCompletedSaid,
    StocktakeListed,
    StocktakeOpened,
    StocktakeSaid,
)

router = APIRouter(prefix="/stocktakes", tags=["stocktakes"])

Reader = Annotated[Principal, allowed("stocktakes.read")]
Runner = Annotated[Principal, allowed("stocktakes.run")]
Counter = Annotated[Principal, allowed("stocktakes.count")]
Decider = Annotated[Principal, allowed("stocktakes.decide")]


@router.post("", status_code=201, response_model=StocktakeOpened)
async def begin(*, session: Session, by: Runner, once: Once, now: Now, body: StocktakeAsked) -> Any:
    """Open a stocktake of everything in a warehouse, or a spot check. The warehouse works on meanwhile."""
    plan = Plan(**body.model_dump(exclude={"opened_at"}), opened_at=body.opened_at or now)

    async def act() -> Any:
        return {"stocktake_id": await open_stocktake(session, plan)}

    return await once(session, by, act)


@router.get("", response_model=Paged[StocktakeListed])
async def list_stocktakes(
    *,
    session: Reading,
    by: Reader,
    page: Page,
    warehouse: Annotated[str | None, Query(max_length=64)] = None,
    state: Literal["open", "completed", "abandoned"] | None = None,
    planned_on: date | None = None,
) -> Any:
    """List stocktakes, the last opened first. Employees find those they count or answer in."""
    rows = await stocktakes.stocktakes_page(
        session, seen_by(by), page, warehouse=warehouse, state=state, planned_on=planned_on
    )
    items, following = cut(rows, page, key=lambda row: (row.opened_at.isoformat(), str(row.stocktake_id)))
    return {"items": [row._mapping for row in items], "next": following}


@router.get("/{stocktake_id}", response_model=StocktakeSaid)
async def read_stocktake(session: Reading, by: Reader, stocktake_id: UUID) -> Any:
    """Read one stocktake; a foreign one answers 404."""
    await stocktakes.refuse_unseen_stocktake(session, seen_by(by), stocktake_id)
    return await stocktakes.stocktake_read(session, stocktake_id)


@router.get("/{stocktake_id}/items", response_model=Paged[ItemSaid])
async def list_items(
    *, session: Reading, by: Reader, now: Now, request: Request, page: Page, stocktake_id: UUID
) -> Any:
    """List what is to be counted. While it is open, those who count see neither what is expected nor what differs."""
    await stocktakes.refuse_unseen_stocktake(session, seen_by(by), stocktake_id)
    blind = counts_blind(by.roles) or await stocktakes.counts_in(session, stocktake_id, by.employee_no)
    door = reading_door(request, by, now)
    rows = await stocktakes.items_page(session, stocktake_id, page, door, blind=blind, own=by.employee_no)
    items, following = cut(rows, page, key=lambda row: (row["sku"],))
    return {"items": items, "next": following}


@router.post("/{stocktake_id}/counts", status_code=201, response_model=CountsTaken)
async def count(*, session: Session, by: Counter, once: Once, now: Now, stocktake_id: UUID, body: CountsAsked) -> Any:
    """Hand in what one person counted: all of it or nothing. The answer does not tell what was expected."""
    await stocktakes.refuse_unseen_stocktake(session, seen_by(by), stocktake_id)
    counted = [(one.sku, one.counted, one.counted_at or now) for one in body.counts]
    counts_here = await stocktakes.counts_in(session, stocktake_id, by.employee_no)

    async def act() -> Any:
        return await take_sheet(
            session,
            stocktake_id,
            counted,
            counted_by=body.counted_by or by.employee_no,
            handed_in_by=by.employee_no,
            roles=by.roles,
            counts_here=counts_here,
        )

    return await once(session, by, act)


@router.post("/{stocktake_id}/findings", status_code=201, response_model=Recorded)
async def find(*, session: Session, by: Decider, once: Once, stocktake_id: UUID, body: FindingAsked) -> Any:
    """Record what was found out about a difference, and who answers; never by the keeper or somebody it names."""
    await stocktakes.refuse_unseen_stocktake(session, seen_by(by), stocktake_id)
    parties = [Answerer(party.employee_no, party.weight) for party in body.parties]

    async def act() -> Any:
        await find_out(session, stocktake_id, body.sku, outcome=body.outcome, finding=body.finding, parties=parties)
        return {"result": "new"}

    return await once(session, by, act)


@router.post("/{stocktake_id}/completed", response_model=StocktakeCompletedSaid)
async def complete(
    *, session: Session, by: Runner, once: Once, now: Now, stocktake_id: UUID, body: CompletionAsked
) -> Any:
    """Finish a stocktake: the ledger is corrected, and who answers for what is missing is announced."""
    await stocktakes.refuse_unseen_stocktake(session, seen_by(by), stocktake_id)

    async def act() -> Any:
        return (await complete_stocktake(session, stocktake_id, body.completed_at or now))._asdict()

    return await once(session, by, act)


@router.post("/{stocktake_id}/abandoned", response_model=Recorded)
async def abandon(session: Session, by: Decider, stocktake_id: UUID, body: AbandonAsked) -> Any:
    """Give an open stocktake up; nothing of it counts."""
    await stocktakes.refuse_unseen_stocktake(session, seen_by(by), stocktake_id)
    await abandon_stocktake(session, stocktake_id, body.reason)
    return {"result": "new"}
