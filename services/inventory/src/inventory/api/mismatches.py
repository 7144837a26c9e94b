"""Mismatches over HTTP: who answers for what, and what no longer holds."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from chassis.auth import Principal
from chassis.idempotency import Once
from chassis.pagination import Page, Paged, cut
from chassis.web import Now, Reading, Session, allowed
from inventory.api.scope import seen_by
from inventory.commands.answer_for import Resolution, resolve_mismatch
from inventory.domain.answering import Answerer
from inventory.queries.stocktakes import mismatches_page, refuse_unseen_mismatch
from inventory.schemas.asked import ResolutionAsked
from inventory.schemas.said import MismatchSaid, Resolved

router = APIRouter(prefix="/mismatches", tags=["mismatches"])

Reader = Annotated[Principal, allowed("mismatches.read")]
Decider = Annotated[Principal, allowed("stocktakes.decide")]
Name = Annotated[str | None, Query(max_length=64)]


@router.get("", response_model=Paged[MismatchSaid])
async def list_mismatches(
    *,
    session: Reading,
    by: Reader,
    page: Page,
    stocktake_id: UUID | None = None,
    warehouse: Name = None,
    sku: Name = None,
    employee_no: Annotated[str | None, Query(max_length=64, description="工号 of one who answers")] = None,
    unresolved: bool = False,
) -> Any:
    """List mismatches, the last first. Employees find those they answer for."""
    rows = await mismatches_page(
        session,
        seen_by(by),
        page,
        stocktake_id=stocktake_id,
        warehouse=warehouse,
        sku=sku,
        employee_no=employee_no,
        unresolved=unresolved,
    )
    items, following = cut(rows, page, key=lambda row: (row.recorded_at.isoformat(), str(row.mismatch_id)))
    return {"items": [{**row._mapping, "shares": row.shares or []} for row in items], "next": following}


@router.post("/{mismatch_id}/resolved", response_model=Resolved)
async def resolve(
    *, session: Session, by: Decider, once: Once, now: Now, mismatch_id: UUID, body: ResolutionAsked
) -> Any:
    """Take a mismatch back, because things turned up, it was explained, or others answer for it."""
    await refuse_unseen_mismatch(session, seen_by(by), mismatch_id)
    parties = tuple(Answerer(party.employee_no, party.weight) for party in body.parties)
    said = Resolution(body.reason, body.found, body.outcome, parties, body.at or now)

    async def act() -> Any:
        return {"replaced_by": await resolve_mismatch(session, mismatch_id, said)}

    return await once(session, by, act)
