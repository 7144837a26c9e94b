"""Refusals: what may not be done, said so that the reader can mend it (RFC 9457 problem details).

Refusal
├── Invalid       422  the request says something that cannot be
├── Unauthorised  401  nobody proved who asks
├── Forbidden     403  known, but may not
├── NotFound      404  not there, or not yours: the two answer alike
├── Conflict      409  true now, and in the way
└── Unavailable   503  something this depends on is down; try again
"""

import re
from http import HTTPStatus
from typing import Any, ClassVar


class Refusal(Exception):
    """The request was refused."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "refusal"
    zh: ClassVar[str] = "请求被拒绝。"

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "code" not in cls.__dict__:
            cls.code = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", cls.__name__).lower()

    def __init__(self, *, field: str | None = None, **values: object) -> None:
        """Refuse; `field` (the culprit) and `values` fill the braces of the docstring (English) and of `zh`."""
        self.field = field
        self.values = values
        self.detail = (type(self).__doc__ or "").split("\n\n")[0].replace("\n    ", " ")
        self.detail = self.detail.format(field=field, **values)
        self.detail_zh = self.zh.format(field=field, **values)
        super().__init__(self.detail)


class Invalid(Refusal):
    """The request says something that cannot be."""

    status = 422
    zh = "请求内容无效。"


class Unauthorised(Refusal):
    """Sign in first: no valid token came with the request."""

    status = 401
    zh = "请先登录：请求没有附带有效的令牌。"


class Forbidden(Refusal):
    """You may not do this."""

    status = 403
    zh = "您无权执行此操作。"


class NotFound(Refusal):
    """There is no such thing here."""

    status = 404
    zh = "没有找到。"


class Conflict(Refusal):
    """This cannot be done as things stand."""

    status = 409
    zh = "当前状态下不能执行。"


class Unavailable(Refusal):
    """A part this depends on does not answer; try again shortly."""

    status = 503
    zh = "所依赖的部分暂时没有响应，请稍后重试。"


def problem(refusal: Refusal, *, correlation_id: str) -> dict[str, object]:
    """Write a refusal as the body of a problem+json answer; `errors` and `members` of the refusal go with it."""
    body: dict[str, object] = {
        "type": f"urn:zhanggui:problem:{refusal.code}",
        "title": HTTPStatus(refusal.status).phrase,
        "status": refusal.status,
        "code": refusal.code,
        "detail": refusal.detail,
        "detail_zh": refusal.detail_zh,
        "correlation_id": correlation_id,
    }
    if refusal.field is not None:
        body["field"] = refusal.field
    if errors := getattr(refusal, "errors", None):
        body["errors"] = errors
    return body | getattr(refusal, "members", {})
