"""What the gateway itself refuses.

Refusal
├── BadRequest 400
│   ├── UnsafePath            a path that could mean another place
│   └── AmbiguousLength       a body framed in two ways
├── Unauthorised 401          no token, or one that is not (any more) valid
│   ├── SignInRefused         wrong name or password; the two answer alike
│   └── RefreshRefused        a refresh token that is unknown, spent or withdrawn
├── Forbidden 403
│   ├── NotOnesOwn            nobody changes their own roles, scopes or standing
│   ├── BeyondOnesRoles       only the boss manages hr, finance, boss and auditor
│   └── BeyondOnesScope       whoever is limited to departments or shops grants no more than these
├── NotFound 404
│   ├── UnknownService
│   ├── UnknownPage
│   └── UnknownAccount
├── Conflict 409
│   ├── LoginTaken
│   └── EmployeeHasAccount
├── SlowBody 408
├── BodyTooLarge 413
├── Invalid 422
│   ├── LoginUnusable
│   ├── WeakPassword
│   ├── AuditorActs           who sees everything decides nothing
│   └── WrongPassword         the current one, when one's own is changed
└── RetryLater                answered with Retry-After
    ├── TooManyRequests 429
    ├── ServiceUnavailable 503    of one service only
    │   └── AnswerLost            it went away while it worked on the request
    └── ServiceTooSlow 504
"""

from chassis.problems import Conflict, Forbidden, Invalid, NotFound, Refusal, Unauthorised


class BadRequest(Refusal):
    """The request cannot be read in one way only."""

    status = 400
    zh = "请求格式有歧义。"


class UnsafePath(BadRequest):
    """This path holds empty or dot segments, an encoded slash, a backslash or a broken escape; write it plainly."""

    zh = "路径中含有空段、点段、编码的斜杠、反斜杠或损坏的转义；请改用普通写法。"


class AmbiguousLength(BadRequest):
    """Content-Length and Transfer-Encoding came together, or one that is not known here; send one of the two."""

    zh = "同时出现 Content-Length 与 Transfer-Encoding，或编码未知；请只发送其中之一。"


class SignInRefused(Unauthorised):
    """Name or password is wrong, or the account is not active."""

    zh = "用户名或密码错误，或账号未启用。"


class RefreshRefused(Unauthorised):
    """This refresh token is unknown, spent or withdrawn; sign in again."""

    zh = "刷新令牌无效、已使用或已撤销；请重新登录。"


class NotOnesOwn(Forbidden):
    """Nobody changes their own roles, scopes or standing; ask somebody else who may."""

    zh = "任何人不得更改自己的角色、范围或状态；请由其他有权人员办理。"


class BeyondOnesRoles(Forbidden):
    """Only the boss creates and manages accounts with the roles hr, finance, boss or auditor."""

    zh = "只有老板可以创建和管理人事、财务、老板或审计角色的账号。"


class BeyondOnesScope(Forbidden):
    """Your account is limited to some departments or shops: name departments and shops among yours, and a person of
    your departments."""

    zh = "您的账号仅限部分部门或店铺：请只填写您范围内的部门和店铺，且人员须属于您的部门。"


class UnknownService(NotFound):
    """There is no service at this address; /docs lists those there are."""

    zh = "此地址没有对应的服务；可在 /docs 查看全部服务。"


class UnknownPage(NotFound):
    """There is nothing at this address; /docs lists what there is."""

    zh = "此地址没有内容；可在 /docs 查看全部接口。"


class UnknownAccount(NotFound):
    """There is no such account."""

    zh = "没有这个账号。"


class LoginTaken(Conflict):
    """The login {login} is taken; choose another."""

    zh = "登录名 {login} 已被使用；请换一个。"


class EmployeeHasAccount(Conflict):
    """Employee {employee_no} has an account already."""

    zh = "员工 {employee_no} 已有账号。"


class SlowBody(Refusal):
    """The body of the request did not arrive in time."""

    status = 408
    zh = "请求内容未能及时到达。"


class BodyTooLarge(Refusal):
    """The body is larger than {limit} bytes; send it in parts, or as a file to /api/<service>/imports."""

    status = 413
    zh = "请求内容超过 {limit} 字节；请分批发送，或以文件形式提交到 /api/<service>/imports。"


class LoginUnusable(Invalid):
    """A login has up to 64 letters and digits, and `.`, `_`, `-`, `@` after the first of them."""

    zh = "登录名最多 64 个字符，以字母或数字开头，可含 . _ - @。"


class WeakPassword(Invalid):
    """This password will not do: {reason}."""

    zh = "此密码不可用：{reason_zh}。"


class AuditorActs(Invalid):
    """An auditor sees everything and decides nothing; besides auditor only the role employee is possible."""

    zh = "审计可查看全部但不作任何决定；除审计外只能再有员工角色。"


class WrongPassword(Invalid):
    """The current password is not this one."""

    zh = "当前密码不正确。"


class RetryLater(Refusal):
    """Try again later."""

    zh = "请稍后重试。"

    def __init__(self, *, after: int, field: str | None = None, **values: object) -> None:
        """Refuse for now; `after` is what Retry-After says, in seconds."""
        super().__init__(field=field, after=after, **values)
        self.after = after


class TooManyRequests(RetryLater):
    """Too many requests; try again in {after} s."""

    status = 429
    zh = "请求过于频繁；请在 {after} 秒后重试。"


class ServiceUnavailable(RetryLater):
    """The service {service} does not answer at the moment; the request did not reach it."""

    status = 503
    zh = "服务 {service} 暂时没有响应；请求未送达。"


class AnswerLost(ServiceUnavailable):
    """The service {service} went away while it worked on the request.

    Repeat it with the same Idempotency-Key.
    """

    zh = "服务 {service} 在处理请求时中断；请用相同的 Idempotency-Key 重试。"


class ServiceTooSlow(RetryLater):
    """The service {service} took too long; repeat the request with the same Idempotency-Key."""

    status = 504
    zh = "服务 {service} 处理超时；请用相同的 Idempotency-Key 重试。"
