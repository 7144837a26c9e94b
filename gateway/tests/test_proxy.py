"""What passes the gate on its way to a service and back, and how it is written."""

import json

import jwt
import pytest
from starlette.types import Receive, Scope, Send

from chassis import clock

from .conftest import Streets


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


async def test_a_header_beyond_ascii_arrives(street: Streets) -> None:
    town = await street()
    visitor = await town.signed_in()
    await visitor.get("/api/orders/x", headers=[(b"X-Mine", "单".encode()), (b"X-Old", b"caf\xe9")])
    seen = town.orders.seen[0].headers
    assert seen["x-mine"].encode("latin-1").decode() == "单"
    assert seen["x-old"].encode("latin-1").decode() == "café"


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
