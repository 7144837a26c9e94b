"""Stock over HTTP: receipts, issues, corrections; what lies where, what moved, what orders lack."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from chassis.auth import Principal
from chassis.idempotency import Once
from chassis.pagination import Page, Paged, cut
from chassis.web import Now, Reading, Session, allowed
from inventory.api.scope import seen_by
from inventory.commands.book_documents import book_document
from inventory.domain.permissions import counts_blind
from inventory.domain.shelf import Move, Why
from inventory.queries import stock
from inventory.schemas.asked import CorrectionAsked, DocumentAsked
from inventory.schemas.said import LevelSaid, MoveSaid, Recorded, ShortageSaid, UnknownSkuSaid

router = APIRouter(tags=["stock"])

Reader = Annotated[Principal, allowed("stock.read")]
Worker = Annotated[Principal, allowed("stock.write")]
Corrector = Annotated[Principal, allowed("stock.correct")]
Name = Annotated[str | None, Query(max_length=64)]


def _moves(
    body: DocumentAsked | CorrectionAsked, changes: list[tuple[str, Decimal]], reason: Why, now: datetime
) -> list[Move]:
    at = body.at or now
    return [
        Move(body.warehouse, sku, change, reason, "document", body.document_no, at, body.note)
        for sku, change in changes
    ]


async def _book(session: Session, by: Principal, once: Once, response: Response, *, moves: list[Move]) -> Any:
    async def act() -> Any:
        new = await book_document(session, moves)
        response.status_code = 201 if new else 200
        return {"result": "new" if new else "same"}

    return await once(session, by, act)


@router.post("/receipts", status_code=201, response_model=Recorded)
async def receive(
    *, session: Session, by: Worker, once: Once, now: Now, response: Response, body: DocumentAsked
) -> Any:
    """Book goods in. All lines or none; 200 when the same document was booked before."""
    changes = [(line.sku, line.quantity) for line in body.lines]
    return await _book(session, by, once, response, moves=_moves(body, changes, "received", now))


@router.post("/issues", status_code=201, response_model=Recorded)
async def issue(*, session: Session, by: Worker, once: Once, now: Now, response: Response, body: DocumentAsked) -> Any:
    """Book goods out, for anything but orders. All lines or none; refused where there is less on hand."""
    changes = [(line.sku, -line.quantity) for line in body.lines]
    return await _book(session, by, once, response, moves=_moves(body, changes, "issued", now))


@router.post("/corrections", status_code=201, response_model=Recorded)
async def correct(
    *, session: Session, by: Corrector, once: Once, now: Now, response: Response, body: CorrectionAsked
) -> Any:
    """Correct the ledger, with the reason; never by who keeps the warehouse."""
    changes = [(line.sku, line.change) for line in body.lines]
    return await _book(session, by, once, response, moves=_moves(body, changes, "corrected", now))


@router.get("/stock", response_model=Paged[LevelSaid])
async def list_levels(
    *,
    session: Reading,
    by: Reader,
    page: Page,
    warehouse: Name = None,
    sku: Name = None,
    depleted: Annotated[bool, Query(description="only what has nothing left to sell")] = False,
) -> Any:
    """List what lies where. Quantities are hidden from those who count there at present."""
    blind, own = counts_blind(by.roles), by.employee_no
    rows = await stock.levels_page(session, page, blind=blind, own=own, warehouse=warehouse, sku=sku, depleted=depleted)
    items, following = cut(rows, page, key=lambda row: (row.warehouse, row.sku))
    return {"items": [row._mapping for row in items], "next": following}


@router.get("/movements", response_model=Paged[MoveSaid])
async def list_moves(
    *, session: Reading, by: Reader, page: Page, warehouse: Name = None, sku: Name = None, document_no: Name = None
) -> Any:
    """List movements, the last recorded first; none where the caller counts at present."""
    blind, own = counts_blind(by.roles), by.employee_no
    rows = await stock.moves_page(
        session, page, blind=blind, own=own, warehouse=warehouse, sku=sku, document_no=document_no
    )
    items, following = cut(rows, page, key=lambda row: (row.recorded_at.isoformat(), str(row.event_id)))
    return {"items": [row._mapping for row in items], "next": following}


@router.get("/shortages", response_model=Paged[ShortageSaid])
async def list_shortages(session: Reading, by: Reader, page: Page) -> Any:
    """List what orders want and do not have, those that wait longest first."""
    rows = await stock.shortages_page(session, seen_by(by), page)
    items, following = cut(rows, page, key=lambda row: (row.since.isoformat(), row.shop, row.order_no, row.sku))
    return {"items": [row._mapping for row in items], "next": following}


@router.get("/unknown-skus", response_model=Paged[UnknownSkuSaid])
async def list_unknown_skus(session: Reading, by: Reader, page: Page) -> Any:
    """List codes that orders sold and that nobody recorded as things."""
    rows = await stock.unknown_skus_page(session, seen_by(by), page)
    items, following = cut(rows, page, key=lambda row: (row.sku,))
    return {"items": [row._mapping for row in items], "next": following}
