"""The services' OpenAPI documents, fetched over the private network and kept for a while."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from aiohttp import ClientError, ClientSession, ClientTimeout

from gateway.domain.merging import Document, Part
from gateway.forward import Upstream

KEPT = 60.0  # seconds; a service that is upgraded shows its new document by then
PATIENCE = ClientTimeout(total=10.0)  # a service writes its document when first asked, for seconds on a busy machine


@dataclass(slots=True)
class Documents:
    """What each service says about itself."""

    client: ClientSession
    upstreams: Sequence[Upstream]
    _kept: dict[str, tuple[Document, float]] = field(default_factory=dict)

    async def fetch(self) -> tuple[list[Part], list[str]]:
        """Fetch every service's document; answers them, and who did not answer."""
        found = await asyncio.gather(*(self._fetch(upstream) for upstream in self.upstreams))
        parts, missing = [], []
        for upstream, document in zip(self.upstreams, found, strict=True):
            if document is None:
                missing.append(upstream.segment)
            else:
                parts.append(Part(upstream.segment, f"/api/{upstream.segment}", document))
        return parts, missing

    async def _fetch(self, upstream: Upstream) -> Document | None:
        kept = self._kept.get(upstream.name)
        if kept is not None and time.monotonic() < kept[1]:
            return kept[0]
        url = f"http://{upstream.host}/openapi.json"
        try:
            async with self.client.get(url, timeout=PATIENCE, allow_redirects=False, raise_for_status=True) as answer:
                document: Document = await answer.json()
        except (ClientError, TimeoutError, ValueError):
            return None
        self._kept[upstream.name] = (document, time.monotonic() + KEPT)
        return document
