"""Telling employees what concerns their pay; kept for good, read by them alone."""

import json
from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from chassis.door import door_of, new_id
from payroll.domain.notices import Told
from payroll.domain.text import Text

COLUMNS = ("id", "employee_no", "kind", "assessment_id", "text", "noticed_at")


class Notice(NamedTuple):
    """Something one person is told about one assessment."""

    employee_no: str
    kind: Told
    assessment_id: UUID
    text: Text


async def notify(session: AsyncSession, notices: Iterable[Notice]) -> None:
    """Write notices down, in bulk."""
    now = door_of(session).now
    rows = [(new_id(), n.employee_no, n.kind.value, n.assessment_id, as_json(n.text), now) for n in notices]
    if rows:
        await (await raw(session)).copy_records_to_table("notices", records=rows, columns=COLUMNS)


def as_json(text: Text) -> str:
    """Write a wording for a column of JSON."""
    return json.dumps(text._asdict(), ensure_ascii=False)
