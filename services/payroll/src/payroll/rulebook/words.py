"""The words formulas may use: which events bring which fields in which units, and which terms of pay there are.

Fields carry the names and units of the contracts; `amount` is the person's own part of an event's money.
"""

from collections.abc import Mapping
from decimal import Decimal

from payroll.domain.text import Text
from payroll.rulebook.units import Kind
from payroll.rulebook.vocabulary import EventWords, Vocabulary, Word

MINUTE, HOUR = Decimal(60), Decimal(3600)


def _money(zh: str, en: str) -> Word:
    return Word(Kind.MONEY, Text(zh, en))


def _text(zh: str, en: str) -> Word:
    return Word(Kind.TEXT, Text(zh, en))


def _count(zh: str, en: str) -> Word:
    return Word(Kind.COUNT, Text(zh, en))


def _minutes(zh: str, en: str) -> Word:
    return Word(Kind.DURATION, Text(zh, en), MINUTE)


def _seconds(zh: str, en: str) -> Word:
    return Word(Kind.DURATION, Text(zh, en))


def _hours(zh: str, en: str) -> Word:
    return Word(Kind.DURATION, Text(zh, en), HOUR)


def _days(zh: str, en: str) -> Word:
    return Word(Kind.DAYS, Text(zh, en))


def _ratio(zh: str, en: str) -> Word:
    return Word(Kind.RATIO, Text(zh, en))


def _truth(zh: str, en: str) -> Word:
    return Word(Kind.BOOLEAN, Text(zh, en))


_SHOP = {"shop": _text("店铺", "shop")}
_SHIFT = {"shift": _text("班次", "shift")}
_SALE = {"amount": _money("净额", "net amount"), **_SHOP}
_REVIEW = {"score": _count("评分", "score"), "cause": _text("原因", "cause"), **_SHOP}

