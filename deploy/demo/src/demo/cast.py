"""Who acts: one signed-in client for everybody who does something in the month."""

from collections.abc import Mapping
from contextlib import ExitStack, closing
from types import TracebackType

import httpx

from demo.asking import checked, sign_in
from demo.people import DEPARTMENT, MANAGER, ROLES, SIGNING_IN

OFFICES = ("boss", "hr", "finance")
"""Accounts that the operator made before; the others are made by hr."""


class Cast:
    """Clients by who they are signed in as: `boss`, `hr`, `finance`, or an employee's number. Close it."""

    def __init__(self, address: str, passwords: Mapping[str, str]) -> None:
        self._address, self._passwords = address, passwords
        self._opened = ExitStack()
        self._clients: dict[str, httpx.Client] = {}

    def __enter__(self) -> "Cast":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opened.close()

    def __getitem__(self, who: str) -> httpx.Client:
        if who not in self._clients:
            login = who if who in OFFICES else who.lower()
            client = sign_in(self._address, login, self._passwords[login])
            self._clients[who] = self._opened.enter_context(closing(client))
        return self._clients[who]

    def make_accounts(self) -> None:
        """Let hr make the accounts of the employees who sign in; those that are there stay."""
        for who in SIGNING_IN:
            account = {
                "login": who.lower(),
                "password": self._passwords[who.lower()],
                "employee_no": who,
                "roles": [ROLES.get(who, "employee")],
                "departments": [DEPARTMENT] if who == MANAGER else [],
            }
            checked(self["hr"].post("/auth/accounts", json=account), fine=(409,))
