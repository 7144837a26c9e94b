"""The gate: every request passes it, and those for a service go on to it from here without touching FastAPI."""

import hmac
import time
from contextlib import suppress
from functools import lru_cache
from typing import Any

from fastapi import FastAPI
from prometheus_client import Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis import telemetry
from chassis.problems import Refusal, Unauthorised
from gateway.answers import refuse
from gateway.domain import paths
from gateway.domain.errors import TooManyRequests, UnknownPage, UnknownService
from gateway.domain.limits import Buckets, network_of
from gateway.forward import Ask, Disconnected, forward
from gateway.headers import fresh_correlation, own_headers, read, secured
from gateway.identity import ISSUER
from gateway.parts import Parts
from gateway.visit import Visit


class Gate:
    """The gateway as one plain ASGI application (FastAPI costs a multiple of what the proxy does)."""

    def __init__(self, pages: FastAPI) -> None:
        """Stand before `pages`, the gateway's own endpoints; its lifespan opens the parts of both."""
        self.pages = pages

    def openapi(self) -> dict[str, Any]:
        """Describe the gateway's own endpoints."""
        return self.pages.openapi()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through to where it belongs."""
        if scope["type"] == "http":
            await _pass(self.pages, self.pages.state.parts, scope, receive, send)
        elif scope["type"] == "lifespan":
            await self.pages(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})


async def _pass(app: ASGIApp, parts: Parts, scope: Scope, receive: Receive, send: Send) -> None:
    correlation_id = b""
    try:
        network = network_of(scope["client"][0]) if scope["client"] else ""
        _take(parts, parts.addresses, network)
        incoming = read(scope["headers"])
        correlation_id = incoming.correlation_id
        telemetry.correlation.set(correlation_id.decode())
        visit = Visit(scope, receive, send, incoming, network)
        if scope["raw_path"].startswith(paths.API):
            await _to_service(parts, visit)
        else:
            await _to_own_pages(app, parts, visit)
    except Refusal as refusal:
        await refuse(receive, send, refusal, correlation_id or fresh_correlation())
    except Disconnected:
        pass  # nobody is there to be answered


async def _to_service(parts: Parts, visit: Visit) -> None:
    began, status, segment = time.perf_counter(), 0, "unknown"
    try:
        asked = paths.target(visit.scope["raw_path"], visit.scope["query_string"])
        upstream = parts.upstreams.get(asked.segment)
        if upstream is None:
            raise UnknownService()
        segment = upstream.segment
        if paths.is_internal(asked.path):
            raise UnknownPage()
        known = await parts.identities.find(visit.incoming.authorization, visit.network)
        _take(parts, parts.users, known.principal.sub)
        settings = parts.identities.settings
        limit = settings.upload_limit if paths.is_upload(asked.path) else settings.body_limit
        ask = Ask(upstream, asked.path, parts.identities.bearer(known, upstream.name))
        status = await forward(parts.client, ask, visit, limit=limit, silence=settings.upstream_timeout)
    except Refusal as refusal:
        status = refusal.status
        raise
    finally:
        took = time.perf_counter() - began
        _measured(visit.scope["method"], segment, status).observe(took)


@lru_cache(maxsize=1024)
def _measured(method: str, segment: str, status: int) -> Histogram:
    return telemetry.REQUESTS.labels(method, f"/api/{segment}", str(status))


async def _to_own_pages(app: ASGIApp, parts: Parts, visit: Visit) -> None:
    path: str = visit.scope["path"]
    if path == "/metrics" and not _may_scrape(parts.identities.settings.metrics_token, visit):
        raise UnknownPage()
    bearer = None
    if path.startswith("/auth/") and visit.incoming.authorization is not None:
        # an invalid token is no reason to refuse what needs none, such as signing in anew; FastAPI refuses the rest
        with suppress(Unauthorised):
            known = await parts.identities.find(visit.incoming.authorization, visit.network)
            _take(parts, parts.users, known.principal.sub)
            bearer = parts.identities.bearer(known, ISSUER)
    inner = {**visit.scope, "headers": own_headers(visit.scope["headers"], visit.incoming, bearer)}

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = secured(message["headers"])
        await visit.send(message)

    await app(inner, visit.receive, sending)


def _take(parts: Parts, buckets: Buckets, key: str) -> None:
    if wait := buckets.take(key, parts.identities.monotonic()):
        raise TooManyRequests(after=wait)


def _may_scrape(token: str, visit: Visit) -> bool:
    """Tell whether this request may read the metrics: by the token where there is one, else from this machine only."""
    if token:
        return hmac.compare_digest(visit.incoming.authorization or b"", b"Bearer " + token.encode())
    scope = visit.scope
    came_through = any(name in (b"x-forwarded-for", b"forwarded", b"via", b"x-real-ip") for name, _ in scope["headers"])
    return bool(scope["client"]) and scope["client"][0] in ("127.0.0.1", "::1") and not came_through
