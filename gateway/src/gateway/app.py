"""Builds the gateway's web application: its own endpoints, and the gate around them that passes on the rest."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from starlette.responses import Response

from chassis.web import answer, service_app
from gateway.api import ROUTERS
from gateway.domain.errors import RetryLater
from gateway.domain.permissions import PERMISSIONS
from gateway.gate import Gate
from gateway.identity import ISSUER
from gateway.parts import open_parts
from gateway.settings import GatewaySettings


def create_app() -> Gate:
    """Build the application; the environment is read when it starts."""
    app = service_app(
        service=ISSUER,
        title="Zhanggui 掌柜",
        settings=GatewaySettings,
        routers=ROUTERS,
        permissions=PERMISSIONS,
    )
    app.add_exception_handler(RetryLater, _retry_later)
    opened = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with opened(app):
            settings: GatewaySettings = app.state.settings
            app.state.parts = parts = open_parts(settings, app.state.database)
            yield
            parts.hashing.close()
            for upstream in parts.upstreams.values():
                await upstream.pulse.close()
            await parts.client.close()

    app.router.lifespan_context = lifespan
    return Gate(app)


async def _retry_later(request: Request, error: Exception) -> Response:
    assert isinstance(error, RetryLater)
    response = answer(error)
    response.headers["Retry-After"] = str(error.after)
    return response
