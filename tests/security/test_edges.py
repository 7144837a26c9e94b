"""Values at the edge of what can be said: no 5xx for any, in any place of any request, by somebody who may do it.

In the suite one value in thirty, the same ones each time; `ZHANGGUI_LONG=1` all of them.
"""

import json
import os
from collections import Counter
from collections.abc import Awaitable, Callable
from itertools import islice

import httpx
import pytest

from chassis.auth import Principal
from chassis.testing import Client, TestDatabase

from .people import SERVICES
from .samples import Document, quoted

STEP = 1 if "ZHANGGUI_LONG" in os.environ else 30
EVERYTHING = Principal("edge", "F-edge", frozenset({"employee", "lead", "hr", "finance", "keeper", "boss"}))


@pytest.mark.parametrize("service", SERVICES)
async def test_no_value_is_answered_with_a_fault(
    service: str,
    database: Callable[[str], Awaitable[TestDatabase]],
    client: Callable[[str, TestDatabase], Awaitable[Client]],
) -> None:
    http = await client(service, await database(service))
    document = Document((await http.get("/openapi.json")).json())
    statuses: Counter[int] = Counter()
    faults: dict[str, str] = {}
    for request in islice(document.requests(), 0, None, STEP):
        address = request.address
        if request.query:
            address += "?" + "&".join(f"{name}={quoted(value)}" for name, value in request.query.items())
        content = None if request.body is None else json.dumps(request.body).encode()
        headers = http.auth_of(EVERYTHING, **{"Content-Type": "application/json"})
        answer: httpx.Response = await http.request(request.method, address, content=content, headers=headers)
        statuses[answer.status_code] += 1
        if answer.status_code >= 500:
            faults.setdefault(f"{request.method} {request.path} {request.where}", f"{answer.status_code} {content!r}")
    print(f"\n{service}: {statuses.total()} requests {dict(sorted(statuses.items()))}")
    assert not faults, "\n".join(f"{what}: {said}" for what, said in faults.items())
    assert statuses[200] + statuses[201] > 0, "some are right"
