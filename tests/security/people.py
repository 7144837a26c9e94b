"""Somebody of every role: as the gateway would sign them in at a service, and as accounts of the gateway."""

import secrets
import time
from collections.abc import Mapping

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chassis import clock
from chassis.auth import Principal, read_private_key, sign
from local_stack.trial import Stack
from tests.journeys.house import said

from .fuzzing import Signs

ROLES = ("nobody", "employee", "lead", "finance", "keeper", "auditor", "hr", "boss")
"""Who can manage accounts comes last: what they try must not change who the others are."""

SERVICES = ("attendance", "orders", "service_desk", "inventory", "payroll")


def principal(role: str, **limits: frozenset[str]) -> Principal:
    """Make somebody with one role."""
    return Principal(f"fuzz-{role}", f"F-{role}", frozenset({role}), **limits)


def key_of(stack: Stack) -> Ed25519PrivateKey:
    """Read the key with which a stack's gateway signs."""
    return read_private_key(stack.home / "secrets" / "keys" / "gateway.pem")


def at_service(service: str, role: str, key: Ed25519PrivateKey) -> Signs:
    """Sign a role in at a service as the gateway would, again before a token runs out."""
    signed: dict[str, str] = {}
    until = 0.0

    def signs() -> Mapping[str, str]:
        nonlocal until
        if role != "nobody" and time.monotonic() > until:
            token = sign(principal(role), audience=service, key=key, issuer="gateway", now=clock.now())
            signed["Authorization"] = f"Bearer {token}"
            until = time.monotonic() + 30
        return signed

    return signs


def at_gateway(boss: httpx.Client, role: str) -> Signs:
    """Make an account with a role, and sign it in, again before its token runs out."""
    if role == "nobody":
        return dict
    form = {"username": f"fuzz-{role}-{secrets.token_hex(4)}", "password": secrets.token_urlsafe(16)}
    account = {"login": form["username"], "password": form["password"], "roles": [role]}
    said(boss.post("/auth/accounts", json=account))
    signed: dict[str, str] = {}
    until = 0.0

    def signs() -> Mapping[str, str]:
        nonlocal until
        if time.monotonic() > until:
            answer = said(httpx.post(f"{boss.base_url}/auth/token", data=form, timeout=120))
            signed["Authorization"] = f"Bearer {answer['access_token']}"
            until = time.monotonic() + 400
        return signed

    return signs
