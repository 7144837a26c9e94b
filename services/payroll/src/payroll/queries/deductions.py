"""Deductions as they are proposed, decided and appealed, for those who may see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import RowMapping, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.pagination import PageRequest
from chassis.scope import Scope, about_people
from payroll.domain.authority import SHIPPED_LIMIT
from payroll.domain.errors import AppealNotFound, DeductionNotFound
from payroll.domain.period import Period
from payroll.models import (
    appeal_decisions,
    appeals,
    assessment_revocations,
    assessment_states,
    assessments,
    authority_limits,
    decisions,
    directory,
    facts,
    notices,
    run_deductions,
    run_issues,
)

State = Literal["proposed", "automatic", "confirmed", "waived", "reduced", "revoked"]
AppealState = Literal["open", "decided"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which deductions are asked for; None does not matter."""

    period: Period | None = None
    state: State | None = None
    employee_no: str | None = None
    clause_id: str | None = None


def _deductions(scope: Scope) -> Select[*tuple[Any, ...]]:
    """Select the deductions a scope covers, each with its state and the amount as decided last."""
    newest = (
        select(decisions.c.amount, decisions.c.decided_by, decisions.c.decided_at, decisions.c.reason)
        .where(decisions.c.assessment_id == assessments.c.id)
        .order_by(decisions.c.id.desc())
        .limit(1)
        .lateral("newest")
    )
    return (
        select(
            assessments,
            assessment_states.c.state,
            directory.c.name,
            newest.c.amount.label("decided_amount"),
            newest.c.decided_by,
            newest.c.decided_at,
            newest.c.reason.label("decided_reason"),
        )
        .join(assessment_states, assessment_states.c.assessment_id == assessments.c.id)
        .outerjoin(directory, directory.c.employee_no == assessments.c.employee_no)
        .outerjoin(newest, newest.c.amount.is_not(None))
        .where(about_people(scope, assessments.c.employee_no, directory))
    )


def _narrowed(query: Select[*tuple[Any, ...]], wanted: Wanted) -> Select[*tuple[Any, ...]]:
    if wanted.period is not None:
        query = query.where(assessments.c.period == wanted.period.first)
    if wanted.state is not None:
        query = query.where(assessment_states.c.state == wanted.state)
    if wanted.employee_no is not None:
        query = query.where(assessments.c.employee_no == wanted.employee_no)
    if wanted.clause_id is not None:
        query = query.where(assessments.c.clause_id == wanted.clause_id)
    return query


async def deduction_page(
    session: AsyncSession, scope: Scope, wanted: Wanted, page: PageRequest
) -> Sequence[RowMapping]:
    """List deductions, newest first, and one more than the page holds."""
    query = _narrowed(_deductions(scope), wanted).order_by(assessments.c.id.desc()).limit(page.limit + 1)
    if (after := page.after_key(UUID)) is not None:
        query = query.where(assessments.c.id < after[0])
    return (await session.execute(query)).mappings().all()


async def deduction(session: AsyncSession, scope: Scope, id: UUID) -> RowMapping:
    """Find one deduction. Raises DeductionNotFound when there is none, or none in this scope; the two are alike."""
    row = (await session.execute(_deductions(scope).where(assessments.c.id == id))).mappings().one_or_none()
    if row is None:
        raise DeductionNotFound()
    return row


async def deductions_by_id(session: AsyncSession, scope: Scope, ids: Sequence[UUID]) -> Sequence[RowMapping]:
    """Find those of some deductions that a scope covers."""
    return (await session.execute(_deductions(scope).where(assessments.c.id.in_(ids)))).mappings().all()


async def proposed_deductions(session: AsyncSession, scope: Scope, wanted: Wanted, most: int) -> Sequence[RowMapping]:
    """List what is proposed, oldest first, to be confirmed in bulk; one's own is left out."""
    query = (
        _narrowed(_deductions(scope), wanted)
        .where(assessment_states.c.state == "proposed", assessments.c.employee_no != scope.own)
        .order_by(assessments.c.id)
        .limit(most)
    )
    return (await session.execute(query)).mappings().all()


async def deciders(session: AsyncSession, id: UUID) -> set[str]:
    """Name everybody who decided about a deduction so far."""
    query = select(decisions.c.decided_by).where(decisions.c.assessment_id == id)
    return set((await session.execute(query)).scalars())


async def open_appeal(session: AsyncSession, id: UUID) -> datetime | None:
    """Tell when a deduction was appealed, if that is not decided yet."""
    query = (
        select(appeals.c.appealed_at)
        .outerjoin(appeal_decisions, appeal_decisions.c.appeal_id == appeals.c.id)
        .where(appeals.c.assessment_id == id, appeal_decisions.c.appeal_id.is_(None))
    )
    return (await session.execute(query)).scalar_one_or_none()


