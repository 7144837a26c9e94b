"""What passes the gate on its way to a service, and what does not."""

import asyncio
import base64
import hashlib
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

import httpx
import jwt
import pytest
from starlette.types import Receive, Scope, Send

from chassis import clock
from chassis.auth import Principal
from gateway import parts
from gateway.client import open_client

from .conftest import Service, Street, reply, served

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Streets = Callable[..., Awaitable[Street]]


@asynccontextmanager
async def talking(
    handler: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[int]:
    """Serve bytes as `handler` writes them; answers the port."""

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await handler(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(one, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def wire(port: int, *pieces: bytes) -> tuple[int, dict[str, str], bytes]:
    """Send bytes as they are and read one answer until the connection closes or the answer ends."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines if line)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        return int(first.split()[1]), headers, body
    finally:
        writer.close()


async def test_a_request_reaches_its_service_with_the_prefix_removed(street: Streets) -> None:
    town = await street()
    visitor = await town.signed_in("lead", login="wang", employee_no="A001")
    got = await visitor.post("/api/orders/orders/%E5%8D%95?a=1&b=%2F", json={"n": 1}, headers={"Idempotency-Key": "k"})
    assert got.status_code == 200
    (seen,) = town.orders.seen
    assert (seen.method, seen.raw_path, seen.query) == ("POST", "/orders/%E5%8D%95", "a=1&b=%2F")
    assert json.loads(seen.body) == {"n": 1}
    assert seen.headers["idempotency-key"] == "k"
    assert seen.headers["content-type"] == "application/json"
    assert seen.headers["host"] == f"127.0.0.1:{town.orders_port}"
    await visitor.get("/api/service-desk/chats")
    assert town.orders.seen[-1].raw_path == "/chats"
    await visitor.get("/api/payroll")
    assert town.payroll.seen[-1].raw_path == "/"


async def test_the_service_is_told_who_asks_by_a_token_for_it_alone(street: Streets) -> None:
    town = await street()
    await town.account("wang", "lead", "employee", employee_no="A001", departments=["客服"], shops=["s1", "s2"])
    visitor = await town.visitor()
    tokens = await visitor.signs_in("wang")
    for _ in range(3):
        await visitor.get("/api/orders/x")
    await visitor.get("/api/payroll/x")
    sent = [seen.headers["authorization"] for seen in town.orders.seen]
    assert len(set(sent)) == 1, "one token serves many requests"
    assert tokens["access_token"] not in sent[0]
    key = town.keys.private.public_key()
    claims = jwt.decode(sent[0].removeprefix("Bearer "), key, algorithms=["EdDSA"], audience="orders")
    assert claims["sub"] == "wang"
    assert claims["employee_no"] == "A001"
    assert claims["roles"] == ["employee", "lead"]
    assert claims["departments"] == ["客服"]
    assert claims["shops"] == ["s1", "s2"]
    assert claims["exp"] - claims["iat"] <= 60
    assert abs(claims["iat"] - clock.now().timestamp()) < 5
    pay = jwt.decode(town.payroll.seen[0].headers["authorization"][7:], key, algorithms=["EdDSA"], audience="payroll")
    assert pay["sub"] == "wang"
    with pytest.raises(jwt.InvalidAudienceError):
        jwt.decode(sent[0].removeprefix("Bearer "), key, algorithms=["EdDSA"], audience="payroll")


async def test_nothing_a_visitor_writes_sounds_like_the_gateway(street: Streets) -> None:
    town = await street()
    visitor = await town.signed_in()
    forged = {
        "X-Forwarded-User": "boss",
        "X-Forwarded-For": "1.2.3.4",
        "X-Forwarded-Host": "evil",
        "Forwarded": "for=1.2.3.4",
        "X-Real-IP": "1.2.3.4",
        "X-User": "boss",
        "X-Auth-Roles": "boss",
        "X-Remote-User": "boss",
        "Remote-User": "boss",
        "X-Internal-Token": "t",
        "X_Forwarded_User": "boss",
        "Cookie": "session=1",
        "Proxy-Authorization": "Basic x",
        "X-HTTP-Method-Override": "DELETE",
        "TE": "trailers",
        "Connection": "X-Secret, keep-alive",
        "X-Secret": "only for the next hop",
        "traceparent": "nonsense",
        "tracestate": "a=b",
        "X-Mine": "stays",
    }
    await visitor.get("/api/orders/x", headers=forged)
    (seen,) = town.orders.seen
    known = {
        "host",
        "authorization",
        "x-correlation-id",
        "traceparent",
        "accept",
        "accept-encoding",
        "user-agent",
        "x-mine",
    }
    assert set(seen.names) == known
    assert len(seen.names) == len(known)
    assert "nonsense" not in seen.headers["traceparent"]


async def test_correlation_and_trace_pass_through_or_are_made(street: Streets) -> None:
    town = await street()
    visitor = await town.signed_in()
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    got = await visitor.get("/api/orders/x", headers={"X-Correlation-Id": "order-7.a", "traceparent": trace})
    assert got.headers["x-correlation-id"] == town.orders.seen[0].headers["x-correlation-id"] == "order-7.a"
    assert town.orders.seen[0].headers["traceparent"] == trace
    got = await visitor.get("/api/orders/x", headers={"X-Correlation-Id": "no spaces please"})
    made = got.headers["x-correlation-id"]
    assert made == town.orders.seen[1].headers["x-correlation-id"] != "no spaces please"
    assert len(made) == 36
    got = await visitor.get("/api/nothing/x", headers={"X-Correlation-Id": "refused-1"})
    assert got.json()["correlation_id"] == got.headers["x-correlation-id"] == "refused-1"


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


async def test_two_tokens_are_none(street: Streets) -> None:
    town = await street()
    visitor = await town.signed_in()
    line = f"Authorization: {visitor.headers['Authorization']}\r\n"
    status, _, _ = await wire(town.port, f"GET /api/orders/x HTTP/1.1\r\nHost: x\r\n{line}{line}\r\n".encode())
    assert status == 401


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
    await _until(lambda: town.orders.left == ["/x"])
    assert town.orders.seen == [], "no service takes a body for whole that was cut off"

    async def small() -> AsyncIterator[bytes]:
        yield b"a" * 50_000
        await asyncio.sleep(0.05)
        yield b"b" * 50_000

    got = await visitor.post("/api/orders/x", content=small())
    assert got.json() == {"path": "/x", "length": 100_000}
    assert town.orders.seen[0].headers["transfer-encoding"] == "chunked"
    assert town.orders.seen[0].body == b"a" * 50_000 + b"b" * 50_000


async def test_bodies_are_streamed_both_ways(street: Streets) -> None:
    town = await street()
    visitor = await town.signed_in()

    async def echo(scope: Scope, receive: Receive, send: Send) -> None:
        start = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]}
        await send(start)
        while True:
            message = await receive()
            await send({"type": "http.response.body", "body": message["body"], "more_body": message["more_body"]})
            if not message["more_body"]:
                return

    town.orders.answering = echo

    reader, writer = await asyncio.open_connection("127.0.0.1", town.port)
    token = visitor.headers["Authorization"]
    head = f"POST /api/orders/x HTTP/1.1\r\nHost: x\r\nAuthorization: {token}\r\nTransfer-Encoding: chunked\r\n\r\n"
    writer.write(head.encode() + b"3\r\none\r\n")
    await reader.readuntil(b"\r\n\r\n")
    for piece in (b"one", b"two!!", b"three"):  # each comes back before the next is sent
        assert await asyncio.wait_for(reader.readuntil(piece + b"\r\n"), 5) == b"%x\r\n%b\r\n" % (len(piece), piece)
        writer.write(b"5\r\n" + {b"one": b"two!!", b"two!!": b"three"}.get(piece, b"final") + b"\r\n")
    writer.write(b"0\r\n\r\n")
    assert (await asyncio.wait_for(reader.readuntil(b"0\r\n\r\n"), 5)).startswith(b"5\r\nfinal")
    writer.close()


async def test_a_large_upload_and_download_arrive_whole(street: Streets) -> None:
    town = await street()
    visitor = await town.signed_in()
    block = os.urandom(1_000_000)
    digest = hashlib.sha256()

    async def swallow(scope: Scope, receive: Receive, send: Send) -> None:
        more = True
        while more:
            message = await receive()
            digest.update(message["body"])
            more = message["more_body"]
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"30000000")]})
        for _ in range(30):
            await send({"type": "http.response.body", "body": block, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    town.orders.answering = swallow

    async def blocks() -> AsyncIterator[bytes]:
        for _ in range(30):
            yield block

    got = await visitor.post("/api/orders/imports", content=blocks(), headers={"Content-Length": "30000000"})
    assert hashlib.sha256(got.content).digest() == digest.digest() == hashlib.sha256(block * 30).digest()


async def test_a_long_upload_is_not_taken_for_silence(street: Streets) -> None:
    town = await street(upstream_timeout=0.5)
    visitor = await town.signed_in()

    async def trickle() -> AsyncIterator[bytes]:
        for _ in range(10):
            yield b"x" * 1000
            await asyncio.sleep(0.1)

    got = await visitor.post("/api/orders/x", content=trickle())
    assert got.json()["length"] == 10_000


async def test_a_service_that_stops_taking_an_upload_is_given_up(street: Streets) -> None:
    async def reads_no_more(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(8)

    async with talking(reads_no_more) as port:
        town = await street(upstream_timeout=0.5, upstreams=json.dumps({"orders": f"http://127.0.0.1:{port}"}))
        visitor = await town.signed_in()
        got = await asyncio.wait_for(visitor.post("/api/orders/imports", content=b"x" * 30_000_000), 6)
    assert (got.status_code, got.json()["code"]) == (504, "service-too-slow")


async def test_a_header_beyond_ascii_arrives(street: Streets) -> None:
    town = await street()
    visitor = await town.signed_in()
    await visitor.get("/api/orders/x", headers=[(b"X-Mine", "单".encode()), (b"X-Old", b"caf\xe9")])
    seen = town.orders.seen[0].headers
    assert seen["x-mine"].encode("latin-1").decode() == "单"
    assert seen["x-old"].encode("latin-1").decode() == "café"


async def test_a_slow_visitor_does_not_fill_the_gateway(street: Streets) -> None:
    town = await street()
    visitor = await town.signed_in()
    given = 0

    async def much(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal given
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(2000):
            given += 100_000
            await send({"type": "http.response.body", "body": b"x" * 100_000, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    town.orders.answering = much
    async with visitor.stream("GET", "/api/orders/x") as answer:
        assert answer.status_code == 200
        await asyncio.sleep(0.5)
        assert given < 40_000_000, "what nobody reads is not fetched (socket buffers hold some)"


async def test_who_leaves_is_not_worked_for(street: Streets) -> None:
    town = await street()
    visitor = await town.signed_in()
    left = asyncio.Event()

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        left.set()

    town.orders.answering = slow
    with pytest.raises(httpx.ReadTimeout):
        await visitor.get("/api/orders/x", timeout=0.3)
    await asyncio.wait_for(left.wait(), 3)
    left.clear()
    async with asyncio.timeout(5):  # and while an answer is on its way
        town.orders.answering = _drip(left)
        async with visitor.stream("GET", "/api/orders/x") as answer:
            async for _ in answer.aiter_raw():
                break
        await left.wait()
    town.orders.answering = None
    assert (await visitor.get("/api/orders/x")).status_code == 200


def _drip(left: asyncio.Event) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
    async def drip(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

        async def write() -> None:
            while True:
                await send({"type": "http.response.body", "body": b"drop", "more_body": True})
                await asyncio.sleep(0.05)

        writing = asyncio.create_task(write())
        while (await receive())["type"] != "http.disconnect":
            pass
        writing.cancel()
        left.set()

    return drip


async def test_an_answer_that_breaks_off_is_not_taken_for_whole(street: Streets) -> None:
    town = await street()
    visitor = await town.signed_in()

    async def half(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"100")]})
        await send({"type": "http.response.body", "body": b"x" * 50, "more_body": True})

    town.orders.answering = half
    with pytest.raises(httpx.RemoteProtocolError):
        await visitor.get("/api/orders/x")


async def test_status_and_body_rules_of_http_hold(street: Streets) -> None:
    town = await street()
    visitor = await town.signed_in()
    got = await visitor.head("/api/orders/x")
    assert (got.status_code, got.content, got.headers["content-length"]) == (200, b"", "27")
    got = await visitor.delete("/api/orders/x")
    assert got.json()["length"] == 0
    got = await visitor.post("/api/orders/x")
    assert town.orders.seen[-1].headers["content-length"] == "0"

    async def nothing(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    town.orders.answering = nothing
    for _ in range(3):
        assert (await visitor.delete("/api/orders/x")).status_code == 204


async def test_redirects_stay_on_the_street(street: Streets) -> None:
    town = await street()
    visitor = await town.signed_in()
    inner = f"http://127.0.0.1:{town.orders_port}"
    for location, shown in {
        f"{inner}/orders/?a=1": "/api/orders/orders/?a=1",
        "/orders/7": "/api/orders/orders/7",
        "7?x=1": "7?x=1",
        "https://evil.example/": None,
        "//evil.example/": None,
        "\\\\evil.example": None,
        "javascript:alert(1)": None,
        f"{inner}.evil.example/": None,
    }.items():

        async def away(scope: Scope, receive: Receive, send: Send, to: bytes = location.encode()) -> None:
            headers = [(b"location", to), (b"content-length", b"0"), (b"set-cookie", b"a=b"), (b"server", b"inner")]
            await send({"type": "http.response.start", "status": 307, "headers": headers})
            await send({"type": "http.response.body", "body": b""})

        town.orders.answering = away
        got = await visitor.get("/api/orders/x")
        assert got.status_code == 307
        assert got.headers.get("location") == shown, location
        assert "set-cookie" not in got.headers
        assert "server" not in got.headers


SECURITY = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
}


async def test_every_answer_carries_the_security_headers(street: Streets) -> None:
    town = await street()
    visitor = await town.signed_in()
    for path in ("/api/orders/x", "/api/none/x", "/auth/me", "/nowhere", "/healthz", "/docs/openapi.json"):
        got = await visitor.get(path)
        assert SECURITY.items() <= dict(got.headers).items(), path
        assert all(len(got.headers.get_list(name)) == 1 for name in SECURITY), path
        assert "strict-transport-security" in got.headers
    page = await visitor.get("/docs")
    assert "script-src 'self'" in page.headers["content-security-policy"]


async def test_pay_data_is_never_stored(street: Streets) -> None:
    town = await street()
    visitor = await town.signed_in()

    async def cacheable(scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"cache-control", b"public, max-age=600"), (b"content-length", b"0")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    town.orders.answering = town.payroll.answering = cacheable
    assert (await visitor.get("/api/payroll/x")).headers.get_list("cache-control") == ["no-store"]
    assert (await visitor.get("/api/orders/x")).headers.get_list("cache-control") == ["public, max-age=600"]
    assert (await visitor.get("/auth/me")).headers["cache-control"] == "no-store"


async def test_a_service_that_is_down_takes_only_itself_away_and_comes_back(street: Streets) -> None:
    town = await street(upstreams=json.dumps({"orders": "http://127.0.0.1:9", "payroll": "http://127.0.0.1:9"}))
    visitor = await town.signed_in()
    got = await visitor.post("/api/orders/x", json={})
    assert got.status_code == 503
    assert int(got.headers["retry-after"]) > 0
    assert got.headers["content-type"] == "application/problem+json"
    assert got.json()["code"] == "service-unavailable"
    async with served(Service()) as port:
        pass
    third = await street(upstreams=json.dumps({"orders": f"http://127.0.0.1:{port}", "payroll": "http://127.0.0.1:9"}))
    visitor = await third.signed_in()
    for _ in range(2):
        assert (await visitor.get("/api/orders/x")).status_code == 503
        assert (await visitor.get("/api/payroll/x")).status_code == 503
        async with served(Service(), port):
            assert [(await visitor.get("/api/orders/x")).status_code for _ in range(3)] == [200] * 3


async def test_a_service_that_dies_at_work_is_503_and_one_that_hangs_504(street: Streets) -> None:
    town = await street(upstream_timeout=0.3)
    visitor = await town.signed_in()

    async def hangs(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(3)

    async with talking(_slam) as port:
        other = await street(upstreams=json.dumps({"orders": f"http://127.0.0.1:{port}"}))
        broken = await other.signed_in()
        got = await broken.post("/api/orders/x", json={})
    assert (got.status_code, got.json()["code"]) == (503, "answer-lost")
    assert "retry-after" in got.headers
    town.orders.answering = hangs
    got = await visitor.get("/api/orders/x")
    assert (got.status_code, got.json()["code"]) == (504, "service-too-slow")
    assert (await visitor.get("/api/payroll/x")).status_code == 200


async def _slam(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")


async def test_an_idle_connection_that_was_closed_loses_no_request(street: Streets) -> None:
    """A service closes a kept connection exactly when it is used again: what may be repeated is repeated."""
    asked: list[bytes] = []

    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
        asked.append(await reader.readuntil(b"\r\n\r\n"))

    async with talking(once) as port:
        town = await street(upstreams=json.dumps({"orders": f"http://127.0.0.1:{port}"}))
        visitor = await town.signed_in()
        assert [(await visitor.get("/api/orders/x")).status_code for _ in range(5)] == [200] * 5
        assert len(asked) == 9, "four of them were asked twice"
        await visitor.post("/api/orders/x")
        lost = [(await visitor.post("/api/orders/x")) for _ in range(2)]
    assert "answer-lost" in [got.json()["code"] for got in lost if got.status_code == 503], "no POST is sent twice"


async def test_a_service_that_answers_nothing_uses_up_no_connections(
    street: Streets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "open_client", partial(open_client, most=2, patience=0.3))
    async with served(Service()) as port:
        town = await street(upstreams=json.dumps({"orders": f"http://127.0.0.1:{port}"}))
        visitor = await town.signed_in()
        assert (await visitor.get("/api/orders/x")).status_code == 200
    for _ in range(5):  # first on a connection that is gone, then on none
        assert (await visitor.get("/api/orders/x")).json()["code"] == "service-unavailable"
    service = Service()
    async with served(service, port):
        assert [(await visitor.get("/api/orders/x")).status_code for _ in range(3)] == [200] * 3
        holds = asyncio.Event()

        async def hold(scope: Scope, receive: Receive, send: Send) -> None:
            await holds.wait()
            await reply(send, 200, b"{}")

        service.answering = hold
        waiting = [asyncio.create_task(visitor.get("/api/orders/x")) for _ in range(4)]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        holds.set()
        answers = [(await task).status_code for task in waiting]
        assert set(answers) == {200, 503}
        assert answers.count(200) <= 3


async def test_bytes_after_an_answer_are_not_the_next_answer(street: Streets) -> None:
    async def talks_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
        await asyncio.sleep(0.05)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil")
        await reader.read()

    async with talking(talks_on) as port:
        town = await street(upstreams=json.dumps({"orders": f"http://127.0.0.1:{port}"}))
        visitor = await town.signed_in()
        for _ in range(3):
            assert (await visitor.get("/api/orders/x")).text == "ok"
            await asyncio.sleep(0.1)


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


async def test_the_documentation_is_merged_and_needs_no_internet(street: Streets) -> None:
    town = await street(upstreams="{}")

    async def described(scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["path"] == "/openapi.json"
        await reply(send, 200, json.dumps({"info": {"title": "订单"}, "paths": {"/orders": {"get": {}}}}).encode())

    town.orders.answering = described
    upstreams = {"orders": f"http://127.0.0.1:{town.orders_port}", "payroll": "http://127.0.0.1:9"}
    town = await street(upstreams=json.dumps(upstreams))
    visitor = await town.visitor()
    page = await visitor.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    for name in ("docs.js", "docs.css"):
        assert f"/docs/{name}" in page.text
        asset = await visitor.get(f"/docs/{name}")
        assert asset.status_code == 200
        assert "://" not in asset.text
    assert "://" not in page.text
    assert (await visitor.get("/docs/docs.html")).status_code == 404
    document = (await visitor.get("/docs/openapi.json")).json()
    assert "/api/orders/orders" in document["paths"]
    assert "/auth/token" in document["paths"]
    assert document["x-not-answering"] == ["payroll"]


async def _until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not true():
            await asyncio.sleep(0.01)
