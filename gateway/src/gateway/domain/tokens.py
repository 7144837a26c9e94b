"""Tokens of a session: how they are made, kept and how long they live."""

import hashlib
from datetime import timedelta

ACCESS_LIFE = timedelta(minutes=10)
REFRESH_LIFE = timedelta(days=7)
SESSION_LIFE = timedelta(days=30)

# The name of the product in front lets secret scanners find a token that leaked into a file or log.
ACCESS, REFRESH = "zga_", "zgr_"


def write(kind: str, randomness: bytes) -> str:
    """Write 32 random bytes as a token of its kind; 256 bits cannot be guessed, so a plain hash keeps them."""
    return kind + randomness.hex()


def fingerprint(token: str) -> bytes:
    """Make what the database keeps instead of the token."""
    return hashlib.sha256(token.encode()).digest()
