"""The chain that seals the audit: whoever changes, removes or inserts a row breaks every link after it."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime

BEGINNING = b""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the audit."""

    position: int
    at: datetime
    act: str
    login: str
    actor: str
    network: str
    correlation_id: str
    details: str


def link(before: bytes, entry: Entry) -> bytes:
    """Seal an entry onto the link before it (SHA-256 over the link and the entry as canonical JSON)."""
    said = [
        entry.position,
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.act,
        entry.login,
        entry.actor,
        entry.network,
        entry.correlation_id,
        entry.details,
    ]
    return hashlib.sha256(before + json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()).digest()
