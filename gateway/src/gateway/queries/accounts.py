"""Who has an account, and what may it do."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.auth import Principal
from chassis.pagination import PageRequest
from gateway.domain.permissions import NARROW
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


def within(by: Principal) -> ColumnElement[bool]:
    """Say in SQL which accounts somebody may know of: their own, and those that lie within theirs.

    Who is limited to departments has to do with people of these departments, whose accounts see no other; who is
    limited to shops, with accounts limited to some of these.
    """
    limits: list[ColumnElement[bool]] = [true()]
    if by.departments:
        departments, named = sorted(by.departments), func.cardinality(accounts.c.departments) > 0
        limits += [
            accounts.c.departments.contained_by(departments),
            or_(named, accounts.c.roles.contained_by(sorted(NARROW))),
            func.coalesce(employees.c.department.in_(departments), named),
        ]
    if by.shops:
        limits += [func.cardinality(accounts.c.shops) > 0, accounts.c.shops.contained_by(sorted(by.shops))]
    return or_(accounts.c.login == by.sub, and_(*limits))


async def account_of(session: AsyncSession, login: str, *, known_to: Principal | None = None) -> Account | None:
    """Find an account by its login in normal form; with `known_to`, only one that they may know of."""
    limit = true() if known_to is None else within(known_to)
    row = (await session.execute(_accounts().where(accounts.c.login == login, limit))).one_or_none()
    return _account(row) if row else None


async def account_by_id(session: AsyncSession, id: UUID) -> Account:
    """Find an account that is known to be there."""
    return _account((await session.execute(_accounts().where(accounts.c.id == id))).one())


def logins_within(by: Principal) -> Select[tuple[str]]:
    """Say in SQL which logins somebody may know of."""
    people = accounts.outerjoin(employees, accounts.c.employee_no == employees.c.employee_no)
    return select(accounts.c.login).select_from(people).where(within(by))


async def taken(session: AsyncSession, login: str, employee_no: str | None) -> Account | None:
    """Find an account that has this login or this employee already."""
    same = accounts.c.login == login
    if employee_no is not None:
        same |= accounts.c.employee_no == employee_no
    row = (await session.execute(_accounts().where(same).limit(1))).one_or_none()
    return _account(row) if row else None


async def account_list(session: AsyncSession, page: PageRequest, by: Principal) -> list[Account]:
    """List the accounts that somebody may know of by login, one more than the page takes."""
    rows = _accounts().where(within(by)).order_by(accounts.c.login).limit(page.limit + 1)
    if page.after is not None:
        rows = rows.where(accounts.c.login > page.after[0])
    return [_account(row) for row in await session.execute(rows)]


async def leavers(session: AsyncSession, today: date) -> list[Account]:
    """List the accounts that are not disabled although their person's last day has passed."""
    left = _accounts().where(accounts.c.disabled_at.is_(None), employees.c.leave_date < today)
    return [_account(row) for row in await session.execute(left)]