async def deduction_trace(session: AsyncSession, scope: Scope, id: UUID) -> dict[str, Any]:
    """Follow one deduction: the fact it rests on, who decided what, what was appealed, what the employee was told."""
    found = await deduction(session, scope, id)
    of_it = found["employee_no"], found["event_id"]
    happened = facts.c.type, facts.c.event_id, facts.c.business_date, facts.c.occurred_at, facts.c.about, facts.c.shop
    fact = select(*happened, facts.c.amount, facts.c.fields, facts.c.revokes)
    rests_on = fact.where(
        facts.c.period == found["period"], facts.c.event_id == of_it[1], facts.c.employee_no == of_it[0]
    )
    withdrawn_by = fact.where(
        facts.c.revokes_period == found["period"], facts.c.revokes == of_it[1], facts.c.employee_no == of_it[0]
    )
    told = select(notices).where(notices.c.assessment_id == id).order_by(notices.c.id)
    decided = select(decisions).where(decisions.c.assessment_id == id).order_by(decisions.c.id)
    taken = (
        select(
            run_issues.c.period,
            run_issues.c.sequence,
            run_deductions.c.run_id,
            run_deductions.c.key,
            run_deductions.c.allowed,
            run_deductions.c.carried,
        )
        .join(run_issues, run_issues.c.run_id == run_deductions.c.run_id)
        .where(run_deductions.c.employee_no == of_it[0], run_deductions.c.clause_id == found["clause_id"])
        .where(run_deductions.c.event_id == of_it[1] if of_it[1] else run_deductions.c.month == found["evidence"])
        .order_by(run_issues.c.period, run_issues.c.sequence)
    )
    revoked = select(assessment_revocations).where(assessment_revocations.c.assessment_id == id)
    return dict(found) | {
        "facts": [*await _rows(session, rests_on), *await _rows(session, withdrawn_by)] if of_it[1] else [],
        "decisions": await _rows(session, decided),
        "appeals": await _rows(session, _appeals().where(appeals.c.assessment_id == id).order_by(appeals.c.id)),
        "revoked": next(iter(await _rows(session, revoked)), None),
        "notices": await _rows(session, told),
        "taken": await _rows(session, taken),
    }


async def _rows(session: AsyncSession, query: Select[*tuple[Any, ...]]) -> list[dict[str, Any]]:
    return [dict(row) for row in (await session.execute(query)).mappings()]


def _appeals() -> Select[*tuple[Any, ...]]:
    judged = appeal_decisions.c
    return (
        select(
            appeals,
            assessments.c.period,
            assessments.c.clause_id,
            assessments.c.title,
            assessments.c.amount,
            judged.outcome,
            judged.amount_before,
            judged.amount_after,
            judged.reason.label("decided_reason"),
            judged.decided_by,
            judged.decided_at,
        )
        .join(assessments, assessments.c.id == appeals.c.assessment_id)
        .outerjoin(appeal_decisions, judged.appeal_id == appeals.c.id)
    )


async def appeal_page(
    session: AsyncSession, scope: Scope, state: AppealState | None, page: PageRequest
) -> Sequence[RowMapping]:
    """List appeals, newest first, and one more than the page holds."""
    query = _appeals().where(about_people(scope, appeals.c.employee_no, directory))
    if state is not None:
        undecided = appeal_decisions.c.appeal_id.is_(None)
        query = query.where(undecided if state == "open" else ~undecided)
    if (after := page.after_key(UUID)) is not None:
        query = query.where(appeals.c.id < after[0])
    return (await session.execute(query.order_by(appeals.c.id.desc()).limit(page.limit + 1))).mappings().all()


async def appeal(session: AsyncSession, scope: Scope, id: UUID) -> RowMapping:
    """Find one appeal. Raises AppealNotFound when there is none or it is not for this scope; the two are alike."""
    query = _appeals().where(appeals.c.id == id, about_people(scope, appeals.c.employee_no, directory))
    row = (await session.execute(query)).mappings().one_or_none()
    if row is None:
        raise AppealNotFound()
    return row


async def notice_page(session: AsyncSession, employee_no: str, page: PageRequest) -> Sequence[RowMapping]:
    """List what somebody was told, newest first, and one more than the page holds."""
    query = select(notices).where(notices.c.employee_no == employee_no).order_by(notices.c.id.desc())
    if (after := page.after_key(UUID)) is not None:
        query = query.where(notices.c.id < after[0])
    return (await session.execute(query.limit(page.limit + 1))).mappings().all()


async def authority_limit(session: AsyncSession, day: date) -> Decimal:
    """Tell up to which amount leads and HR decide on a day; of several limits from one day the newest holds."""
    query = (
        select(authority_limits.c.amount)
        .where(authority_limits.c.valid_from <= day)
        .order_by(authority_limits.c.valid_from.desc(), authority_limits.c.id.desc())
        .limit(1)
    )
    found = (await session.execute(query)).scalar_one_or_none()
    return SHIPPED_LIMIT if found is None else found


async def pending_deductions(session: AsyncSession, period: Period) -> int:
    """Count the deductions of a period that nobody has decided yet."""
    query = select(func.count()).where(
        assessment_states.c.state == "proposed", assessment_states.c.period == period.first
    )
    return int((await session.execute(query)).scalar_one())
