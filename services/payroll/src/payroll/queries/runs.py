"""Pay runs, and payslips as people may see them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Numeric, RowMapping, Select, Text, and_, cast, func, select, true, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.pagination import PageRequest
from chassis.scope import Scope, about_people
from payroll.domain.errors import PayslipNotFound, RunNotFound
from payroll.domain.money import ZERO
from payroll.domain.period import Period
from payroll.models import directory, run_approvals, run_issues, run_payslips, runs
from payroll.queries.linked import link_deductions


def _runs() -> Select[*tuple[Any, ...]]:
    approvals, issues = run_approvals.c, run_issues.c
    return (
        select(runs, approvals.approved_by, approvals.approved_at, issues.issued_by, issues.issued_at, issues.sequence)
        .outerjoin(run_approvals, approvals.run_id == runs.c.id)
        .outerjoin(run_issues, issues.run_id == runs.c.id)
    )


async def run(session: AsyncSession, id: UUID) -> RowMapping:
    """Find one run with its approval and issue. Raises RunNotFound."""
    row = (await session.execute(_runs().where(runs.c.id == id))).mappings().one_or_none()
    if row is None:
        raise RunNotFound()
    return row


async def run_page(session: AsyncSession, scope: Scope, page: PageRequest) -> Sequence[Mapping[str, Any]]:
    """List runs, newest first, and one more than the page holds; totals are of the people that a scope covers."""
    query = _runs().order_by(runs.c.id.desc()).limit(page.limit + 1)
    if (after := page.after_key(UUID)) is not None:
        query = query.where(runs.c.id < after[0])
    found = [dict(row) for row in (await session.execute(query)).mappings()]
    return found if scope.everybody else [row | await _totals(session, scope, row["id"]) for row in found]


async def run_seen(session: AsyncSession, scope: Scope, id: UUID) -> Mapping[str, Any]:
    """Find one run with the totals of the people that a scope covers. Raises RunNotFound."""
    found = dict(await run(session, id))
    return found if scope.everybody else found | await _totals(session, scope, id)


async def _totals(session: AsyncSession, scope: Scope, id: UUID) -> dict[str, Any]:
    """Add up a run for the people that a scope covers, as prepare_run did for everybody."""
    covered = (run_payslips.c.run_id == id) & about_people(scope, run_payslips.c.employee_no, directory)
    counted = select(
        func.count().label("people"),
        func.count().filter(run_payslips.c.problems > 0).label("problems"),
        func.coalesce(func.sum(run_payslips.c.gross), ZERO).label("gross"),
        func.coalesce(func.sum(run_payslips.c.net), ZERO).label("net"),
    ).where(covered)
    line = func.jsonb_array_elements(run_payslips.c.content["lines"]).table_valued("value").lateral("line")
    said = func.jsonb_extract_path_text
    kind = func.coalesce(said(line.c.value, "legal_class"), said(line.c.value, "kind"))
    by_kind = (
        select(kind, cast(func.sum(cast(said(line.c.value, "allowed"), Numeric)), Text))
        .select_from(run_payslips)
        .join(line, true())
        .where(covered)
        .group_by(kind)
    )
    totals = dict((await session.execute(by_kind)).all())
    return dict((await session.execute(counted)).mappings().one()) | {"totals": totals}


async def run_payslip_page(session: AsyncSession, scope: Scope, id: UUID, page: PageRequest) -> Sequence[RowMapping]:
    """List the payslips of a run that a scope covers by employee number. Raises RunNotFound."""
    await run(session, id)
    query = (
        select(
            run_payslips.c.employee_no,
            directory.c.name,
            run_payslips.c.gross,
            run_payslips.c.net,
            run_payslips.c.problems,
        )
        .outerjoin(directory, directory.c.employee_no == run_payslips.c.employee_no)
        .where(run_payslips.c.run_id == id, _visible(scope))
        .order_by(run_payslips.c.employee_no)
        .limit(page.limit + 1)
    )
    if (after := page.after_key(str)) is not None:
        query = query.where(run_payslips.c.employee_no > after[0])
    return (await session.execute(query)).mappings().all()


async def run_payslip(session: AsyncSession, scope: Scope, id: UUID, employee_no: str) -> RowMapping:
    """Find one payslip of a run, issued or not. Raises RunNotFound; PayslipNotFound also for one outside the scope."""
    await run(session, id)
    query = (
        select(
            run_payslips.c.content,
            directory.c.name,
            func.coalesce(run_issues.c.sequence, 0).label("sequence"),
            run_issues.c.issued_at,
        )
        .outerjoin(run_issues, run_issues.c.run_id == run_payslips.c.run_id)
        .outerjoin(directory, directory.c.employee_no == run_payslips.c.employee_no)
        .where(run_payslips.c.run_id == id, run_payslips.c.employee_no == employee_no, _visible(scope))
    )
    row = (await session.execute(query)).mappings().one_or_none()
    if row is None:
        raise PayslipNotFound()
    await link_deductions(session, employee_no, [row["content"]])
    return row


def _visible(scope: Scope) -> ColumnElement[bool]:
    return about_people(scope, run_payslips.c.employee_no, directory)


def _short() -> Select[*tuple[Any, ...]]:
    return (
        select(
            run_payslips.c.employee_no,
            directory.c.name,
            run_issues.c.period,
            run_issues.c.sequence,
            run_issues.c.issued_at,
            run_payslips.c.gross,
            run_payslips.c.net,
            run_payslips.c.run_id,
        )
        .join(run_issues, run_issues.c.run_id == run_payslips.c.run_id)
        .outerjoin(directory, directory.c.employee_no == run_payslips.c.employee_no)
    )


async def payslip_page(session: AsyncSession, scope: Scope, period: Period, page: PageRequest) -> Sequence[RowMapping]:
    """List the issued payslips of a period that a scope covers, by employee number and sequence."""
    query = (
        _short()
        .where(run_issues.c.period == period.first, _visible(scope))
        .order_by(run_payslips.c.employee_no, run_issues.c.sequence)
        .limit(page.limit + 1)
    )
    if (after := page.after_key(str, int)) is not None:
        number, sequence = run_payslips.c.employee_no, run_issues.c.sequence
        query = query.where((number > after[0]) | and_(number == after[0], sequence > after[1]))
    return (await session.execute(query)).mappings().all()


async def payslips(session: AsyncSession, scope: Scope, period: Period, employee_no: str) -> Sequence[RowMapping]:
    """Find somebody's issued payslip and the differences issued since, in order.

    Raises PayslipNotFound when there is none or it is not for this scope to see; the two answer alike.
    """
    query = (
        select(
            run_payslips.c.content,
            run_issues.c.sequence,
            run_issues.c.issued_at,
            run_payslips.c.run_id,
            directory.c.name,
        )
        .join(run_issues, run_issues.c.run_id == run_payslips.c.run_id)
        .outerjoin(directory, directory.c.employee_no == run_payslips.c.employee_no)
        .where(run_issues.c.period == period.first, run_payslips.c.employee_no == employee_no, _visible(scope))
        .order_by(run_issues.c.sequence)
    )
    rows = (await session.execute(query)).mappings().all()
    if not rows:
        raise PayslipNotFound()
    await link_deductions(session, employee_no, [row["content"] for row in rows])
    return rows


async def own_payslip_page(session: AsyncSession, employee_no: str, page: PageRequest) -> Sequence[RowMapping]:
    """List somebody's issued payslips and differences, the latest period first."""
    key = run_issues.c.period, run_issues.c.sequence
    query = (
        _short()
        .where(run_payslips.c.employee_no == employee_no)
        .order_by(*(column.desc() for column in key))
        .limit(page.limit + 1)
    )
    if (after := page.after_key(date.fromisoformat, int)) is not None:
        query = query.where(tuple_(*key) < after)
    return (await session.execute(query)).mappings().all()
