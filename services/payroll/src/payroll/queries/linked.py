"""From the lines of payslips to the deductions behind them."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from payroll.models import assessments


async def link_deductions(session: AsyncSession, employee_no: str, contents: Iterable[dict[str, Any]]) -> None:
    """Put the id of its deduction into each line of somebody's payslips (as records); None where there is none."""
    lines = [line for content in contents for line in content["lines"]]
    evidence = {line.get("event_id") or line.get("window") for line in lines} - {None}
    query = (
        select(assessments.c.clause_id, assessments.c.evidence, assessments.c.id)
        .where(assessments.c.employee_no == employee_no, assessments.c.evidence.in_(evidence))
        .order_by(assessments.c.id)  # of several about one event the newest counts
    )
    rows = (await session.execute(query)).all() if evidence else []
    ids = {(clause_id, about): str(id) for clause_id, about, id in rows}
    for line in lines:
        line["deduction_id"] = ids.get((line["clause_id"], line.get("event_id") or line.get("window") or ""))
