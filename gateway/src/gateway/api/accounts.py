"""Accounts and the audit, for those who manage them."""

from typing import Annotated

from fastapi import APIRouter, Depends

from chassis.auth import Principal
from chassis.pagination import Page, Paged, cut
from chassis.web import Reading, Session, allowed
from gateway.commands.accounts import Standing, change_standing, create_account, set_active, set_password
from gateway.domain import logins
from gateway.domain.errors import LoginUnusable, UnknownAccount
from gateway.doors import Known, Passwords
from gateway.queries.accounts import account_list, account_of
from gateway.queries.audit import audit_list
from gateway.schemas import AccountBody, AuditEntry, NewAccount, NewPassword, StandingBody, account_body, audit_entry

router = APIRouter(prefix="/auth", tags=["accounts"])
Manager = Annotated[Principal, allowed("accounts.manage")]
Reader = Annotated[Principal, allowed("accounts.read")]


def _login(login: str) -> str:
    return logins.normal(login)


Login = Annotated[str, Depends(_login)]


async def _hash_of_account(body: NewAccount, by: Manager, hashing: Passwords) -> str:
    if not logins.is_login(logins.normal(body.login)):
        raise LoginUnusable(field="login")
    return await hashing.hash(body.password, body.login)


async def _hash_of_password(body: NewPassword, login: Login, by: Manager, hashing: Passwords) -> str:
    return await hashing.hash(body.password, login)


@router.post("/accounts", status_code=201)
async def create(
    body: NewAccount, by: Manager, hash: Annotated[str, Depends(_hash_of_account)], session: Session
) -> AccountBody:
    """Create an account; hr creates employees, leads and keepers, the boss everybody."""
    account = await create_account(
        session,
        by=by,
        login=logins.normal(body.login),
        employee_no=body.employee_no,
        standing=_standing(body),
        password_hash=hash,
    )
    return account_body(account)


@router.get("/accounts")
async def list_accounts(by: Reader, page: Page, session: Reading) -> Paged[AccountBody]:
    """List accounts by login; who is limited to departments or shops, those within."""
    items, following = cut(await account_list(session, page, by), page, key=lambda account: (account.login,))
    return Paged(items=[account_body(account) for account in items], next=following)


@router.get("/accounts/{login}")
async def read_account(login: Login, by: Reader, session: Reading) -> AccountBody:
    """Read one account."""
    account = await account_of(session, login, known_to=by)
    if account is None:
        raise UnknownAccount()
    return account_body(account)


@router.put("/accounts/{login}/standing")
async def put_standing(login: Login, body: StandingBody, by: Manager, session: Session, known: Known) -> AccountBody:
    """Replace roles and scopes of somebody else; their sessions end."""
    account, ended = await change_standing(session, by=by, login=login, standing=_standing(body))
    known.forget(ended)
    return account_body(account)


@router.post("/accounts/{login}/disable")
async def disable(login: Login, by: Manager, session: Session, known: Known) -> AccountBody:
    """Disable somebody else's account and end its sessions."""
    account, ended = await set_active(session, by=by, login=login, active=False)
    known.forget(ended)
    return account_body(account)


@router.post("/accounts/{login}/enable")
async def enable(login: Login, by: Manager, session: Session) -> AccountBody:
    """Enable somebody else's account again."""
    account, _ = await set_active(session, by=by, login=login, active=True)
    return account_body(account)


@router.post("/accounts/{login}/password", status_code=204)
async def put_password(
    login: Login, by: Manager, hash: Annotated[str, Depends(_hash_of_password)], session: Session, known: Known
) -> None:
    """Set somebody else's password; their sessions end."""
    known.forget(await set_password(session, by=by, login=login, password_hash=hash))


@router.get("/audit")
async def read_audit(
    by: Annotated[Principal, allowed("audit.read")], page: Page, session: Reading
) -> Paged[AuditEntry]:
    """Read what happened to accounts and sessions, the latest first."""
    items, following = cut(await audit_list(session, page, by), page, key=lambda entry: (entry.position,))
    return Paged(items=[audit_entry(entry) for entry in items], next=following)


def _standing(body: StandingBody) -> Standing:
    return Standing(roles=body.roles, departments=body.departments, shops=body.shops)
