"""The rulebook over HTTP."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter

from chassis.auth import Principal
from chassis.idempotency import Once
from chassis.web import Reading, Session, allowed
from payroll.commands import adopt_rulebook
from payroll.queries import rulebook
from payroll.schemas.rulebook import Packs, RulebookText, RulebookVersion, RulebookVersions, VersionDraft

router = APIRouter(tags=["rulebook"])

Reader = Annotated[Principal, allowed("rulebook.read")]


@router.get("/packs", response_model=Packs)
async def list_packs(by: Reader) -> Any:
    """List the packs that the product ships, with their whole text."""
    return {"items": rulebook.packs()}


@router.get("/rulebook/versions", response_model=RulebookVersions)
async def list_versions(session: Reading, by: Reader) -> Any:
    """List every version of the company's rulebook, drafts too."""
    return {"items": [_shaped(row) for row in await rulebook.versions(session)]}


@router.get("/rulebook/versions/{id}", response_model=RulebookText)
async def read_version(session: Reading, by: Reader, id: UUID) -> Any:
    """Read one version with its whole text."""
    return _shaped(await rulebook.version(session, id))


@router.post("/rulebook/versions", status_code=201, response_model=RulebookVersion)
async def draft_version(
    session: Session, by: Annotated[Principal, allowed("rulebook.draft")], once: Once, body: VersionDraft
) -> Any:
    """Draft a version; 422 lists every fault with clause, line and remedy. It prices nothing before it is signed."""

    async def act() -> dict[str, Any]:
        said = body.model_dump(exclude={"parameters"})
        return _shaped(await adopt_rulebook.draft_version(session, changes=body.parameters, **said))

    return await once(session, by, act)


@router.post("/rulebook/versions/{id}/sign", response_model=RulebookVersion)
async def sign_version(
    session: Session, by: Annotated[Principal, allowed("rulebook.sign")], once: Once, id: UUID
) -> Any:
    """Sign a version, so that it is in force from its date. 409 for its author."""

    async def act() -> dict[str, Any]:
        return _shaped(await adopt_rulebook.sign_version(session, id))

    return await once(session, by, act)


def _shaped(row: Mapping[Any, Any]) -> dict[str, Any]:
    return dict(row) | {"state": "signed" if row["signed_at"] else "linted"}
