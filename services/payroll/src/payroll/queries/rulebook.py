"""The rulebook as it was drafted, signed and is in force."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from payroll.domain.clause import Rulebook, RulebookVersion
from payroll.domain.errors import VersionNotFound
from payroll.models import rulebook_signatures, rulebook_versions
from payroll.rulebook.lint import version_of
from payroll.rulebook.load import read_pack, shipped

# signed versions never change, so each is compiled once in the life of a process
_compiled: dict[UUID, RulebookVersion] = {}


async def signed_rulebook(session: AsyncSession) -> Rulebook:
    """Load everything signed, compiled."""
    signed = select(rulebook_signatures.c.version_id, rulebook_signatures.c.signed_at)
    signed_at: dict[UUID, datetime] = dict((await session.execute(signed)).all())
    if missing := signed_at.keys() - _compiled.keys():
        versions = select(rulebook_versions).where(rulebook_versions.c.id.in_(missing))
        for row in (await session.execute(versions)).mappings():
            _compiled[row["id"]] = _compile(row, signed_at[row["id"]])
    return Rulebook(_compiled[id] for id in signed_at)


def _compile(row: RowMapping, signed_at: datetime) -> RulebookVersion:
    return version_of(
        read_pack(row["content"]),
        row["pack_version"],
        row["changes"],
        number=row["number"],
        in_force_from=row["in_force_from"],
        signed_at=signed_at,
    )


async def next_in_force(session: AsyncSession, pack: str, day: date) -> date | None:
    """Find the day on which a signed version of a pack takes over from one that begins on `day`."""
    begins = rulebook_versions.c.in_force_from
    query = (
        select(begins)
        .join(rulebook_signatures, rulebook_signatures.c.version_id == rulebook_versions.c.id)
        .where(rulebook_versions.c.pack == pack, begins > day)
        .order_by(begins)
        .limit(1)
    )
    return (await session.execute(query)).scalar_one_or_none()


def _versions() -> Select[*tuple[Any, ...]]:
    return select(rulebook_versions, rulebook_signatures.c.signed_by, rulebook_signatures.c.signed_at).outerjoin(
        rulebook_signatures, rulebook_signatures.c.version_id == rulebook_versions.c.id
    )


async def versions(session: AsyncSession) -> Sequence[RowMapping]:
    """List every version, drafts too, by pack and number."""
    query = _versions().order_by(rulebook_versions.c.pack, rulebook_versions.c.number)
    return (await session.execute(query)).mappings().all()


async def version(session: AsyncSession, id: UUID) -> RowMapping:
    """Find one version. Raises VersionNotFound."""
    row = (await session.execute(_versions().where(rulebook_versions.c.id == id))).mappings().one_or_none()
    if row is None:
        raise VersionNotFound()
    return row


def packs() -> list[dict[str, Any]]:
    """List the packs that come with the product."""
    found = [(content, read_pack(content)) for content in shipped().values()]
    return [
        {"pack": pack.pack, "title": pack.title._asdict(), "versions": list(pack.versions), "content": content}
        for content, pack in found
    ]
