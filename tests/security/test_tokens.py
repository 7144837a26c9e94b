"""Who brings no token, or one that is not for here, gets nothing from any service, on no route."""

import base64
import hmac
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chassis import clock
from chassis.auth import sign
from chassis.testing import Client, TestDatabase, TestKeys
from tests.journeys.house import House, SignsIn, said

from .people import SERVICES, key_of, principal
from .routes import guarded

Databases = Callable[[str], Awaitable[TestDatabase]]
Clients = Callable[[str, TestDatabase], Awaitable[Client]]
READ = {
    "attendance": "/employees",
    "orders": "/orders",
    "service_desk": "/chats",
    "inventory": "/stock",
    "payroll": "/payslips?period=2026-10",
}
"""A route of each service that the boss may read."""


def refused(answer: httpx.Response) -> bool:
    """Tell whether an answer is the whole 401."""
    if answer.status_code != 401:
        return False
    assert answer.headers["www-authenticate"].startswith("Bearer")
    body = answer.json()
    assert (body["code"], body["status"]) == ("unauthorised", 401)
    return True


@pytest.mark.parametrize("service", SERVICES)
async def test_no_route_answers_without_a_token(service: str, database: Databases, client: Clients) -> None:
    http = await client(service, await database(service))
    routes = guarded(service)
    assert len(routes) > 30, "the search finds the routes at all"
    for route in routes:
        assert refused(await http.request(route.method, route.address)), f"{route.method} {route.path}"
        # whoever is not known learns nothing of what a body should be
        assert refused(await http.request(route.method, route.address, json={})), f"{route.method} {route.path}"


def forged(keys: TestKeys, service: str) -> dict[str, str]:
    """Make tokens of every kind that must not open anything; each is right but for what its name says."""
    now, life = clock.now(), timedelta(seconds=60)
    right: dict[str, Any] = {"audience": service, "key": keys.private, "issuer": "gateway", "now": now}
    boss = principal("boss")

    def made(**other: Any) -> str:
        return sign(boss, **(right | other))

    claims = jwt.decode(made(), options={"verify_signature": False})
    public = keys.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    raw = keys.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    head, body, signature = made().split(".")

    def symmetric(secret: bytes) -> str:
        # the library refuses to do this with PEM, so the attacker writes it by hand
        text = f"{_part({'alg': 'HS256', 'typ': 'JWT'})}.{_part(claims)}"
        return f"{text}.{_base64(hmac.digest(secret, text.encode(), 'sha256'))}"

    return {
        "another key": made(key=Ed25519PrivateKey.generate()),
        "no signature": f"{head}.{body}.",
        "alg none": f"{_part({'alg': 'none', 'typ': 'JWT'})}.{_part(claims)}.",
        "alg none, signed": f"{_part({'alg': 'none', 'typ': 'JWT'})}.{_part(claims)}.{signature}",
        "HS256 with the public key": symmetric(public),
        "HS256 with the raw public key": symmetric(raw),
        "another body": f"{head}.{_part(claims | {'sub': 'else'})}.{signature}",
        "a key that the token brings along": jwt.encode(
            claims,
            (own := Ed25519PrivateKey.generate()),
            algorithm="EdDSA",
            headers={"jwk": {"kty": "OKP", "crv": "Ed25519", "x": _base64(_raw(own))}, "kid": "../gateway.pem"},
        ),
        "run out": made(now=now - life - timedelta(seconds=1)),
        "not yet valid": made(now=now + timedelta(seconds=30)),
        "a life of an hour": jwt.encode(claims | {"exp": claims["iat"] + 3600}, keys.private, algorithm="EdDSA"),
        "for another service": made(audience="orders" if service != "orders" else "payroll"),
        "for several services": jwt.encode(claims | {"aud": list(READ)}, keys.private, algorithm="EdDSA"),
        "for nobody": jwt.encode({**claims, "aud": ""}, keys.private, algorithm="EdDSA"),
        "of an unknown issuer": made(issuer="stranger"),
        "of a path for an issuer": made(issuer="../keys/gateway"),
        **{
            f"without {claim}": jwt.encode(
                {name: value for name, value in claims.items() if name != claim}, keys.private, algorithm="EdDSA"
            )
            for claim in claims
        },
        "roles that are a text": jwt.encode(claims | {"roles": "boss"}, keys.private, algorithm="EdDSA"),
        "nonsense": "a.b.c",
        "empty": "",
    }


def _raw(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _part(content: dict[str, Any]) -> str:
    return _base64(json.dumps(content).encode())


@pytest.mark.parametrize("service", SERVICES)
async def test_forged_stale_and_foreign_tokens_open_nothing(
    service: str, database: Databases, client: Clients, keys: TestKeys
) -> None:
    http = await client(service, await database(service))
    right = await http.get(READ[service], headers=http.auth_of(principal("boss")))
    assert right.status_code == 200, f"a right token opens it: {right.text}"
    for name, token in forged(keys, service).items():
        assert refused(await http.get(READ[service], headers={"Authorization": f"Bearer {token}"})), name
    token = http.auth_of(principal("boss"))["Authorization"].removeprefix("Bearer ")
    for header in (f"Basic {token}", token, f"Bearer{token}", f"Bearer {token} x", f"Bearer {token}\tx"):
        assert refused(await http.get(READ[service], headers={"Authorization": header})), header[:9]
    cookie = {"Cookie": f"Authorization={token}"}
    elsewhere = await http.get(READ[service], params={"access_token": token}, headers=cookie)
    assert refused(elsewhere), "a token counts in its header only"


def test_a_token_of_one_door_does_not_open_the_other(house: House) -> None:
    """The gateway's access token is nothing to a service, and a service's internal token nothing to the gateway."""
    own = said(house.boss.get("/auth/me"))
    assert own["login"] == "boss"
    assert isinstance(house.boss.auth, SignsIn)
    public = house.boss.auth.token
    processes = house.stack.processes()
    for service, path in READ.items():
        direct = f"http://127.0.0.1:{processes[f'{service} api']['port']}{path}"
        through = f"{house.stack.gateway}/api/{service.replace('_', '-')}{path}"
        internal = sign(principal("boss"), audience=service, key=key_of(house.stack), issuer="gateway", now=clock.now())
        assert httpx.get(direct, headers={"Authorization": f"Bearer {internal}"}).status_code == 200
        assert httpx.get(through, headers={"Authorization": f"Bearer {public}"}).status_code == 200
        assert refused(httpx.get(direct, headers={"Authorization": f"Bearer {public}"}))
        assert refused(httpx.get(through, headers={"Authorization": f"Bearer {internal}"}))


def test_no_route_of_the_gateway_answers_without_a_token(house: House) -> None:
    """Those of its own pages that are not open, and everything behind it."""
    open_here = {"/auth/token", "/auth/refresh", "/auth/revoke", "/docs", "/docs/openapi.json", "/docs/{name}"}
    own = [route for route in guarded("gateway") if route.path not in open_here]
    assert len(own) >= 9
    with httpx.Client(base_url=house.stack.gateway, timeout=60) as stranger:
        for route in own:
            assert refused(stranger.request(route.method, route.address)), f"{route.method} {route.path}"
        for service in SERVICES:
            for route in guarded(service):
                address = f"/api/{service.replace('_', '-')}{route.address}"
                assert refused(stranger.request(route.method, address)), f"{route.method} {address}"
