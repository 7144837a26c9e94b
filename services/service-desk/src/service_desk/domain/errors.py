"""What service-desk refuses.

Refusal
├── Forbidden 403
│   ├── ShopNotYours             the caller's scope names other shops
│   ├── EverySettingNotYours     a setting of all shops, by somebody of some
│   ├── OwnReviewNotYours        nobody decides about a review they answer for
│   └── AnswerTimeNotYours       who must answer does not also say when they did
├── NotFound 404
│   ├── ChatNotFound             not there, or not yours: the two answer alike
│   └── ReviewNotFound
├── Invalid 422
│   ├── IdentityUnusable         a number that no address can carry
│   ├── SentInFuture
│   ├── MessageListedTwice
│   ├── RepliesToItself
│   ├── RepliesInCircle          the reply closes a circle of replies
│   ├── EmployeeUnknown          not in the staff directory
│   ├── PartiesUnreadable
│   ├── PartyListedTwice
│   ├── OrderUnknown             a review of an order that nobody recorded
│   ├── ThresholdUnusable
│   └── TimesOutOfOrder
└── Conflict 409
    ├── MessageDiffers           the same number again with another content
    ├── ChatIsThreaded           numbered messages for a thread, or the other way round
    ├── ReviewDiffers
    ├── NothingToChange
    ├── ReviewClosed
    └── ReportMissing            closing needs the report (A-004-1.20a)
"""

from chassis.problems import Conflict, Forbidden, Invalid, NotFound


class ShopNotYours(Forbidden):
    """Your scope does not include the shop {shop}."""

    zh = "您的权限范围不包括店铺 {shop}。"


class EverySettingNotYours(Forbidden):
    """Your scope names some shops; a setting of every shop is not yours. Name the shop."""

    zh = "您的权限只限部分店铺，不能修改所有店铺的设置；请指定店铺。"


class OwnReviewNotYours(Forbidden):
    """Nobody decides about a review that they are, or would become, responsible for; ask somebody else."""

    zh = "不能处理由本人负责的评价的归责或结案，请由其他人操作。"


class AnswerTimeNotYours(Forbidden):
    """Only a lead or the shop's system says when an answer was given; leave answered_at out to say: now."""

    zh = "回复时间只能由主管或店铺系统填写；请去掉 answered_at，以当前时间登记。"


class ChatNotFound(NotFound):
    """There is no such chat here."""

    zh = "没有找到该会话。"


class ReviewNotFound(NotFound):
    """There is no such review here."""

    zh = "没有找到该评价。"


class IdentityUnusable(Invalid):
    """{value} cannot be used here: no slash, no dot alone, at most 64 characters."""

    zh = "{value} 不能使用：不得含斜杠、不得只有点，最多 64 个字符。"


class SentInFuture(Invalid):
    """{at} lies in the future. Send it when it has happened, and check the time zone."""

    zh = "{at} 是未来时间：请在发生之后再提交，并检查时区。"


class MessageListedTwice(Invalid):
    """The message {message_no} is listed twice."""

    zh = "消息 {message_no} 重复。"


class RepliesToItself(Invalid):
    """The message {message_no} names itself as the one it replies to."""

    zh = "消息 {message_no} 把自己当作被回复的消息。"


class RepliesInCircle(Invalid):
    """The message {message_no} replies to {in_reply_to}, which replies in the end to {message_no}: a circle."""

    zh = "消息 {message_no} 回复 {in_reply_to}，而后者最终又回复 {message_no}，形成循环。"


class EmployeeUnknown(Invalid):
    """{employee_no} is not in the staff directory; correct the number, or enter the person in attendance."""

    zh = "员工名册中没有工号 {employee_no}：请更正工号，或先在考勤服务中登记该员工。"


class PartiesUnreadable(Invalid):
    """{text} names nobody; write employee numbers, with weights after a colon: A001 or A001:2,A002:1."""

    zh = "{text} 无法识别：请写工号，多人时用冒号写权重，例如 A001 或 A001:2,A002:1。"


class PartyListedTwice(Invalid):
    """{employee_no} is listed twice; add the weights up."""

    zh = "工号 {employee_no} 重复：请合并权重。"


class OrderUnknown(Invalid):
    """No order {order_no} of shop {shop} is known; correct it, or say order_unknown: true to record the review."""

    zh = "店铺 {shop} 没有订单 {order_no}：请更正，或写明 order_unknown: true 后先登记评价。"


class ThresholdUnusable(Invalid):
    """{name} cannot be {value}: {why}."""

    zh = "{name} 不能设为 {value}：{why_zh}。"


class TimesOutOfOrder(Invalid):
    """{at} is before the review was written or last revised ({earliest})."""

    zh = "{at} 早于评价的发表或上次修改时间（{earliest}）。"


class MessageDiffers(Conflict):
    """The message {message_no} is recorded already and differs in {field_name}; what was recorded stays."""

    zh = "消息 {message_no} 已登记，但 {field_name} 不同；已登记的内容不变。"


class ChatIsThreaded(Conflict):
    """{chat_no} of shop {shop} is recorded as a chat of the other sort (numbered or by reply chains)."""

    zh = "店铺 {shop} 的 {chat_no} 已按另一种方式（会话编号或回复链）登记。"


class ReviewDiffers(Conflict):
    """This review is recorded already and differs in {field_name}; send what changed to the routes of the review."""

    zh = "该评价已登记，但 {field_name} 不同：变更请提交到该评价的相应接口。"


class NothingToChange(Conflict):
    """That is how the review stands already; nothing was changed."""

    zh = "与当前内容相同，未做任何更改。"


class ReviewClosed(Conflict):
    """The review's case is closed already."""

    zh = "该评价已结案。"


class ReportMissing(Conflict):
    """A neutral or negative review is closed only with its report (A-004-1.20a); send the report first."""

    zh = "中差评须先提交处理报告才能结案（A-004-1.20a）。"
