"""Bodies of requests and answers."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from gateway.domain import logins
from gateway.domain.auditing import Entry
from gateway.domain.tokens import ACCESS_LIFE
from gateway.queries.accounts import Account

Role = Literal["employee", "lead", "hr", "finance", "boss", "keeper", "auditor"]
EmployeeNo = Annotated[str, Field(min_length=1, max_length=64)]
Name = Annotated[str, Field(min_length=1, max_length=100)]
Password = Annotated[SecretStr, Field(max_length=1024)]


class Body(BaseModel):
    """A request body; unknown fields are refused, because a misspelt scope must not grant everything."""

    model_config = ConfigDict(extra="forbid")


class PasswordForm(BaseModel):
    """The OAuth2 password form (RFC 6749 section 4.3.2); clients may send more fields than are read here."""

    grant_type: Literal["password"] = "password"
    username: Annotated[str, Field(min_length=1, max_length=200)]
    password: Password


class RefreshToken(Body):
    """A refresh token, which works once."""

    refresh_token: Annotated[str, Field(max_length=200)]


class AnyToken(Body):
    """An access or refresh token."""

    token: Annotated[str, Field(max_length=200)]


class Tokens(BaseModel):
    """A pair of tokens; the refresh token works once."""

    access_token: str
    token_type: Literal["bearer"] = "bearer"
    expires_in: int = int(ACCESS_LIFE.total_seconds())
    refresh_token: str


class Me(BaseModel):
    """Who is signed in, and what they may see."""

    login: str
    employee_no: str | None
    roles: list[str]
    departments: list[str]
    shops: list[str]


class OwnPassword(Body):
    """A change of one's own password."""

    current: Password
    new: Password


class NewPassword(Body):
    """A new password for somebody."""

    password: Password


class StandingBody(Body):
    """What an account may do, and over whom."""

    roles: Annotated[list[Role], Field(min_length=1, max_length=7)]
    departments: Annotated[list[Name], Field(max_length=200)] = []
    shops: Annotated[list[Name], Field(max_length=200)] = []


class NewAccount(StandingBody):
    """An account to create."""

    login: Annotated[str, Field(min_length=1, max_length=logins.LONGEST)]
    password: Password
    employee_no: EmployeeNo | None = None


class AccountBody(BaseModel):
    """An account; name and department are the staff directory's."""

    login: str
    employee_no: str | None
    roles: list[str]
    departments: list[str]
    shops: list[str]
    name: str | None
    department: str | None
    disabled_at: datetime | None


class AuditEntry(BaseModel):
    """Something that happened to an account or session."""

    position: int
    at: datetime
    act: str
    login: str
    actor: str
    network: str
    correlation_id: str
    details: str


def account_body(account: Account) -> AccountBody:
    """Shape an account for the answer; the hash of its password stays here."""
    return AccountBody(
        login=account.login,
        employee_no=account.employee_no,
        roles=sorted(account.roles),
        departments=sorted(account.departments),
        shops=sorted(account.shops),
        name=account.name,
        department=account.department,
        disabled_at=account.disabled_at,
    )


def audit_entry(entry: Entry) -> AuditEntry:
    """Shape an entry of the audit for the answer."""
    return AuditEntry(**{name: getattr(entry, name) for name in AuditEntry.model_fields})
