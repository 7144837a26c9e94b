"""Passwords hashed and checked off the loop, a few at a time (argon2id, RFC 9106)."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from pydantic import SecretStr

from gateway.domain.errors import TooManyRequests, WeakPassword
from gateway.domain.passwords import normal, weakness

T = TypeVar("T")

AT_ONCE = 2  # each takes 64 MiB and, with four lanes, every core there is
ARGON2 = PasswordHasher()  # the library's defaults are the second recommended option of RFC 9106
WAITING = 64  # a sign-in that would wait longer than all of these is better asked to come back


class Hashing:
    """The threads in which passwords are hashed."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="argon2")
        self._pending = 0

    async def hash(self, password: SecretStr, login: str) -> str:
        """Hash a password that somebody chose for the account `login`; raises WeakPassword for one that will not do."""
        chosen = password.get_secret_value()
        if reasons := weakness(chosen, login):
            raise WeakPassword(field="password", reason=reasons[0], reason_zh=reasons[1])
        return await self._run(ARGON2.hash, normal(chosen))

    async def matches(self, password: SecretStr, hash: str | None) -> bool:
        """Tell whether this is the password; without an account it takes as long and is never right."""
        right = await self._run(_verify, hash, normal(password.get_secret_value()))
        return right and hash is not None

    async def _run(self, work: Callable[..., T], *given: str | None) -> T:
        if self._pending >= WAITING:
            raise TooManyRequests(after=2)
        self._pending += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work, *given)
        finally:
            self._pending -= 1

    def close(self) -> None:
        """End the threads when their work is done."""
        self._threads.shutdown()


@cache
def _of_nobody(argon2: PasswordHasher) -> str:
    return argon2.hash("there is no such account")


def _verify(hash: str | None, password: str) -> bool:
    nobody = _of_nobody(ARGON2)  # made at the first question whoever it is about: its time must not tell either
    try:
        return ARGON2.verify(hash or nobody, password)
    except (VerifyMismatchError, InvalidHashError):
        return False
