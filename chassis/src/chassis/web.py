"""The web factory and the doors of HTTP: each request is one transaction, committed before the answer."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.exceptions import HTTPException
from starlette.responses import Response

from chassis import clock, health, telemetry
from chassis.auth import Keys, Principal, read_public_keys
from chassis.database import Database, open_database
from chassis.dead_letters import sqlstate
from chassis.door import Door
from chassis.observed import Observed
from chassis.problems import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Refusal,
    Unauthorised,
    Unavailable,
    problem,
)
from chassis.settings import ServiceSettings

log = telemetry.logger("web")
BODY_LIMIT = 2 * 1024 * 1024  # bytes; a route that takes files says its own `max_body_size`
PROBLEM = "application/problem+json"
bearer = HTTPBearer(auto_error=False, description="internal token, signed by the gateway")


class RequestInvalid(Invalid):
    """The request does not have the form this route takes; see `errors`."""

    zh = "请求格式不符合要求，详见 errors。"

    def __init__(self, errors: list[dict[str, str]]) -> None:
        super().__init__(field=errors[0]["field"] if errors else None)
        self.errors = errors


class BodyTooLarge(Invalid):
    """The body is too large for this route; send less at a time, or a file to /imports."""

    status = 413
    zh = "请求体过大：请减少单次内容，或改用 /imports 上传文件。"


class ValueImpossible(Invalid):
    """A value cannot be stored: {reason}."""

    zh = "有一个值无法保存：{reason}。"


class AlreadyThere(Conflict):
    """Something with the same identity is there already, or a rule of the data forbids it: {reason}."""

    zh = "已存在相同标识的数据，或违反数据规则：{reason}。"


def settings_of(request: Request) -> ServiceSettings:
    """Find the settings of the process that serves `request`."""
    settings: ServiceSettings = request.app.state.settings
    return settings


def database_of(request: Request) -> Database:
    """Find the database of the process that serves `request`, for what outlives its transaction (streams, exports)."""
    database: Database = request.app.state.database
    return database


async def _now() -> datetime:
    return clock.now()


Now = Annotated[datetime, Depends(_now)]


async def _principal(
    request: Request, now: Now, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]
) -> Principal:
    if credentials is None:
        raise Unauthorised()
    keys: Keys = request.app.state.keys
    return keys.verify(credentials.credentials, audience=request.app.state.service, now=now)


Caller = Annotated[Principal, Depends(_principal)]


async def _session(request: Request, by: Caller, now: Now) -> AsyncIterator[AsyncSession]:
    door = Door(
        now=now,
        actor=by.employee_no or by.sub,
        correlation_id=telemetry.correlation.get(),
        timezone=settings_of(request).timezone,
        traceparent=request.headers.get("traceparent"),
    )
    async with database_of(request).transaction(door) as session:
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
        app.state.database = open_database(known.database_url, pool_size=known.pool_size, name=f"{service}-api")
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
        max_body_size=BODY_LIMIT,
    )
    app.state.service, app.state.permissions = service, permissions
    for router in [*routers, health.router]:
        app.include_router(router)
    answer_problems(app)
    app.add_middleware(Observed)
    return app


def answer_problems(app: FastAPI) -> None:
    """Answer every refusal and fault as problem+json, without internals."""
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(DBAPIError, _database_said)
    for kind in (PoolTimeout, ConnectionError, TimeoutError, OSError):
        app.add_exception_handler(kind, _unavailable)
    app.add_exception_handler(Exception, _fault)


def answer(refusal: Refusal) -> Response:
    """Write a refusal as an HTTP answer."""
    headers = {"Retry-After": "2"} if refusal.status == 503 else {}
    if refusal.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    body = problem(refusal, correlation_id=telemetry.correlation.get())
    return JSONResponse(body, status_code=refusal.status, headers=headers, media_type=PROBLEM)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return answer(error)


async def _unreadable(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = [
        {
            "field": ".".join(str(part) for part in e["loc"][1:]) or str(e["loc"][0]),
            "message": e["msg"],
            "code": e["type"],
        }
        for e in error.errors()
    ]
    return answer(RequestInvalid(errors))


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return answer(NotFound())
    if error.status_code == 413:
        return answer(BodyTooLarge())
    body = {
        "type": "about:blank",
        "title": error.detail,
        "status": error.status_code,
        "code": "http",
        "detail": error.detail,
    }
    body["correlation_id"] = telemetry.correlation.get()
    return JSONResponse(body, status_code=error.status_code, headers=error.headers, media_type=PROBLEM)


async def _database_said(request: Request, error: Exception) -> Response:
    state = sqlstate(error) or ""
    if state.startswith("22"):
        return answer(ValueImpossible(reason=_first_line(error)))
    if state.startswith("23"):
        return answer(AlreadyThere(reason=_first_line(error)))
    if isinstance(error, OperationalError | InterfaceError) or state[:2] in ("08", "40", "53", "55", "57"):
        log.warning("database unavailable", extra={"action": "unavailable", "reason": repr(error)[:300]})
        return answer(Unavailable())
    return await _fault(request, error)


def _first_line(error: Exception) -> str:
    # only the constraint's or type's own sentence, never the statement or its parameters
    return str(getattr(error, "orig", error)).splitlines()[0].split(">: ")[-1][:200]


async def _unavailable(request: Request, error: Exception) -> Response:
    log.warning("dependency unavailable", extra={"action": "unavailable", "reason": repr(error)[:300]})
    return answer(Unavailable())


class InternalFault(Refusal):
    """Something went wrong here; nothing was changed. Quote the correlation id when you report it."""

    status = 500
    zh = "内部错误，未做任何更改。报告问题时请附上 correlation_id。"


async def _fault(request: Request, error: Exception) -> Response:
    log.error("unexpected", extra={"action": "fault"}, exc_info=error)
    return answer(InternalFault())
