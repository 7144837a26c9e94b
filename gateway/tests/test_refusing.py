"""What the gate refuses before any service hears of it."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator

from chassis.auth import Principal

from .conftest import Streets, until, wire


async def test_without_a_valid_token_no_service_is_asked(street: Streets) -> None:
    town = await street()
    visitor = await town.visitor()
    forged = town.keys.token(Principal("boss", roles=frozenset({"boss"})), "orders")
    basic = base64.b64encode(b"boss:x").decode()
    for value in (None, "Bearer zga_" + "0" * 64, "Bearer", f"Basic {basic}", f"Bearer {forged}", "\u00e9"):
        headers = [] if value is None else [(b"Authorization", value.encode("latin-1"))]
        got = await visitor.get("/api/orders/x", headers=headers)
        assert got.status_code == 401, value
        assert got.headers["www-authenticate"].startswith("Bearer")
        assert got.headers["content-type"] == "application/problem+json"
        assert got.json()["code"] == "unauthorised"
    assert town.orders.begun == []


PATHS = [
    ("/api/orders/../payroll/payslips", 400),
    ("/api/orders/%2e%2e/payroll/payslips", 400),
    ("/api/orders/..%2fpayroll", 400),
    ("/api/orders//payroll", 400),
    ("/api/orders/a%5c..%5cb", 400),
    ("/api/orders/%00", 400),
    ("/api/../payroll/x", 404),
    ("/api//orders/x", 404),
    ("/api/Orders/x", 404),
    ("/api/%6frders/x", 404),
    ("/api/service_desk/x", 404),
    ("/api/gateway/x", 404),
    ("/api/", 404),
    ("/api", 404),
    ("//evil.example/api/orders/x", 404),
    ("/API/orders/x", 404),
    ("/%61pi/orders/x", 404),
    ("/api/orders/metrics", 404),
    ("/api/orders/healthz", 404),
    ("/api/orders/openapi.json", 404),
    ("/api/orders/%6Detrics", 404),
    ("/api/orders/docs", 404),
]


async def test_two_tokens_are_none(street: Streets) -> None:
    town = await street()
    visitor = await town.signed_in()
    line = f"Authorization: {visitor.headers['Authorization']}\r\n"
    status, _, _ = await wire(town.port, f"GET /api/orders/x HTTP/1.1\r\nHost: x\r\n{line}{line}\r\n".encode())
    assert status == 401


async def test_no_path_escapes(street: Streets) -> None:
    town = await street()
    visitor = await town.signed_in()
    for path, status in PATHS:
        request = f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: {visitor.headers['Authorization']}\r\n\r\n"
        got, headers, body = await wire(town.port, request.encode())
        assert got == status, (path, body)
        assert headers["content-type"] == "application/problem+json"
        assert json.loads(body)["status"] == status
    assert town.orders.begun + town.payroll.begun == []


async def test_a_request_framed_in_two_ways_is_refused(street: Streets) -> None:
    town = await street()
    visitor = await town.signed_in()
    start = f"POST /api/orders/x HTTP/1.1\r\nHost: x\r\nAuthorization: {visitor.headers['Authorization']}\r\n"
    smuggled = b"0\r\n\r\nGET /api/payroll/x HTTP/1.1\r\nHost: x\r\n\r\n"
    for framing in (
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: 5, 5\r\n",
        "Content-Length: +5\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding: gzip, chunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding : chunked\r\n",
        "X: a\r\n Transfer-Encoding: chunked\r\n",
    ):
        status, _, _ = await wire(town.port, (start + framing + "\r\n").encode() + smuggled)
        assert status == 400, framing
    assert town.orders.seen + town.payroll.seen == []


async def test_a_body_over_the_cap_is_refused_before_it_is_read(street: Streets) -> None:
    town = await street(body_limit=1000, upload_limit=5000)
    visitor = await town.signed_in()
    head = f"POST /api/orders/x HTTP/1.1\r\nHost: x\r\nAuthorization: {visitor.headers['Authorization']}\r\n"
    status, headers, body = await wire(town.port, f"{head}Content-Length: 1001\r\n\r\n".encode())
    assert status == 413
    assert headers["connection"] == "close"
    assert json.loads(body)["code"] == "body-too-large"
    assert town.orders.begun == []
    assert (await visitor.post("/api/orders/x", content=b"x" * 1000)).status_code == 200
    assert (await visitor.post("/api/orders/imports", content=b"x" * 5000)).status_code == 200
    assert (await visitor.post("/api/orders/imports", content=b"x" * 5001)).status_code == 413
    assert [len(seen.body) for seen in town.orders.seen] == [1000, 5000]


async def test_a_chunked_body_is_cut_off_at_the_cap(street: Streets) -> None:
    town = await street(body_limit=100_000)
    visitor = await town.signed_in()

    async def much() -> AsyncIterator[bytes]:
        for _ in range(500):
            yield b"x" * 10_000

    got = await visitor.post("/api/orders/x", content=much())
    assert got.status_code == 413
    assert got.json()["code"] == "body-too-large"
    await until(lambda: town.orders.left == ["/x"])
    assert town.orders.seen == [], "no service takes a body for whole that was cut off"

    async def small() -> AsyncIterator[bytes]:
        yield b"a" * 50_000
        await asyncio.sleep(0.05)
        yield b"b" * 50_000

    got = await visitor.post("/api/orders/x", content=small())
    assert got.json() == {"path": "/x", "length": 100_000}
    assert town.orders.seen[0].headers["transfer-encoding"] == "chunked"
    assert town.orders.seen[0].body == b"a" * 50_000 + b"b" * 50_000


async def test_too_many_requests_of_one_account_or_address_are_told_to_wait(street: Streets) -> None:
    town = await street(user_rate=1)
    visitor, other = await town.signed_in(), await town.signed_in(login="other")
    answers = await asyncio.gather(*(visitor.get("/api/orders/x") for _ in range(20)))
    assert {got.status_code for got in answers} == {200, 429}
    refused = next(got for got in answers if got.status_code == 429)
    assert refused.json()["code"] == "too-many-requests"
    assert (await other.get("/api/orders/x")).status_code == 200
    await asyncio.sleep(int(refused.headers["retry-after"]))
    assert (await visitor.get("/api/orders/x")).status_code == 200
    strict = await street(address_rate=1)
    nobody = await strict.visitor()
    answers = await asyncio.gather(*(nobody.get("/docs") for _ in range(20)))
    assert {got.status_code for got in answers} == {200, 429}


async def test_guessing_tokens_ends_quickly_and_stops_nobody_who_is_signed_in(street: Streets) -> None:
    town = await street(refused_rate=1)
    visitor = await town.signed_in()
    assert (await visitor.get("/api/orders/x")).status_code == 200
    guesser = await town.visitor()
    guesses = [{"Authorization": f"Bearer zga_{n:064x}"} for n in range(20)]
    answers = [await guesser.get("/api/orders/x", headers=guess) for guess in guesses]
    assert {got.status_code for got in answers} == {401, 429}
    assert (await visitor.get("/api/orders/x")).status_code == 200


async def test_metrics_are_not_public(street: Streets) -> None:
    town = await street()
    visitor = await town.visitor()
    await visitor.get("/api/none/x")
    own = await visitor.get("/metrics")
    assert own.status_code == 200
    assert 'route="/api/unknown",status="404"' in own.text
    assert (await visitor.get("/metrics", headers={"X-Forwarded-For": "203.0.113.5"})).status_code == 404
    assert (await visitor.get("/metrics", headers={"Via": "1.1 proxy"})).status_code == 404
    guarded = await street(metrics_token="sesame")
    visitor = await guarded.visitor()
    assert (await visitor.get("/metrics")).status_code == 404
    assert (await visitor.get("/metrics", headers={"Authorization": "Bearer open"})).status_code == 404
    assert (await visitor.get("/metrics", headers={"Authorization": "Bearer sesame"})).status_code == 200
