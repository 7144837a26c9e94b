"""The first accounts of an installation: someone must be able to sign in before anybody can be let in."""

from dataclasses import dataclass

from demo.people import SIGNING_IN
from local_stack import forks
from local_stack.home import Home
from local_stack.processes import tail
from local_stack.secret_files import password
from local_stack.troubles import ProcessFailed

FIRST = ("boss",)
DEMO = ("boss", "hr", "finance")
"""Logins that are made by the operator's command; each is called like its role."""

DEMO_EMPLOYEES = tuple(number.lower() for number in SIGNING_IN)
"""Logins that the demo's hr makes for employees."""

TYPED_BYTES = 12
"""These passwords are typed by people: 96 random bits, 16 characters."""


@dataclass(frozen=True, slots=True)
class FirstAccount:
    """Who can sign in, and with what."""

    login: str
    password: str


def make_accounts(home: Home, logins: tuple[str, ...], told: dict[str, str]) -> list[FirstAccount]:
    """Make the accounts that are not there yet, with passwords made here and kept in the home folder.

    `told` is the gateway's environment. Raises ProcessFailed.
    """
    log = home.logs / "accounts.log"
    accounts = [FirstAccount(login, account_password(home, login)) for login in logins]
    for account in accounts:
        done = home.passwords / f"account-{account.login}.made"
        if done.exists():
            continue
        forked = forks.fork_module(
            "gateway.accounts",
            "create",
            account.login,
            "--role",
            account.login,
            title="accounts",
            environment={**told, "ZHANGGUI_PASSWORD": account.password},
            log=log,
        )
        # One that is there although we did not note it was made by a start that was killed just then.
        if (code := forked.wait()) and "taken" not in tail(log, lines=1):
            raise ProcessFailed("gateway.accounts", f"exit {code}", log, tail(log))
        done.touch()
    return accounts


def account_password(home: Home, login: str) -> str:
    """Read the password of an account that is made here, made on first use."""
    return password(home.passwords, f"account-{login}", size=TYPED_BYTES)
