"""Corrections of punches over HTTP."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query

from attendance.commands.correct_punches import ask_correction, decide_correction
from attendance.queries import punches as queries
from attendance.schemas.punches import CorrectionAsked, CorrectionSaid, Deciding
from chassis.auth import Principal
from chassis.idempotency import Once
from chassis.pagination import Page, Paged, cut
from chassis.web import Reading, Session, allowed

router = APIRouter(prefix="/corrections", tags=["corrections"])

Reader = Annotated[Principal, allowed("corrections.read")]
Asker = Annotated[Principal, allowed("corrections.write")]
Decider = Annotated[Principal, allowed("corrections.decide")]


@router.post("", status_code=201, response_model=CorrectionSaid)
async def ask(session: Session, by: Asker, once: Once, body: CorrectionAsked) -> Any:
    """Ask for a punch to be added or declared invalid; it counts only when somebody else approves it."""

    async def act() -> Any:
        return {**await ask_correction(session, by, **body.model_dump())}

    return await once(session, by, act)


@router.get("", response_model=Paged[CorrectionSaid])
async def list_corrections(
    session: Reading,
    by: Reader,
    page: Page,
    state: Annotated[Literal["requested", "approved", "refused"] | None, Query()] = None,
) -> Any:
    """List corrections, the latest first."""
    rows = await queries.correction_page(session, by, page, state=state)
    items, following = cut(rows, page, key=lambda row: (str(row["correction_id"]),))
    return {"items": items, "next": following}


@router.get("/{correction_id}", response_model=CorrectionSaid)
async def read_correction(session: Reading, by: Reader, correction_id: UUID) -> Any:
    """Read one correction."""
    return await queries.correction(session, by, correction_id)


@router.post("/{correction_id}/approve", response_model=CorrectionSaid)
async def approve(session: Session, by: Decider, correction_id: UUID, body: Deciding) -> Any:
    """Approve a correction; whom it is about and who asked for it cannot."""
    return await decide_correction(session, by, correction_id, "approved", body.note)


@router.post("/{correction_id}/refuse", response_model=CorrectionSaid)
async def refuse(session: Session, by: Decider, correction_id: UUID, body: Deciding) -> Any:
    """Refuse a correction."""
    return await decide_correction(session, by, correction_id, "refused", body.note)
