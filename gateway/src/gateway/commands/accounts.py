"""Accounts: created, changed, disabled; their passwords set."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.auth import Principal
from chassis.door import door_of, new_id
from gateway.commands.record import record
from gateway.commands.sessions import end_sessions_of
from gateway.domain import acts
from gateway.domain.errors import (
    AuditorActs,
    BeyondOnesRoles,
    BeyondOnesScope,
    EmployeeHasAccount,
    LoginTaken,
    NotOnesOwn,
    UnknownAccount,
)
from gateway.domain.permissions import audits_and_acts, may_manage
from gateway.models import accounts
from gateway.queries.accounts import Account, account_by_id, account_of, taken


@dataclass(frozen=True, slots=True)
class Standing:
    """What an account may do, and over whom."""

    roles: Sequence[str]
    departments: Sequence[str] = ()
    shops: Sequence[str] = ()


async def create_account(
    session: AsyncSession, *, by: Principal, login: str, employee_no: str | None, standing: Standing, password_hash: str
) -> Account:
    """Create an account; `login` is in normal form and the password is hashed already.

    Raises BeyondOnesRoles, BeyondOnesScope, AuditorActs, LoginTaken, EmployeeHasAccount.
    """
    _check_roles(by, standing)
    other = await taken(session, login, employee_no)
    if other is not None and other.login == login:
        raise LoginTaken(field="login", login=login)
    if other is not None:
        raise EmployeeHasAccount(field="employee_no", employee_no=employee_no)
    id, now = new_id(), door_of(session).now
    values = {"id": id, "login": login, "employee_no": employee_no, **_columns(standing)}
    password = {"password_hash": password_hash, "password_set_at": now, "created_at": now}
    await session.execute(insert(accounts).values(**values, **password))
    await record(session, acts.CREATED, login, details={"employee_no": employee_no, **_columns(standing)})
    return await _still_within(session, by, login)


async def change_standing(
    session: AsyncSession, *, by: Principal, login: str, standing: Standing
) -> tuple[Account, list[UUID]]:
    """Give an account other roles and scopes; its sessions end, so that nothing is done on the old ones.

    Answers the account and the sessions that ended. Raises UnknownAccount, NotOnesOwn, BeyondOnesRoles,
    BeyondOnesScope, AuditorActs.
    """
    account = await _managed(session, by, login)
    _check_roles(by, standing)
    await session.execute(update(accounts).where(accounts.c.id == account.id).values(**_columns(standing)))
    await record(session, acts.CHANGED, login, details=_columns(standing))
    return await _still_within(session, by, login), await end_sessions_of(session, account.id)


async def set_active(session: AsyncSession, *, by: Principal, login: str, active: bool) -> tuple[Account, list[UUID]]:
    """Disable an account and end its sessions, or enable it again; answers the account and the sessions that ended.

    Raises UnknownAccount, NotOnesOwn, BeyondOnesRoles.
    """
    account = await _managed(session, by, login)
    disabled_at = None if active else door_of(session).now
    await session.execute(update(accounts).where(accounts.c.id == account.id).values(disabled_at=disabled_at))
    await record(session, acts.ENABLED if active else acts.DISABLED, login)
    ended = [] if active else await end_sessions_of(session, account.id)
    return await account_by_id(session, account.id), ended


async def set_password(session: AsyncSession, *, by: Principal, login: str, password_hash: str) -> list[UUID]:
    """Set somebody's password and end their sessions; answers which ended.

    Raises UnknownAccount, NotOnesOwn, BeyondOnesRoles.
    """
    account = await _managed(session, by, login)
    return await _put_password(session, account, password_hash)


async def change_own_password(session: AsyncSession, *, by: Principal, password_hash: str) -> list[UUID]:
    """Set the caller's own password, the old one having been checked; every session of theirs ends."""
    account = await account_of(session, by.sub)
    assert account is not None  # it has just signed this request
    return await _put_password(session, account, password_hash)


async def disable_leavers(session: AsyncSession, leavers: Sequence[Account]) -> None:
    """Disable the accounts of people whose last day has passed."""
    door = door_of(session)
    for account in leavers:
        await session.execute(update(accounts).where(accounts.c.id == account.id).values(disabled_at=door.now))
        await record(session, acts.LEFT, account.login, details={"leave_date": str(account.leave_date)})
        await end_sessions_of(session, account.id)


def _check_roles(by: Principal, standing: Standing) -> None:
    if not may_manage(by.roles, standing.roles):
        raise BeyondOnesRoles(field="roles")
    if audits_and_acts(standing.roles):
        raise AuditorActs(field="roles")


async def _still_within(session: AsyncSession, by: Principal, login: str) -> Account:
    """Find an account as it has just been written; raises BeyondOnesScope, which undoes it, for one out of reach."""
    account = await account_of(session, login, known_to=by)
    if account is None:
        raise BeyondOnesScope()
    return account


async def _managed(session: AsyncSession, by: Principal, login: str) -> Account:
    account = await account_of(session, login, known_to=by)
    if account is None:
        raise UnknownAccount()
    if account.login == by.sub:
        raise NotOnesOwn()
    if not may_manage(by.roles, account.roles):
        raise BeyondOnesRoles()
    return account


async def _put_password(session: AsyncSession, account: Account, password_hash: str) -> list[UUID]:
    now = door_of(session).now
    values = {"password_hash": password_hash, "password_set_at": now}
    await session.execute(update(accounts).where(accounts.c.id == account.id).values(values))
    await record(session, acts.PASSWORD_SET, account.login)
    return await end_sessions_of(session, account.id)


def _columns(standing: Standing) -> dict[str, list[str]]:
    return {
        "roles": sorted(set(standing.roles)),
        "departments": sorted(set(standing.departments)),
        "shops": sorted(set(standing.shops)),
    }
