"""What a look at somebody's deductions is held against: what stands, what was revoked, what can matter at all."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import Database, raw
from chassis.door import Door
from payroll.domain.clause import Rulebook
from payroll.domain.period import Period
from payroll.domain.proposal import Key
from payroll.domain.text import Text

STANDING = """
SELECT s.employee_no, s.clause_id, s.evidence, s.assessment_id, s.state, a.amount, a.event_id, a.about, a.title
FROM assessment_states s JOIN assessments a ON a.id = s.assessment_id
WHERE s.period = $1 AND s.employee_no = ANY($2::text[]) AND s.state <> 'revoked' FOR UPDATE OF s
"""
REVOCATIONS = """
SELECT employee_no, revokes, event_id, type, business_date, period FROM facts
WHERE revokes IS NOT NULL AND revokes_period = $1 AND employee_no = ANY($2::text[])
"""

WAITING = "SELECT EXISTS (SELECT FROM stirred) OR NOT EXISTS (SELECT FROM month_ends WHERE period = $1)"

UNWORKED = frozenset({"attendance", "leave"})
"""Whose facts bear on pay by law, whatever the rulebook says: unworked time, leave."""


class Standing(NamedTuple):
    """A proposal that stands."""

    id: UUID
    key: Key
    state: str
    amount: Decimal
    event_id: UUID | None
    about: str
    title: Text


class Revocation(NamedTuple):
    """An event that says that another one does not hold, as it concerns one person."""

    event_id: UUID
    type: str
    business_date: date
    period: date


async def newest_stirred(database: Database) -> int | None:
    """Tell which of those whose deductions wait to be looked at came last; None when nobody waits."""
    newest: int | None = await database.glance("SELECT max(id) FROM stirred")
    return newest


async def anything_waits(database: Database, door: Door) -> bool:
    """Tell whether anybody's deductions wait to be looked at, or everybody's of a month that has just ended."""
    return bool(await database.glance(WAITING, Period.of(door.business_date(door.now)).previous.first))


async def standing_assessments(session: AsyncSession, period: Period, numbers: Collection[str]) -> dict[Key, Standing]:
    """Load what is proposed to be taken from some people in a period; others who decide about it wait meanwhile."""
    rows = await (await raw(session)).fetch(STANDING, period.first, list(numbers))
    found = (
        Standing(
            row["assessment_id"],
            Key(row["employee_no"], row["clause_id"], row["evidence"]),
            row["state"],
            row["amount"],
            row["event_id"],
            row["about"],
            Text(**row["title"]),
        )
        for row in rows
    )
    return {standing.key: standing for standing in found}


async def revocations_of(
    session: AsyncSession, period: Period, numbers: Collection[str]
) -> dict[tuple[str, str], Revocation]:
    """Load what was said later about events of a period, by person and event (as the evidence of a proposal)."""
    rows = await (await raw(session)).fetch(REVOCATIONS, period.first, list(numbers))
    return {(row["employee_no"], str(row["revokes"])): Revocation(*list(row)[2:]) for row in rows}


def matters(rulebook: Rulebook, type: str) -> bool:
    """Tell whether a type of fact ('' for anything else) may change what is taken from somebody.

    Sales, by far the most facts, only matter where a clause that takes money reads them.
    """
    if type == "" or type.split(".", maxsplit=1)[0] in UNWORKED:
        return True
    return any(
        clause.legal_class is not None and type in clause.reads
        for version in rulebook.versions
        for clause in version.clauses
    )
