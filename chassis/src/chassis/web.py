"""The web factory and the doors of HTTP: each request is one transaction, committed before the answer."""

import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.security import HTTPBearer
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import clock, health, telemetry
from chassis.answers import LimitSaid, answer, answer_problems
from chassis.auth import Keys, Principal, read_public_keys
from chassis.backlog import Backlog
from chassis.database import Database, open_database
from chassis.door import Door
from chassis.observed import Observed
from chassis.openapi import tell_problems
from chassis.problems import Forbidden, Unauthorised
from chassis.settings import ServiceSettings

__all__ = [
    "BODY_LIMIT",
    "Caller",
    "Now",
    "Reading",
    "Session",
    "allowed",
    "answer",
    "answer_problems",
    "backlog_of",
    "database_of",
    "door_for",
    "service_app",
    "settings_of",
]

BODY_LIMIT = 2 * 1024 * 1024  # bytes; a route that takes files says its own `max_body_size`
TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")  # W3C Trace Context, version 00


def settings_of(request: Request) -> ServiceSettings:
    """Find the settings of the process that serves `request`."""
    settings: ServiceSettings = request.app.state.settings
    return settings


def database_of(request: Request) -> Database:
    """Find the database of the process that serves `request`, for what outlives its transaction (streams, exports)."""
    database: Database = request.app.state.database
    return database


def backlog_of(request: Request) -> Backlog:
    """Find the outbox's backlog in the process that serves `request`, for a route that opens its transaction itself."""
    backlog: Backlog = request.app.state.backlog
    return backlog


async def _now() -> datetime:
    return clock.now()


Now = Annotated[datetime, Depends(_now)]


class InternalToken(HTTPBearer):
    """The token of the gateway (or of a service, for itself) that comes with every request; documented as bearer."""

    async def __call__(self, request: Request) -> Principal:  # type: ignore[override]
        """Tell who asks; raises Unauthorised (401)."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthorised()
        keys: Keys = request.app.state.keys
        return keys.verify(token, audience=request.app.state.service, now=clock.now())


Caller = Annotated[Principal, Depends(InternalToken(description="internal token, signed by the gateway"))]


def _traceparent(request: Request) -> str | None:
    given = request.headers.get("traceparent", "")
    return given if TRACEPARENT.fullmatch(given) else None


def door_for(request: Request, by: Principal, now: datetime) -> Door:
    """Tell the circumstances of `request`."""
    return Door(
        now=now,
        actor=by.employee_no or by.sub,
        correlation_id=telemetry.correlation.get(),
        timezone=settings_of(request).timezone,
        traceparent=_traceparent(request),
    )


async def _session(request: Request, by: Caller, now: Now) -> AsyncIterator[AsyncSession]:
    async with backlog_of(request).transaction(door_for(request, by, now)) as session:
        yield session


async def _reading(request: Request) -> AsyncIterator[AsyncSession]:
    async with database_of(request).reading() as session:
        yield session


# scope="function": the exit runs before the answer is sent, so a commit that fails cannot answer 200
Session = Annotated[AsyncSession, Depends(_session, scope="function")]
Reading = Annotated[AsyncSession, Depends(_reading, scope="function")]


def allowed(permission: str) -> Any:
    """Demand a permission of the caller: `by: Annotated[Principal, allowed("orders.place")]`.

    Which roles have it stands in the service's `domain/permissions.py`. Answers 401 without a valid token, 403
    without the role.
    """

    async def check(request: Request, by: Caller) -> Principal:
        permissions: Mapping[str, frozenset[str]] = request.app.state.permissions
        if by.roles.isdisjoint(permissions[permission]):
            raise Forbidden()
        return by

    check.permission = permission  # type: ignore[attr-defined]
    return Depends(check)


def service_app(
    *,
    service: str,
    title: str,
    settings: type[ServiceSettings],
    routers: Sequence[APIRouter],
    permissions: Mapping[str, frozenset[str]],
    on_start: Callable[[FastAPI], Any] | None = None,
) -> FastAPI:
    """Build a service's web application; the environment is read when it starts, not when it is built."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.settings = known = settings()
        app.state.database = open_database(
            known.database_url, pool_size=known.pool_size, name=f"{service}-api", patience=known.statement_seconds
        )
        app.state.backlog = Backlog(app.state.database, known.outbox_limit)
        app.state.keys = read_public_keys(known.public_keys)
        if on_start is not None:
            on_start(app)
        yield
        await app.state.database.close()

    app = FastAPI(
        title=title,
        version="1",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        separate_input_output_schemas=False,
    )
    app.state.service, app.state.permissions = service, permissions
    for router in [*routers, health.router]:
        app.include_router(router, max_body_size=BODY_LIMIT)
    answer_problems(app)
    tell_problems(app)
    app.add_middleware(LimitSaid)
    app.add_middleware(Observed)
    return app
