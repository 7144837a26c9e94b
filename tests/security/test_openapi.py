"""Every operation of every OpenAPI document, asked as every role: no 5xx, and only answers that the document promises.

In the suite a few requests an operation: each service directly, every request as the next role, and what can be read
through the gateway. `ZHANGGUI_LONG=1` asks all operations as each role, directly and through the gateway, of a
stack of its own, and prints what it came to.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import closing
from itertools import cycle
from typing import Any

import httpx
import pytest
import requests

from chassis.testing import TestDatabase, TestKeys
from local_stack.trial import Stack, stack
from tests.journeys.house import House, said

from .fuzzing import Found, Signs, fuzz
from .people import ROLES, SERVICES, at_gateway, at_service, key_of
from .serving import served

LONG = "ZHANGGUI_LONG" in os.environ
long = pytest.mark.skipif(not LONG, reason="the long form: ZHANGGUI_LONG=1")
Databases = Callable[[str], Awaitable[TestDatabase]]


def passed(found: Found, *, operations: int) -> None:
    print(found)
    assert not found.defects, "\n".join([f"{len(found.defects)} defects", *found.told()])
    assert len(found.operations) == operations, f"{operations} operations were to be asked, {found} were"


def operations_of(document: dict[str, Any]) -> list[tuple[str, str]]:
    return [(method.upper(), path) for path, methods in document["paths"].items() for method in methods]


def in_turn(
    document: dict[str, Any], address: str, signs: Callable[[str], Signs], *, examples: int, **only: Any
) -> None:
    """Ask operations a few times each, every request as the next role."""
    everybody = cycle([signs(role) for role in ROLES])

    def next_signs() -> Mapping[str, str]:
        return next(everybody)()

    wanted = [(method, path) for method, path in operations_of(document) if not only or only["only"](method, path)]
    found = fuzz(document, address, next_signs, examples=examples, coverage=False, **only)
    passed(found, operations=len(wanted))


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_answers_as_its_document_says(
    service: str, database: Databases, keys: TestKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = await database(service)
    monkeypatch.setenv("ZHANGGUI_DATABASE_URL", db.url)
    monkeypatch.setenv("ZHANGGUI_PUBLIC_KEYS", str(keys.folder))

    def ask() -> None:
        with served(service) as address:
            document = requests.get(f"{address}/openapi.json", timeout=60).json()
            in_turn(document, address, lambda role: at_service(service, role, keys.private), examples=2)

    await asyncio.to_thread(ask)


def test_what_can_be_read_through_the_gateway_is_answered_as_its_document_says(house: House) -> None:
    document = said(httpx.get(f"{house.stack.gateway}/docs/openapi.json"))
    assert document["x-not-answering"] == []
    reading = {"only": lambda method, path: method == "GET"}
    in_turn(document, house.stack.gateway, lambda role: at_gateway(house.boss, role), examples=1, **reading)


@pytest.fixture(scope="module")
def street() -> Iterator[Stack]:
    """A stack whose data may be spoilt."""
    with stack() as made:
        yield made


@long
@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("role", ROLES)
def test_all_operations_of_a_service(street: Stack, service: str, role: str) -> None:
    address = f"http://127.0.0.1:{street.processes()[f'{service} api']['port']}"
    document = requests.get(f"{address}/openapi.json", timeout=60).json()
    found = fuzz(document, address, at_service(service, role, key_of(street)), examples=15, coverage=True)
    print(f"\n{service} as {role}: ", end="")
    passed(found, operations=len(operations_of(document)))


@long
@pytest.mark.parametrize("role", ROLES)
def test_all_operations_through_the_gateway(street: Stack, role: str) -> None:
    with closing(street.sign_in()) as boss:
        document = said(boss.get("/docs/openapi.json"))
        signs = at_gateway(boss, role)
    found = fuzz(document, street.gateway, signs, examples=5, coverage=True)
    me = httpx.get(f"{street.gateway}/auth/me", headers=dict(signs()))
    print(f"\nthrough the gateway as {role}: ", end="")
    assert me.json().get("roles", ["nobody"]) == [role], "it was this role to the end"
    passed(found, operations=len(operations_of(document)))
