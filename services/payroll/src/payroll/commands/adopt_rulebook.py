"""Adopting a pack: drafted and linted, then signed by somebody other than its author, in force from a date."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import RowMapping, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.door import door_of, new_id
from payroll.commands.prepare_run import ONE_RUN
from payroll.commands.stir import stir_from
from payroll.domain.errors import AlreadySigned, PackUnknown, PeriodIssued, RulebookFaulty, SignedByAuthor
from payroll.domain.plausible import check_day
from payroll.models import rulebook_signatures, rulebook_versions
from payroll.queries.issues import issued_between
from payroll.queries.rulebook import next_in_force, version
from payroll.rulebook.lint import lint, version_name
from payroll.rulebook.load import read_pack, shipped
from payroll.rulebook.problems import RulebookRefused
from payroll.rulebook.shape import PackText, ParameterText


async def draft_version(
    session: AsyncSession,
    *,
    pack: str,
    pack_version: int,
    in_force_from: date,
    changes: Mapping[str, Mapping[str, ParameterText]],
    content: str | None,
) -> RowMapping:
    """Draft a version of a shipped pack, or of the company's own text of it, with changed parameters.

    The whole text is kept with the version. Raises DateImplausible, PackUnknown, RulebookFaulty with every fault and
    its place.
    """
    check_day(in_force_from, "in_force_from")
    packs = shipped()
    text_of_pack = content if content is not None else packs.get(pack)
    if text_of_pack is None:
        raise PackUnknown(field="pack", pack=pack, known=", ".join(packs))
    await session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended('payroll.rulebook ' || :pack, 0))"), {"pack": pack}
    )
    of_pack = select(func.coalesce(func.max(rulebook_versions.c.number), 0)).where(rulebook_versions.c.pack == pack)
    number = (await session.execute(of_pack)).scalar_one() + 1
    linted = lint(_read(text_of_pack, pack), pack_version, changes, name=version_name(pack, number))
    if linted.refused:
        raise RulebookFaulty([_error(refused) for refused in linted.refused])
    door, id = door_of(session), new_id()
    await session.execute(
        insert(rulebook_versions).values(
            id=id,
            pack=pack,
            number=number,
            pack_version=pack_version,
            in_force_from=in_force_from,
            content=text_of_pack,
            changes={clause: dict(changed) for clause, changed in changes.items()},
            warnings=[warning._asdict() for warning in linted.warnings],
            author=door.actor,
            drafted_at=door.now,
        )
    )
    return await version(session, id)


async def sign_version(session: AsyncSession, id: UUID) -> RowMapping:
    """Put a drafted version in force from its date; a period that is issued is not altered by it any more.

    Raises VersionNotFound, SignedByAuthor, AlreadySigned, PeriodIssued.
    """
    await session.execute(text(ONE_RUN))  # a month that is being issued is not altered under its feet
    door, drafted = door_of(session), await version(session, id)
    if drafted["signed_by"] is not None:
        raise AlreadySigned(by=drafted["signed_by"])
    if drafted["author"] == door.actor:
        raise SignedByAuthor(author=drafted["author"])
    await _refuse_issued(session, drafted["pack"], drafted["in_force_from"])
    await session.execute(insert(rulebook_signatures).values(version_id=id, signed_by=door.actor, signed_at=door.now))
    await stir_from(session, drafted["in_force_from"])
    return await version(session, id)


async def _refuse_issued(session: AsyncSession, pack: str, first: date) -> None:
    """Refuse a version that would govern days of an issued period: a change in June never alters May."""
    issued = await issued_between(session, first, await next_in_force(session, pack, first))
    if issued is not None:
        raise PeriodIssued(field="in_force_from", day=first, period=issued, earliest=issued.next.first)


def _read(content: str, pack: str) -> PackText:
    try:
        read = read_pack(content)
    except RulebookRefused as refused:
        raise RulebookFaulty([_error(refused)]) from refused
    if read.pack != pack:
        raise PackUnknown(field="pack", pack=pack, known=read.pack)
    return read


def _error(refused: RulebookRefused) -> dict[str, str]:
    """Write a fault of a pack as one entry of a problem's `errors`."""
    return {
        "field": refused.where,
        "message": f"{refused.what.en}; {refused.remedy.en}",
        "message_zh": f"{refused.what.zh}；{refused.remedy.zh}",
    }
