"""Defining shifts: a template that says something else than before is a new version of its code."""

from collections.abc import Sequence
from typing import Literal

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncSession

from attendance.domain.shifts import Template
from attendance.models import shift_templates
from attendance.queries.shifts import templates_called
from chassis.door import door_of

Taken = Literal["new", "same", "amended"]
ONE_WRITER = text("SELECT pg_advisory_xact_lock(hashtextextended('attendance.shifts', 0))")


async def judge_templates(session: AsyncSession, templates: Sequence[Template]) -> list[Taken]:
    """Tell what `define_templates` would make of each, changing nothing."""
    return [taken for taken, _ in await _judged(session, templates)]


async def define_templates(session: AsyncSession, templates: Sequence[Template]) -> list[Taken]:
    """Define templates; what stands on rosters already keeps the hours it was entered with."""
    await session.execute(ONE_WRITER)
    door = door_of(session)
    judged = await _judged(session, templates)
    rows = [
        {
            "code": template.code,
            "version": version,
            "name": template.name,
            "starts": [start for start, _ in template.segments],
            "ends": [end for _, end in template.segments],
            "punches": template.punches,
            "grace_minutes": template.grace_minutes,
            "meal_minutes": template.meal_minutes,
            "recorded_at": door.now,
            "recorded_by": door.actor,
        }
        for template, (taken, version) in zip(templates, judged, strict=True)
        if taken != "same"
    ]
    if rows:
        await session.execute(insert(shift_templates), rows)
    return [taken for taken, _ in judged]


async def _judged(session: AsyncSession, templates: Sequence[Template]) -> list[tuple[Taken, int]]:
    standing = await templates_called(session, [template.code for template in templates])
    judged: list[tuple[Taken, int]] = []
    for template in templates:
        version, known = standing.get(template.code, (0, None))
        if known == template:
            judged.append(("same", version))
            continue
        judged.append(("amended" if known else "new", version + 1))
        standing[template.code] = (version + 1, template)
    return judged
