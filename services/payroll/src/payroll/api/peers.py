"""Asking the other services for their seals, in payroll's own name; a service that does not answer holds nobody up."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from aiohttp import ClientError, ClientSession, ClientTimeout
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chassis.auth import Principal, sign
from payroll.domain.closing import PRODUCERS, Sealed, Told
from payroll.domain.period import Period
from payroll.queries.sealed import total_of

PATIENCE = ClientTimeout(total=5.0)
ITSELF = Principal("payroll", roles=frozenset({"service"}))
SILENT = Told(answered=False)


@dataclass(frozen=True, slots=True)
class Peers:
    """Where the other services are, and the key that proves who asks."""

    addresses: Mapping[str, str]
    key: Ed25519PrivateKey | None

    async def seals(self, period: Period, now: datetime) -> dict[str, Told]:
        """Ask every producer for its seal of a period, all at the same time."""
        async with ClientSession(timeout=PATIENCE) as http:
            told = await asyncio.gather(*(self._seal(http, producer, period, now) for producer in PRODUCERS))
        return dict(zip(PRODUCERS, told, strict=True))

    async def _seal(self, http: ClientSession, producer: str, period: Period, now: datetime) -> Told:
        address = self.addresses.get(producer)
        if address is None or self.key is None:
            return SILENT
        token = sign(ITSELF, audience=producer, key=self.key, issuer=ITSELF.sub, now=now)
        headers = {"Authorization": f"Bearer {token}"}
        try:
            async with http.get(f"{address}/seals/{period}", headers=headers, allow_redirects=False) as answer:
                said = await answer.json(content_type=None)
                if answer.status == 404 and said["code"] == "not-sealed":
                    return Told(answered=True)
                return told_of(said, period) if answer.status == 200 else SILENT
        except (ClientError, TimeoutError, OSError, ValueError, KeyError, TypeError, ArithmeticError):
            return SILENT


def told_of(said: Mapping[str, Any], period: Period) -> Told:
    """Read an answer; one about another period is none."""
    if said["period"] != str(period):
        return SILENT
    seal = Sealed(
        event_id=UUID(said["event_id"]),
        position=said["position"],
        chain=said["chain"],
        totals={total["type"]: total_of(total) for total in said["totals"]},
        sealed_at=datetime.fromisoformat(said["sealed_at"]),
        sealed_by=said["sealed_by"],
        sealed_chain=said["sealed_chain"],
    )
    return Told(answered=True, seal=seal, epoch=said["epoch"])
