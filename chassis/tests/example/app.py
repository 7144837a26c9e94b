"""Notes over HTTP."""

from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI
from pydantic import BaseModel, Field
from sqlalchemy import text

from chassis.auth import Principal
from chassis.idempotency import Once
from chassis.pagination import Page, Paged, cut
from chassis.settings import ServiceSettings
from chassis.web import Reading, Session, allowed, service_app

PERMISSIONS = {"notes.read": frozenset({"employee", "boss"}), "notes.write": frozenset({"boss"})}
router = APIRouter(prefix="/notes")
Reader = Annotated[Principal, allowed("notes.read")]
Writer = Annotated[Principal, allowed("notes.write")]


class Writing(BaseModel):
    words: str
    amount: Annotated[Decimal, Field(max_digits=30)] = Decimal("1.10")
    answers: int | None = None


class Note(BaseModel):
    id: int
    words: str
    amount: Decimal


INSERT = "INSERT INTO notes (words, amount, answers) VALUES (:words, :amount, :answers) RETURNING id, words, amount"


@router.post("", status_code=201, response_model=Note)
async def write_note(session: Session, by: Writer, once: Once, body: Writing) -> Any:
    """Write a note; one that answers a note that is not there fails only at the commit."""

    async def act() -> dict[str, Any]:
        return dict((await session.execute(text(INSERT), body.model_dump())).mappings().one())

    return await once(session, by, act)


@router.get("", response_model=Paged[Note])
async def list_notes(session: Reading, by: Reader, page: Page) -> Any:
    """List notes by their words."""
    query = "SELECT * FROM notes WHERE words > :after ORDER BY words LIMIT :limit"
    (after,) = page.after_key(str) or ("",)
    rows = (await session.execute(text(query), {"after": after, "limit": page.limit + 1})).mappings().all()
    items, following = cut(rows, page, key=lambda row: (row["words"],))
    return {"items": items, "next": following}


@router.get("/{note_id}", response_model=Note)
async def read_note(session: Reading, by: Reader, note_id: int) -> Any:
    """Divide by the number of such notes: a mistake, for what is not there."""
    found = (await session.execute(text("SELECT * FROM notes WHERE id = :id"), {"id": note_id})).mappings().all()
    return found[1 // len(found) - 1]


def create_app() -> FastAPI:
    """Build the application."""
    return service_app(
        service="example", title="Example", settings=ServiceSettings, routers=[router], permissions=PERMISSIONS
    )
