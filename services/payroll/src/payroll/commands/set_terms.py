"""Agreements about pay: dated versions, each added to the ones before."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from chassis.door import door_of
from chassis.problems import Refusal
from payroll.commands.stir import stir_from
from payroll.domain.errors import OwnPay, SchemeUnknown
from payroll.domain.plausible import check_day
from payroll.domain.terms import Terms
from payroll.models import rulebook_versions, terms

# agreements are rare: one writer at a time counts the versions of a person
ONE_WRITER = text("SELECT pg_advisory_xact_lock(hashtextextended('payroll.terms', 0))")
AGREED = """
SELECT employee_no, valid_from, version, base_salary, scheme, work_place, performance_bonus, attendance_bonus
FROM terms WHERE employee_no = ANY($1::text[]) ORDER BY version
"""
ROWS_A_STATEMENT = 1000


class Agreement(NamedTuple):
    """What somebody is to be paid from a day on. A base salary of 0 is commission only; bonuses are monthly pools."""

    employee_no: str
    valid_from: date
    base_salary: Decimal
    scheme: str | None = None
    work_place: str | None = None
    performance_bonus: Decimal | None = None
    attendance_bonus: Decimal | None = None


Taken = tuple[Literal["new", "same", "amended"], Terms] | Refusal


async def set_terms(session: AsyncSession, agreement: Agreement) -> Terms:
    """Record what was agreed with somebody from a date on, as a new version; what is agreed already stays.

    Raises OwnPay, SchemeUnknown, DateImplausible.
    """
    [taken] = await take_terms(session, [agreement])
    if isinstance(taken, Refusal):
        raise taken
    return taken[1]


async def take_terms(session: AsyncSession, agreements: Sequence[Agreement]) -> list[Taken]:
    """Record many agreements in their order, and tell what became of each."""
    await session.execute(ONE_WRITER)
    taken = await judge_terms(session, agreements)
    door = door_of(session)
    rows = [
        {"employee_no": agreement.employee_no, "decided_at": door.now, "decided_by": door.actor}
        | {name: getattr(became[1], name) for name in Terms.__dataclass_fields__}
        for agreement, became in zip(agreements, taken, strict=True)
        if not isinstance(became, Refusal) and became[0] != "same"
    ]
    for start in range(0, len(rows), ROWS_A_STATEMENT):
        await session.execute(insert(terms), rows[start : start + ROWS_A_STATEMENT])
    if rows:
        made = [
            (said[1].valid_from, number)
            for (number, *_), said in zip(agreements, taken, strict=True)
            if not isinstance(said, Refusal)
        ]
        await stir_from(session, min(made)[0], {number for _, number in made})
    return taken


async def judge_terms(session: AsyncSession, agreements: Sequence[Agreement]) -> list[Taken]:
    """Tell what `take_terms` would do with each agreement, changing nothing."""
    adopted = set((await session.execute(select(rulebook_versions.c.pack).distinct())).scalars())
    agreed = await _agreed(session, {agreement.employee_no for agreement in agreements})
    taken: list[Taken] = []
    for agreement in agreements:
        try:
            _check(agreement, adopted, door_of(session).actor)
        except Refusal as refusal:
            taken.append(refusal)
            continue
        known = agreed.setdefault(agreement.employee_no, [])
        standing = next((t for t in reversed(known) if t.valid_from == agreement.valid_from), None)
        if standing is not None and _says(standing) == agreement[2:]:
            taken.append(("same", standing))
            continue
        version = known[-1].version + 1 if known else 1
        made = Terms(agreement.valid_from, version, *agreement[2:])
        taken.append(("amended" if known else "new", made))
        known.append(made)
    return taken


def _says(agreed: Terms) -> tuple[Any, ...]:
    return tuple(getattr(agreed, name) for name in Agreement._fields[2:])


def _check(agreement: Agreement, adopted: set[str], actor: str) -> None:
    if actor == agreement.employee_no:
        raise OwnPay(field="employee_no")
    check_day(agreement.valid_from, "valid_from")
    if agreement.scheme is not None and agreement.scheme not in adopted:
        raise SchemeUnknown(field="scheme", scheme=agreement.scheme)


async def _agreed(session: AsyncSession, numbers: Iterable[str]) -> dict[str, list[Terms]]:
    found: dict[str, list[Terms]] = {}
    for row in await (await raw(session)).fetch(AGREED, list(numbers)):
        found.setdefault(row["employee_no"], []).append(Terms(*list(row)[1:]))
    return found
