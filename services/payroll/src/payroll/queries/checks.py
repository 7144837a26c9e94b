"""Whether a run adds up, asked of what is stored, not of what was calculated."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from payroll.domain.period import Period
from payroll.queries.deductions import pending_deductions
from payroll.queries.runs import run

STORED = """
SELECT count(*) AS people, coalesce(sum(p.net), 0) AS net, coalesce(sum(l.net), 0) AS lines,
       count(*) FILTER (WHERE p.net <> l.net) AS unequal
FROM run_payslips p CROSS JOIN LATERAL (
    SELECT coalesce(sum((line ->> 'allowed')::numeric), 0) AS net FROM jsonb_array_elements(p.content -> 'lines') line
) l WHERE p.run_id = :id
"""
NOBODYS = """
SELECT count(*), coalesce(sum(amount), 0) FROM facts
WHERE period = :period AND employee_no = '' AND type = 'order.completed'
"""
QUARANTINED = "SELECT count(*) FROM quarantine WHERE released_at IS NULL"
NOT_ISSUED = """
SELECT max(period) FROM runs r
WHERE period < :period AND NOT EXISTS (SELECT FROM run_issues i WHERE i.period = r.period)
"""


async def run_report(session: AsyncSession, run_id: UUID) -> dict[str, Any]:
    """Tell what an approver should know of a run: whether it adds up, and what lies open. Raises RunNotFound."""
    return {"checks": await run_checks(session, run_id), "warnings": await _warnings(session, run_id)}


async def run_checks(session: AsyncSession, run_id: UUID) -> Sequence[dict[str, Any]]:
    """Add up the stored lines of a run, its payslips and the run, and compare. Raises RunNotFound."""
    found = await run(session, run_id)
    stored = (await session.execute(text(STORED), {"id": run_id})).one()
    return [
        _check("lines-equal-payslips", stored.lines, stored.net, stored.unequal == 0),
        _check("payslips-equal-run", stored.net, found["net"]),
        _check("people", stored.people, found["people"]),
    ]


def _check(name: str, one: Decimal | int, other: Decimal | int, besides: bool = True) -> dict[str, Any]:
    return {"name": name, "left": str(one), "right": str(other), "holds": besides and one == other}


async def _warnings(session: AsyncSession, run_id: UUID) -> Sequence[dict[str, Any]]:
    period = {"period": (await run(session, run_id))["period"]}
    sales, amount = (await session.execute(text(NOBODYS), period)).one()
    quarantined = (await session.execute(text(QUARANTINED))).scalar_one()
    before = (await session.execute(text(NOT_ISSUED), period)).scalar_one()
    pending = await pending_deductions(session, Period.of(period["period"]))
    found: list[tuple[bool, str, str, str]] = [
        (
            sales > 0,
            "sales-of-nobody",
            f"{sales} 笔完成订单没有销售人，合计 {amount} CNY",
            f"{sales} completed orders have no seller: {amount} CNY together",
        ),
        (
            quarantined > 0,
            "quarantine",
            f"隔离区有 {quarantined} 个事件未处理",
            f"{quarantined} events are in quarantine",
        ),
        (
            before is not None,
            "period-before-open",
            f"{before:%Y-%m} 已计算但未发放，结转金额尚未确定" if before else "",
            f"{before:%Y-%m} is calculated but not issued: what it carries is not known" if before else "",
        ),
    ]
    found.append(
        (
            pending > 0,
            "deductions-pending",
            f"{pending} 笔扣款尚未确认，本次不扣",
            f"{pending} deductions are not confirmed yet: this run takes nothing for them",
        )
    )
    return [{"name": name, "zh": zh, "en": en} for true, name, zh, en in found if true]
