"""Who asks, proved by a short-lived token that the gateway (or a service, for itself) signed.

EdDSA only, one audience, every claim required. A service verifies the token on every route, also on the private
network.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from chassis.door import new_id
from chassis.problems import Unauthorised

LONGEST_LIFE = timedelta(seconds=60)
CLAIMS = ("iss", "aud", "sub", "iat", "exp", "jti")
REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class Principal:
    """The person or service a request acts for, with what limits its view."""

    sub: str
    employee_no: str | None = None
    roles: frozenset[str] = frozenset()
    departments: frozenset[str] = frozenset()
    shops: frozenset[str] = frozenset()


def sign(
    by: Principal,
    *,
    audience: str,
    key: Ed25519PrivateKey,
    issuer: str,
    now: datetime,
    life: timedelta = LONGEST_LIFE,
) -> str:
    """Sign a token that lets `by` into the one service `audience`; it lives at most a minute."""
    claims = {
        "iss": issuer,
        "aud": audience,
        "sub": by.sub,
        "iat": int(now.timestamp()),
        "exp": int((now + min(life, LONGEST_LIFE)).timestamp()),
        "jti": str(new_id()),
        "employee_no": by.employee_no,
        "roles": sorted(by.roles),
        "departments": sorted(by.departments),
        "shops": sorted(by.shops),
    }
    return jwt.encode(claims, key, algorithm="EdDSA")


@dataclass(slots=True)
class Keys:
    """The public keys this process trusts, by issuer, and the tokens it has verified already."""

    trusted: Mapping[str, Ed25519PublicKey]
    seen: dict[tuple[str, str], tuple[Principal, int]] = field(default_factory=dict)

    def verify(self, token: str, *, audience: str, now: datetime) -> Principal:
        """Tell who a token speaks for.

        Raises Unauthorised for a token that is forged, stale, foreign, unsigned or incomplete; never says which.
        """
        instant = int(now.timestamp())
        if (known := self.seen.get((token, audience))) is not None and instant < known[1]:
            return known[0]
        try:
            issuer = jwt.decode(token, options={"verify_signature": False})["iss"]
            key = self.trusted[issuer]
            claims = jwt.decode(
                token,
                key,
                algorithms=["EdDSA"],
                audience=audience,
                issuer=issuer,
                options={
                    "require": list(CLAIMS),
                    "strict_aud": True,
                    "verify_exp": False,
                    "verify_iat": False,
                },
            )
            issued, expires = int(claims["iat"]), int(claims["exp"])
            # checked here against the door's clock; a minute more than a life allows clocks to differ by 5 s
            if not issued - 5 <= instant < expires or expires - issued > LONGEST_LIFE.total_seconds():
                raise Unauthorised()
            by = Principal(
                sub=claims["sub"],
                employee_no=claims["employee_no"],
                roles=_texts(claims["roles"]),
                departments=_texts(claims["departments"]),
                shops=_texts(claims["shops"]),
            )
        except (jwt.PyJWTError, KeyError, TypeError, ValueError) as error:
            raise Unauthorised() from error
        if len(self.seen) >= REMEMBERED:
            self.seen.clear()
        self.seen[token, audience] = (by, expires)
        return by


def _texts(claim: object) -> frozenset[str]:
    if not isinstance(claim, list) or not all(isinstance(text, str) for text in claim):
        raise TypeError("a claim that should be a list of texts is something else")
    return frozenset(claim)


def read_public_keys(folder: Path | None) -> Keys:
    """Read every `<issuer>.pem` in `folder`; with none, nobody is trusted and every request is refused."""
    trusted: dict[str, Ed25519PublicKey] = {}
    for path in sorted(folder.glob("*.pem")) if folder else ():
        key = load_pem_public_key(path.read_bytes())
        if not isinstance(key, Ed25519PublicKey):
            raise ValueError(f"{path.name}: not an Ed25519 public key")
        trusted[path.stem] = key
    return Keys(trusted)


def read_private_key(path: Path) -> Ed25519PrivateKey:
    """Read a process's own signing key."""
    key = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{path.name}: not an Ed25519 private key")
    return key
