"""Asking the gateway as somebody: sign-in, refusals in words, waiting."""

import time
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import quote

import httpx

PATIENCE = 300
"""Seconds for one step of the machinery: an import, or the way of the events."""

T = TypeVar("T")


class DemoTrouble(Exception):
    """The demo cannot go on; says why in words."""


class DemoRefused(DemoTrouble):
    """The gateway answered something else than the demo needs."""

    def __init__(self, answer: httpx.Response) -> None:
        asked = f"{answer.request.method} {answer.request.url.path}"
        super().__init__(f"演示数据 / demo input: {asked} -> {answer.status_code} {answer.text[:600]}")


class DemoTooSlow(DemoTrouble):
    """Something that should have come did not."""

    def __init__(self, what: str, seconds: float, last: object) -> None:
        told = str(last)[:600]
        super().__init__(f"演示数据等不到 / demo input waited in vain for: {what} ({seconds:g} s; {told})")


def sign_in(address: str, login: str, password: str) -> httpx.Client:
    """Make a client that is signed in as `login`."""
    client = httpx.Client(base_url=address, timeout=60)
    tokens = checked(client.post("/auth/token", data={"username": login, "password": password}))
    client.headers["Authorization"] = f"Bearer {tokens['access_token']}"
    return client


def checked(answer: httpx.Response, *, fine: tuple[int, ...] = ()) -> Any:
    """Read an answer; raises DemoRefused unless it is a success, or one of the other codes in `fine`."""
    if not answer.is_success and answer.status_code not in fine:
        raise DemoRefused(answer)
    return answer.json() if answer.content else None


def once(key: str) -> dict[str, str]:
    """Name a request, so that the same one again is the same act; headers are ASCII."""
    return {"Idempotency-Key": f"demo-{quote(key)}"}


def pages(client: httpx.Client, path: str, **wanted: str) -> list[dict[str, Any]]:
    """Read a list to its end."""
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = checked(client.get(path, params={"limit": "200", **wanted, **cursor}))
        found += page["items"]
        if page["next"] is None:
            return found
        cursor = {"cursor": page["next"]}


def until(
    what: str, look: Callable[[], T], done: Callable[[T], bool], *, pause: float = 0.1, patience: float = PATIENCE
) -> T:
    """Look until it is done, and give what was seen then. Raises DemoTooSlow after `patience` seconds."""
    deadline = time.monotonic() + patience
    while not done(seen := look()):
        if time.monotonic() > deadline:
            raise DemoTooSlow(what, patience, seen)
        time.sleep(pause)
    return seen
