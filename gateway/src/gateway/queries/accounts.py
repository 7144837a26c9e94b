"""Who has an account, and what may it do."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.pagination import PageRequest
from gateway.models import accounts, employees


@dataclass(frozen=True, slots=True)
class Account:
    """An account with what the staff directory says of its person."""

    id: UUID
    login: str
    employee_no: str | None
    roles: frozenset[str]
    departments: frozenset[str]
    shops: frozenset[str]
    password_hash: str
    disabled_at: datetime | None
    name: str | None
    department: str | None
    leave_date: date | None

    def active(self, today: date) -> bool:
        """Tell whether one may sign in with it: not disabled, and its person has not left before `today`."""
        return self.disabled_at is None and (self.leave_date is None or self.leave_date >= today)


def _accounts() -> Select[Any]:
    columns = ("id", "login", "employee_no", "roles", "departments", "shops", "password_hash", "disabled_at")
    return select(
        *(accounts.c[name] for name in columns), employees.c.name, employees.c.department, employees.c.leave_date
    ).select_from(accounts.outerjoin(employees, accounts.c.employee_no == employees.c.employee_no))


def _account(row: Any) -> Account:
    scopes = {name: frozenset(getattr(row, name)) for name in ("roles", "departments", "shops")}
    return Account(**{**row._mapping, **scopes})


async def account_of(session: AsyncSession, login: str) -> Account | None:
    """Find an account by its login in normal form."""
    row = (await session.execute(_accounts().where(accounts.c.login == login))).one_or_none()
    return _account(row) if row else None


async def account_by_id(session: AsyncSession, id: UUID) -> Account:
    """Find an account that is known to be there."""
    return _account((await session.execute(_accounts().where(accounts.c.id == id))).one())


async def taken(session: AsyncSession, login: str, employee_no: str | None) -> Account | None:
    """Find an account that has this login or this employee already."""
    same = accounts.c.login == login
    if employee_no is not None:
        same |= accounts.c.employee_no == employee_no
    row = (await session.execute(_accounts().where(same).limit(1))).one_or_none()
    return _account(row) if row else None


async def account_list(session: AsyncSession, page: PageRequest) -> list[Account]:
    """List accounts by login, one more than the page takes."""
    rows = _accounts().order_by(accounts.c.login).limit(page.limit + 1)
    if page.after is not None:
        rows = rows.where(accounts.c.login > page.after[0])
    return [_account(row) for row in await session.execute(rows)]


async def leavers(session: AsyncSession, today: date) -> list[Account]:
    """List the accounts that are not disabled although their person's last day has passed."""
    left = _accounts().where(accounts.c.disabled_at.is_(None), employees.c.leave_date < today)
    return [_account(row) for row in await session.execute(left)]
