"""The outermost layer of every web application: correlation, request times, security headers."""

import re
import time

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis import telemetry
from chassis.door import new_id

WELL_FORMED = re.compile(r"[A-Za-z0-9_.:-]{1,128}")


class Observed:
    """Give each request its correlation id and measure it (plain ASGI)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        asked = Headers(scope=scope).get("x-correlation-id", "")
        correlation_id = asked if WELL_FORMED.fullmatch(asked) else str(new_id())
        telemetry.correlation.set(correlation_id)
        began = time.perf_counter()
        status, began_to_answer = 500, False

        async def sending(message: Message) -> None:
            nonlocal status, began_to_answer
            if message["type"] == "http.response.start":
                began_to_answer = True
                status = message["status"]
                headers = MutableHeaders(raw=message["headers"])
                headers["X-Correlation-Id"] = correlation_id
                headers["X-Content-Type-Options"] = "nosniff"
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        try:
            await self.app(scope, receive, sending)
        except Exception as error:
            # The framework answers what nobody expected outside of every middleware; here the answer is one of ours.
            fault = scope["app"].exception_handlers.get(Exception)
            if began_to_answer or fault is None:
                raise
            answer = await fault(Request(scope), error)
            await answer(scope, receive, sending)
        finally:
            route = scope.get("route")
            path = getattr(route, "path", "unmatched")
            telemetry.REQUESTS.labels(scope["method"], path, str(status)).observe(time.perf_counter() - began)
