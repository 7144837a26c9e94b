"""Who asks must be proved: every token that is not exactly right is refused, and none learns why."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chassis import clock
from chassis.auth import CLAIMS, Principal, read_public_keys, sign
from chassis.problems import Unauthorised
from chassis.testing import TestKeys

from .conftest import Example

BOSS = Principal("boss", None, frozenset({"boss"}))


def claims(**changes: Any) -> dict[str, Any]:
    now = int(clock.now().timestamp())
    whole = {
        "iss": "gateway",
        "aud": "example",
        "sub": "boss",
        "iat": now,
        "exp": now + 60,
        "jti": "1",
        "employee_no": None,
        "roles": ["boss"],
        "departments": [],
        "shops": [],
    } | changes
    return {name: value for name, value in whole.items() if value != "absent"}


def encoded(part: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def forged(keys: TestKeys) -> str:
    return jwt.encode(claims(), Ed25519PrivateKey.generate(), algorithm="EdDSA")


def tampered(keys: TestKeys) -> str:
    header, _, signature = jwt.encode(claims(roles=["employee"]), keys.private, algorithm="EdDSA").split(".")
    return f"{header}.{encoded(claims())}.{signature}"


def unsigned(keys: TestKeys) -> str:
    return f"{encoded({'alg': 'none', 'typ': 'JWT'})}.{encoded(claims())}."


def signed_with_the_public_key(keys: TestKeys) -> str:
    """Take the public key for a shared secret, as libraries once did (CVE-2022-29217)."""
    secret = keys.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signed = f"{encoded({'alg': 'HS256', 'typ': 'JWT'})}.{encoded(claims())}"
    mark = hmac.new(secret, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(mark).rstrip(b'=').decode()}"


def changed(**changes: Any) -> Callable[[TestKeys], str]:
    return lambda keys: jwt.encode(claims(**changes), keys.private, algorithm="EdDSA")


def aged(**changes: float) -> Callable[[TestKeys], str]:
    """Move instants by seconds from now."""
    return lambda keys: jwt.encode(
        claims(**{name: int(clock.now().timestamp() + by) for name, by in changes.items()}),
        keys.private,
        algorithm="EdDSA",
    )


EVERY_CLAIM = (*CLAIMS, "employee_no", "roles", "departments", "shops")
REFUSED: dict[str, Callable[[TestKeys], str]] = {
    "forged": forged,
    "tampered": tampered,
    "unsigned": unsigned,
    "signed with the public key": signed_with_the_public_key,
    "stale": aged(iat=-61, exp=-1),
    "ends this second": aged(iat=-60, exp=0),
    "not yet": aged(iat=30, exp=60),
    "longer than a minute": aged(iat=0, exp=61),
    "begun long ago": aged(iat=-3600, exp=30),
    "for another service": changed(aud="payroll"),
    "for several services": changed(aud=["example", "payroll"]),
    "from an unknown issuer": changed(iss="payroll"),
    "issuer is no text": lambda keys: f"{encoded({'alg': 'EdDSA'})}.{encoded(claims(iss=['gateway']))}.AA",
    "subject is no text": changed(sub=7),
    "instant is no number": changed(exp="soon"),
    "roles are no list": changed(roles="boss"),
    "roles are no texts": changed(roles=[["boss"]]),
    "nonsense": lambda keys: "nonsense",
    "empty parts": lambda keys: "..",
    "not ASCII": lambda keys: "ü.ü.ü",
    "nested": lambda keys: f"{encoded({'alg': 'EdDSA'})}.{base64.urlsafe_b64encode(b'[' * 9000).decode()}.AA",
    **{
        f"without {name}": changed(**{name: "absent"})
        for name in (*CLAIMS, "employee_no", "roles", "departments", "shops")
    },
}


async def test_what_is_not_right_is_refused_alike(example: Example, keys: TestKeys) -> None:
    def said(answer: httpx.Response) -> tuple[int, str, object]:
        body = {name: value for name, value in answer.json().items() if name != "correlation_id"}
        return answer.status_code, answer.headers["www-authenticate"], body

    nothing = said(await example.http.get("/notes"))
    assert nothing[0] == 401
    sent = {name: f"Bearer {make(keys)}".encode("latin-1") for name, make in REFUSED.items()}
    sent |= {scheme: scheme.encode() for scheme in ("Basic Ym9zczpib3Nz", "Bearer", "bearer ", "Token x")}
    answers = {
        name: said(await example.http.get("/notes", headers=[(b"Authorization", header)]))
        for name, header in sent.items()
    }
    assert answers == dict.fromkeys(sent, nothing), "no answer tells what was wrong"


async def test_the_right_token_opens(example: Example, keys: TestKeys) -> None:
    token = jwt.encode(claims(), keys.private, algorithm="EdDSA")
    answers = [await example.http.get("/notes", headers={"Authorization": f"Bearer {token}"}) for _ in range(2)]
    assert [a.status_code for a in answers] == [200, 200]


def test_what_is_signed_is_what_is_verified(keys: TestKeys) -> None:
    now = clock.now()
    who = Principal("u1", "A001", frozenset({"lead"}), frozenset({"一部"}), frozenset({"旗舰店"}))
    token = sign(who, audience="orders", key=keys.private, issuer="gateway", now=now)
    assert read_public_keys(keys.folder).verify(token, audience="orders", now=now) == who


def test_a_verified_token_still_ages_and_still_has_one_audience(keys: TestKeys) -> None:
    now, known = clock.now(), read_public_keys(keys.folder)
    token = sign(BOSS, audience="orders", key=keys.private, issuer="gateway", now=now)
    known.verify(token, audience="orders", now=now)
    with pytest.raises(Unauthorised):
        known.verify(token, audience="payroll", now=now)
    with pytest.raises(Unauthorised):
        known.verify(token, audience="orders", now=now + timedelta(seconds=60))


def test_nobody_can_sign_for_longer_than_a_minute(keys: TestKeys) -> None:
    token = sign(BOSS, audience="a", key=keys.private, issuer="gateway", now=clock.now(), life=timedelta(hours=1))
    said = jwt.decode(token, options={"verify_signature": False})
    assert said["exp"] - said["iat"] == 60


def test_without_keys_nobody_is_trusted(keys: TestKeys) -> None:
    token = sign(BOSS, audience="a", key=keys.private, issuer="gateway", now=clock.now())
    with pytest.raises(Unauthorised):
        read_public_keys(None).verify(token, audience="a", now=clock.now())


def test_verified_tokens_are_not_kept_for_ever(keys: TestKeys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.auth.REMEMBERED", 3)
    known = read_public_keys(keys.folder)
    for _ in range(10):
        now = clock.now()
        known.verify(sign(BOSS, audience="a", key=keys.private, issuer="gateway", now=now), audience="a", now=now)
    assert len(known.seen) <= 3
