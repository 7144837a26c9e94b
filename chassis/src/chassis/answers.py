"""What HTTP says when something is refused or fails: always problem+json, never internals."""

from collections.abc import Mapping
from typing import Any

import asyncpg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis import telemetry
from chassis.problems import Conflict, Invalid, NotFound, Refusal, Unavailable, problem
from chassis.troubles import sqlstate

log = telemetry.logger("web")
PROBLEM = "application/problem+json"


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


class RequestRefused(Invalid):
    """The request cannot be read: {reason}."""

    status = 400
    zh = "无法读取请求：{reason}。"


class MethodNotAllowed(Refusal):
    """This address does not know this method; the header Allow names those it knows."""

    status = 405
    zh = "此地址不支持该方法；可用的方法见 Allow 头。"


SAID_BY_FRAMEWORK: Mapping[int, type[Refusal]] = {404: NotFound, 405: MethodNotAllowed, 413: BodyTooLarge}
MESSAGES_ZH = {
    "missing": "缺少必填字段",
    "extra_forbidden": "不认识这个字段",
    "json_invalid": "不是有效的 JSON",
    "string_type": "应为文本",
    "string_too_short": "文本过短",
    "string_too_long": "文本过长",
    "int_parsing": "应为整数",
    "int_type": "应为整数",
    "decimal_parsing": "应为数字",
    "decimal_max_digits": "数字位数过多",
    "decimal_max_places": "小数位数过多",
    "greater_than": "数值过小",
    "greater_than_equal": "数值过小",
    "less_than_equal": "数值过大",
    "date_from_datetime_parsing": "应为日期，如 2026-11-02",
    "date_parsing": "应为日期，如 2026-11-02",
    "datetime_from_date_parsing": "应为时间，如 2026-11-02T09:00:00+08:00",
    "timezone_aware": "时间应带时区，如 +08:00",
    "literal_error": "不是允许的值",
    "enum": "不是允许的值",
}


class InternalFault(Refusal):
    """Something went wrong here; nothing was changed. Quote the correlation id when you report it."""

    status = 500
    zh = "内部错误，未做任何更改。报告问题时请附上 correlation_id。"


class ValueImpossible(Invalid):
    """A value cannot be stored: {reason}."""

    zh = "有一个值无法保存：{reason_zh}。"


class AlreadyThere(Conflict):
    """The data does not allow this: {reason}."""

    zh = "数据规则不允许此操作：{reason_zh}。"


# SQLSTATE: the server's own sentence names tables and repeats values, so it goes to the log only
VALUE_REASONS = {
    "22001": ("a text is too long", "文本过长"),
    "22003": ("a number is too large", "数值过大"),
    "22007": ("it is no date", "不是有效日期"),
    "22008": ("a date is out of range", "日期超出范围"),
    "22021": ("a text contains a NUL character", "文本含有 NUL 字符"),
}
RULE_REASONS = {
    "23502": ("something required is missing", "缺少必填内容"),
    "23503": ("it refers to something that is not there", "引用的对象不存在"),
    "23505": ("something with the same identity is there already", "已存在相同标识的数据"),
}


class LimitSaid:
    """Say the framework's own answer to a body over the limit, a line of plain text, as a problem (plain ASGI)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        said = False

        async def sending(message: Message) -> None:
            nonlocal said
            if message["type"] == "http.response.start" and message["status"] == 413:
                said = not Headers(raw=message["headers"]).get("content-type", "").startswith(PROBLEM)
                if said:
                    await answer(BodyTooLarge())(scope, receive, send)
            if not said:
                await send(message)

        await self.app(scope, receive, sending)


def answer_problems(app: FastAPI) -> None:
    """Answer every refusal and fault as problem+json, without internals."""
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(HTTPException, _http)
    # the driver's own as well: hot paths speak to it without SQLAlchemy in between
    for said in (DBAPIError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError):
        app.add_exception_handler(said, _database_said)
    for kind in (PoolTimeout, ConnectionError, TimeoutError, OSError):
        app.add_exception_handler(kind, _unavailable)
    app.add_exception_handler(OverflowError, _overflown)
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
            "field": _field(e),
            "message": e["msg"],
            "message_zh": MESSAGES_ZH.get(e["type"], "此值不符合要求"),
            "code": e["type"],
        }
        for e in error.errors()
    ]
    return answer(RequestInvalid(errors))


def _field(error: Mapping[str, Any]) -> str:
    where, *inside = error["loc"]
    if error["type"] == "json_invalid":  # what follows is a position in the text
        return str(where)
    return ".".join(str(part) for part in inside) or str(where)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    kind: type[Refusal] = SAID_BY_FRAMEWORK.get(error.status_code, RequestRefused)
    answered = answer(kind(reason=error.detail))
    answered.headers.update(error.headers or {})
    if error.status_code == 405:
        answered.headers["Allow"] = ", ".join(_methods_here(request))
    return answered


def _methods_here(request: Request) -> list[str]:
    # the framework names those of the first route only, though several may share a path
    path = request.scope["path"]
    served = [route for route in iter_route_contexts(request.app.routes) if route.path_regex.match(path)]
    closest = min((route.path or "" for route in served), key=lambda pattern: pattern.count("{"))  # a word, not {id}
    return sorted({method for route in served if route.path == closest for method in route.methods or ()})


async def _database_said(request: Request, error: Exception) -> Response:
    state = sqlstate(error) or ""
    if state.startswith(("22", "23")):
        log.warning("database refused", extra={"action": "refused", "sqlstate": state, "reason": _first_line(error)})
    if state.startswith("22"):
        en, zh = VALUE_REASONS.get(state, ("it is out of range or of another kind", "超出范围或类型不符"))
        return answer(ValueImpossible(reason=en, reason_zh=zh))
    if state.startswith("23"):
        en, zh = RULE_REASONS.get(state, ("a value breaks a rule of this record", "某个值违反了该记录的规则"))
        return answer(AlreadyThere(reason=en, reason_zh=zh))
    # InternalClientError: the server said its last word on this connection, and the driver still waits for the rest
    unreachable = OperationalError | InterfaceError | asyncpg.InterfaceError | asyncpg.InternalClientError
    driver = getattr(getattr(error, "orig", None), "__cause__", None)
    if (
        isinstance(error, unreachable)
        or isinstance(driver, asyncpg.InternalClientError)
        or state[:2] in ("08", "40", "53", "55", "57")
    ):
        log.warning("database unavailable", extra={"action": "unavailable", "reason": repr(error)[:300]})
        return answer(Unavailable())
    return await _fault(request, error)


def _first_line(error: Exception) -> str:
    # the server's sentence without statement and parameters
    return str(getattr(error, "orig", error)).splitlines()[0].split(">: ")[-1][:200]


async def _overflown(request: Request, error: Exception) -> Response:
    # the first and the last days of the calendar fall out of it in another zone, or with a deadline added
    log.warning("out of range", extra={"action": "refused", "reason": str(error)[:300]})
    en, zh = VALUE_REASONS["22008"]
    return answer(ValueImpossible(reason=en, reason_zh=zh))


async def _unavailable(request: Request, error: Exception) -> Response:
    log.warning("dependency unavailable", extra={"action": "unavailable", "reason": repr(error)[:300]})
    return answer(Unavailable())


async def _fault(request: Request, error: Exception) -> Response:
    log.error("unexpected", extra={"action": "fault"}, exc_info=error)
    return answer(InternalFault())
