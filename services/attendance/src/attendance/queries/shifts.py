"""Shift templates, the newest version of each."""

from collections.abc import Collection, Sequence

from sqlalchemy import RowMapping, Text, any_, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from attendance.domain.errors import ShiftNotFound
from attendance.domain.shifts import Template
from attendance.models import shift_templates
from chassis.pagination import PageRequest

NEWEST = (
    select(shift_templates)
    .ext(distinct_on(shift_templates.c.code))
    .order_by(shift_templates.c.code, shift_templates.c.version.desc())
)


async def templates_called(session: AsyncSession, codes: Collection[str]) -> dict[str, tuple[int, Template]]:
    """Give the templates of these codes with their versions; those that are not there are left out."""
    named = any_(literal(list(codes), ARRAY(Text(collation="C"))))
    rows = (await session.execute(NEWEST.where(shift_templates.c.code == named))).mappings()
    return {row["code"]: (row["version"], template_of(row)) for row in rows}


async def template_page(session: AsyncSession, page: PageRequest) -> Sequence[RowMapping]:
    """List templates by code, and one more than the page holds."""
    query = NEWEST.limit(page.limit + 1)
    if (after := page.after_key(str)) is not None:
        query = query.where(shift_templates.c.code > after[0])
    return (await session.execute(query)).mappings().all()


async def template(session: AsyncSession, code: str) -> RowMapping:
    """Find one template. Raises ShiftNotFound."""
    row = (await session.execute(NEWEST.where(shift_templates.c.code == code))).mappings().one_or_none()
    if row is None:
        raise ShiftNotFound()
    return row


def template_of(row: RowMapping) -> Template:
    """Read a row of `shift_templates`."""
    return Template(
        code=row["code"],
        name=row["name"],
        segments=tuple(zip(row["starts"], row["ends"], strict=True)),
        punches=row["punches"],
        grace_minutes=row["grace_minutes"],
        meal_minutes=row["meal_minutes"],
    )