EVENTS: Mapping[str, EventWords] = {
    # orders
    "order.created": EventWords(Text("下单", "orders placed"), _SALE),
    "order.paid": EventWords(Text("付款订单", "orders paid"), _SALE),
    "order.shipped": EventWords(Text("发货订单", "orders shipped"), _SALE),
    "order.completed": EventWords(Text("完成订单", "orders completed"), _SALE),
    "order.cancelled": EventWords(Text("取消订单", "orders cancelled"), _SALE),
    "order.operator_assigned": EventWords(Text("订单改派", "orders assigned"), _SALE),
    "order.payment_chase_missed": EventWords(
        Text("未催付订单", "unpaid orders not chased"), {"allowed_minutes": _minutes("时限", "time allowed"), **_SHOP}
    ),
    "order.dispatch_overdue": EventWords(
        Text("超时未发货", "late dispatches"), {"allowed_hours": _hours("时限", "time allowed"), **_SHOP}
    ),
    "order.oversold": EventWords(
        Text("缺货仍售", "sales of what was not there"), {"sku": _text("货号", "SKU"), **_SHOP}
    ),
    "refund.executed": EventWords(Text("退款", "refunds"), {"amount": _money("退款额", "refunded"), **_SHOP}),
    "refund.blocked": EventWords(Text("被拦截的退款", "refunds blocked"), {"reason": _text("原因", "reason"), **_SHOP}),
    # attendance
    "attendance.day_evaluated": EventWords(
        Text("出勤日", "days evaluated"),
        {
            "status": _text("出勤状态", "status"),
            "kind_of_day": _text("日期类型", "kind of day"),
            "scheduled_minutes": _minutes("排班时间", "time scheduled"),
            "worked_minutes": _minutes("工作时间", "time worked"),
            "leave_minutes": _minutes("请假时间", "time on leave"),
            "late_minutes": _minutes("迟到", "late by"),
            "left_early_minutes": _minutes("早退", "left early by"),
            "meal_eligible": _truth("享受餐补", "meal eligible"),
            **_SHIFT,
        },
    ),
    "attendance.late": EventWords(Text("迟到", "lateness"), {"minutes": _minutes("迟到", "late by"), **_SHIFT}),
    "attendance.left_early": EventWords(
        Text("早退", "early leaving"), {"minutes": _minutes("早退", "left early by"), **_SHIFT}
    ),
    "attendance.absent": EventWords(
        Text("旷工", "absence"),
        {
            "days": _days("旷工天数", "days absent"),
            "minutes": _minutes("未工作时间", "time not worked"),
            "consecutive_days": _count("连续旷工班数", "rostered days absent in a row"),
            **_SHIFT,
        },
    ),
    "attendance.punch_missing": EventWords(
        Text("缺卡", "missing punches"), {"missing": _text("缺卡", "missing"), **_SHIFT}
    ),
    "leave.taken": EventWords(
        Text("请假", "leave"),
        {
            "leave_type": _text("假别", "kind of leave"),
            "hours": _hours("请假时长", "time on leave"),
            "days": _days("请假天数", "days on leave"),
            "minutes": _minutes("请假时间", "time on leave"),
            "paid_factor": _ratio("批准的计薪比例", "share of pay kept as approved"),
        },
    ),
    # service desk
    "chat.greeting_late": EventWords(
        Text("首次响应超时", "late greetings"), {"waited_seconds": _seconds("等待", "waited"), **_SHOP}
    ),
    "chat.reply_overdue": EventWords(
        Text("单次响应超时", "late replies"), {"waited_seconds": _seconds("等待", "waited"), **_SHOP}
    ),
    "chat.day_closed": EventWords(
        Text("接待日", "days of chats"),
        {
            "chats": _count("会话数", "chats"),
            "replies": _count("回复数", "replies"),
            "average_seconds": _seconds("平均响应", "average response"),
        },
    ),
    "inquiry.counted": EventWords(Text("询单人数", "inquiries"), _SHOP),
    "inquiry.won": EventWords(Text("询单成交人数", "inquiries won"), _SHOP),
    "review.negative": EventWords(Text("差评", "negative reviews"), _REVIEW),
    "review.neutral": EventWords(Text("中评", "neutral reviews"), _REVIEW),
    "review.reply_overdue": EventWords(
        Text("差评超时未回复", "reviews not answered in time"),
        {"allowed_hours": _hours("时限", "time allowed"), **_SHOP},
    ),
    # inventory
    "stock.mismatch": EventWords(
        Text("盘点差异", "stock mismatches"),
        {
            "amount": _money("应承担金额", "part answered for"),
            "value": _money("差异金额", "value missing"),
            "sku": _text("货号", "SKU"),
            "expected": Word(Kind.NUMBER, Text("账面数", "expected")),
            "counted": Word(Kind.NUMBER, Text("实盘数", "counted")),
            "keeper_answers": _truth("由库管承担", "the keeper answers"),
        },
    ),
    "stocktake.completed": EventWords(
        Text("完成的盘点", "stocktakes completed"),
        {"counted": _count("盘点品种", "SKUs counted"), "differences": _count("差异品种", "SKUs that differed")},
    ),
    "stocktake.missed": EventWords(Text("未按计划盘点", "stocktakes missed"), {}),
    # payroll's own
    "loss.confirmed": EventWords(
        Text("认定的损失", "losses confirmed"),
        {"amount": _money("损失额", "loss"), "clause": _text("依据条款", "clause cited")},
    ),
}

TERMS: Mapping[str, Word] = {
    "base_salary": _money("基本工资", "base salary"),
    "performance_bonus": _money("绩效奖金", "performance bonus"),
    "attendance_bonus": _money("全勤奖金", "attendance bonus"),
    "daily_wage": _money("日工资", "daily wage"),
    "hourly_wage": _money("小时工资", "hourly wage"),
    "sick_pay_daily": _money("每日病假工资（法定下限）", "sick pay of a day as the law has it"),
    "years_of_service": Word(Kind.NUMBER, Text("工龄", "years of service")),
    "violations": _count("本年违规（按日、按条）", "violations of the year (by day and clause)"),
}

STANDING = EventWords(
    Text("部门排名", "rank in the department"),
    {
        "place": _count("名次", "place"),
        "streak": _count("连续第一的月数", "months first in a row"),
        "metric": Word(Kind.NUMBER, Text("业绩", "result")),
    },
)
"""What a clause that ranks may read of a person's place; `metric` is in the kind of what it ranks by."""

VOCABULARY = Vocabulary(EVENTS, TERMS)
